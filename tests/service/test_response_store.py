"""The store of answers: what it finds, and within which bound it stays."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.service.cacheable import Origin
from horde_model_reference.service.response_store import CachedResponse, Encoded, ResponseStore
from horde_model_reference.service.tables import ServedTable
from tests.support.builders import catalogue_of, observation_of, stats_of, table_of
from tests.support.curation import made_of

NOW = 1_800_000_000.0
TABLE = table_of(catalogue_of(["a"]), observation_of(stats_of({"a": 1})))


def served_table() -> ServedTable:
    return ServedTable(
        made=made_of(TABLE, NOW),
        due_at=NOW + 50,
        serve_until=NOW + 100,
        usable_until=NOW + 3600,
        renew=lambda: None,
        renew_at=NOW + 50,
    )


def answer(path: str, origin: ServedTable, size: int = 10) -> CachedResponse:
    return CachedResponse((path.encode(), b""), b"x" * size, [], Origin(origin, keep=True), {})


def encoded(size: int) -> Encoded:
    return Encoded(b"y" * size, b'"tag"', {})


def found(store: ResponseStore, *paths: str) -> list[str]:
    return [path for path in paths if store.get((path.encode(), b""), NOW) is not None]


def test_an_answer_is_found_while_its_table_may_be_served() -> None:
    store, origin = ResponseStore(10_000), served_table()
    kept = store.keep(answer("/x", origin))
    assert store.get(kept.key, NOW + 99) is kept
    assert store.get((b"/x", b"y=1"), NOW) is None, "another question"
    assert store.get(kept.key, NOW + 100) is None
    origin.retired = True
    assert store.get(kept.key, NOW) is None


def test_of_two_answers_from_one_table_the_first_stays() -> None:
    """Both are right; the first may have its encodings already."""
    store, origin = ResponseStore(10_000), served_table()
    first = store.keep(answer("/x", origin))
    assert store.keep(answer("/x", origin)) is first
    newer = answer("/x", served_table())
    assert store.keep(newer) is newer
    assert store.get(newer.key, NOW) is newer


def test_answers_from_a_table_out_of_service_make_room() -> None:
    store, old = ResponseStore(5_000), served_table()
    for path in ("/a", "/b"):
        store.keep(answer(path, old, 1000))
    old.retired = True
    for path in ("/c", "/d"):
        store.keep(answer(path, served_table(), 1000))
    assert found(store, "/a", "/b", "/c", "/d") == ["/c", "/d"]


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    store, origin = ResponseStore(7_000), served_table()  # room for three, with what surrounds them
    for path in ("/a", "/b", "/c"):
        store.keep(answer(path, origin, 1000))
    assert found(store, "/a") == ["/a"]
    store.keep(answer("/d", origin, 1000))
    assert found(store, "/a", "/b", "/c", "/d") == ["/a", "/c", "/d"]


def test_an_encoding_that_was_made_later_counts() -> None:
    store, origin = ResponseStore(7_000), served_table()
    answers = [store.keep(answer(path, origin, 1000)) for path in ("/a", "/b", "/c")]
    answers[2].encodings["gzip"] = encoded(900)
    store.grown(answers[2])
    assert found(store, "/a", "/b", "/c") == ["/a", "/b", "/c"]
    answers[2].encodings["zstd"] = encoded(900)
    store.grown(answers[2])
    assert found(store, "/a", "/b", "/c") == ["/b", "/c"]


def test_what_never_fits_leaves_the_others_in_peace() -> None:
    store, origin = ResponseStore(5_000), served_table()
    store.keep(answer("/a", origin, 1000))
    big = store.keep(answer("/big", origin, 10_000))
    assert big.body, "it can be sent all the same"
    assert found(store, "/a", "/big") == ["/a"]


STEPS = st.lists(
    st.tuples(st.sampled_from(["keep", "grow", "get", "retire"]), st.sampled_from("abcdef"), st.integers(0, 3000)),
    max_size=60,
)


@given(STEPS)
def test_whatever_happens_all_that_is_held_fits(steps: list[tuple[str, str, int]]) -> None:
    """No room is lost or won over time: what is held never exceeds the bound, and one small answer always fits."""
    bound = 8_000
    store, current, known = ResponseStore(bound), served_table(), dict[str, CachedResponse]()
    for what, path, size in steps:
        if what == "keep":
            known[path] = store.keep(answer(path, current, size))
        elif what == "grow" and path in known:
            known[path].encodings["gzip"] = encoded(size)
            store.grown(known[path])
        elif what == "get":
            found(store, path)
        elif what == "retire":
            current.retired, current = True, replace(current, retired=False)
        held = [one for one in known.values() if store.get(one.key, NOW) is one]
        assert sum(one.size() for one in held) <= bound
    small = store.keep(answer("/small", current, 1))
    assert store.get(small.key, NOW) is small
