"""The Horde's answers are read leniently, and an answer without figures is told from one of zeros (rule 3)."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import HordeAPIError
from horde_model_reference.integrations.horde_api_json import loads
from horde_model_reference.integrations.horde_api_models import (
    ENTRIES_SKIPPED,
    FAULTS,
    MAX_FIGURE,
    NAMES_CONTRADICTORY,
    NAMES_INCOMPLETE,
    NAMES_REPEATED,
    OPTIONAL,
    PERIODS,
    STATS_SCHEMA,
    STATUS_SCHEMA,
    USAGE,
    Observation,
    Payload,
    parse_stats,
    parse_status,
)
from tests.support.builders import FETCHED, observation_of, stats_of, status_of

LONE_SURROGATE = "\ud800"
NOT_A_COUNT: tuple[Any, ...] = (
    -1,
    -0.5,
    "7",
    "",
    None,
    True,
    False,
    1.5,
    float("nan"),
    float("inf"),
    float("-inf"),
    MAX_FIGURE + 1,
    10**400,
    1e300,
    [],
    {},
    [3],
)
NOT_A_NAME: tuple[Any, ...] = (None, "", 3, 1.5, True, [], {}, LONE_SURROGATE, f"half {LONE_SURROGATE} a name")
NOT_AN_ENTRY: tuple[Any, ...] = (None, "Deliberate", 3, True, [], ["Deliberate"])
WHOLE: tuple[float, ...] = (0, 0.0, -0.0, 7, 7.0, MAX_FIGURE, float(MAX_FIGURE))


def rows(report: Payload) -> dict[str, list[Any]]:
    """The figures that the analysis rests on, by name."""
    return {name: figures for name, *figures in report.frame.drop("eta", "queued", strict=False).rows()}


def faults(report: Payload) -> dict[str, int]:
    return {fault: count for fault, count in report.faults.items() if count}


def status_entry(name: object = "a", **fields: Any) -> dict[str, Any]:
    return {"name": name, "count": 1, "jobs": 2.0, "queued": 0.0, "eta": 0, "performance": 3.5, "type": "text"} | fields


def test_stats_are_read_by_period() -> None:
    report = parse_stats(stats_of({"b": (1, 2, 3), "a": (0, 0, 0)}))
    assert report.complete
    assert faults(report) == {}
    assert dict(report.frame.schema) == STATS_SCHEMA
    assert report.frame.rows() == [("a", 0, 0, 0), ("b", 1, 2, 3)]


def test_status_is_read_by_name() -> None:
    report = parse_status([status_entry("b", count=0, performance=0.0), status_entry("a", performance=7, extra="?")])
    assert report.complete
    assert faults(report) == {}
    assert dict(report.frame.schema) == STATUS_SCHEMA
    assert rows(report) == {"a": [1, 2, 7.0], "b": [0, 2, 0.0]}


@pytest.mark.parametrize(
    ("sent", "read"),
    [({"eta": 7, "queued": 3.5}, (7, 3.5)), ({"eta": 10_000}, (None, 0.0)), ({"queued": "x"}, (0, None))],
)
def test_time_and_queue_are_read_where_they_make_sense(sent: dict[str, Any], read: tuple[Any, Any]) -> None:
    """No figure of the analysis rests on them, so an entry without them is whole; 10,000 stands for no time."""
    entry = status_entry("a", **sent)
    report = parse_status([entry, {name: value for name, value in entry.items() if name not in sent} | {"name": "b"}])
    assert report.frame.select("eta", "queued").row(0) == read
    assert (report.complete, faults(report)) == (True, {})


@pytest.mark.parametrize("sent", WHOLE, ids=repr)
def test_whole_numbers_are_counts_however_they_are_written(sent: float) -> None:
    assert rows(parse_stats(stats_of({"a": 1}) | {"total": {"a": sent}}))["a"] == [1, 1, int(sent)]
    assert rows(parse_status([status_entry(count=sent, jobs=sent)]))["a"] == [int(sent), int(sent), 3.5]


@pytest.mark.parametrize("nonsense", NOT_A_COUNT, ids=lambda v: repr(v)[:12])
@pytest.mark.parametrize("period", PERIODS)
def test_a_senseless_usage_figure_is_unknown_and_counted(period: str, nonsense: Any) -> None:
    """Rule 3: the entry is counted, its figure is null and not 0, and all the others are kept."""
    raw = stats_of({"a": 5, "b": 6})
    raw[period]["a"] = nonsense
    report = parse_stats(raw)
    assert rows(report) == {"a": [None if at == period else 5 for at in PERIODS], "b": [6, 6, 6]}
    assert (report.complete, faults(report)) == (True, {ENTRIES_SKIPPED: 1})


@pytest.mark.parametrize("nonsense", NOT_A_COUNT, ids=lambda v: repr(v)[:12])
@pytest.mark.parametrize("field", ["count", "jobs"])
def test_a_senseless_status_figure_is_unknown_and_counted(field: str, nonsense: Any) -> None:
    """Rule 3: the entry is counted, its figure is null and not 0, and the other models keep theirs."""
    report = parse_status([status_entry("a", **{field: nonsense}), status_entry("b")])
    expected = [None, 2, 3.5] if field == "count" else [1, None, 3.5]
    assert rows(report) == {"a": expected, "b": [1, 2, 3.5]}
    assert (report.complete, faults(report)) == (True, {ENTRIES_SKIPPED: 1})


@pytest.mark.parametrize(
    "nonsense", [-1.0, float("nan"), float("inf"), 1e300, 10**400, "fast", None, True], ids=lambda v: repr(v)[:9]
)
def test_a_senseless_speed_is_unknown(nonsense: Any) -> None:
    report = parse_status([status_entry("a", performance=nonsense), status_entry("b")])
    assert rows(report) == {"a": [1, 2, None], "b": [1, 2, 3.5]}
    assert faults(report) == {ENTRIES_SKIPPED: 1}


@pytest.mark.parametrize("field", ["count", "jobs", "performance"])
def test_a_field_that_one_entry_lacks_is_unknown_for_it_alone(field: str) -> None:
    entry = status_entry("a")
    del entry[field]
    report = parse_status([entry, status_entry("b")])
    assert rows(report)["a"].count(None) == 1
    assert rows(report)["b"] == [1, 2, 3.5]
    assert (report.complete, faults(report)) == (True, {ENTRIES_SKIPPED: 1})


@pytest.mark.parametrize("entry", [*NOT_AN_ENTRY, *map(status_entry, NOT_A_NAME)], ids=lambda v: repr(v)[:20])
def test_a_status_entry_without_a_name_is_counted(entry: Any) -> None:
    """Rule 3: nobody can say whose figures these were."""
    report = parse_status([entry, status_entry("b")])
    assert rows(report) == {"b": [1, 2, 3.5]}
    assert (report.complete, faults(report)) == (True, {ENTRIES_SKIPPED: 1})


def test_a_status_entry_that_lacks_the_name_is_counted() -> None:
    report = parse_status([{"count": 1, "jobs": 2.0, "performance": 3.5}, status_entry("b")])
    assert (list(rows(report)), faults(report)) == (["b"], {ENTRIES_SKIPPED: 1})


@pytest.mark.parametrize("name", ["", LONE_SURROGATE])
def test_a_statistics_name_that_is_no_text_is_counted_once(name: str) -> None:
    report = parse_stats(stats_of({name: 4, "b": 6}))
    assert rows(report) == {"b": [6, 6, 6]}
    assert (report.complete, faults(report)) == (True, {ENTRIES_SKIPPED: 1})


@pytest.mark.parametrize("second", [status_entry("a"), status_entry("a", count=9)], ids=["alike", "different"])
def test_a_name_listed_twice_has_unknown_figures(second: dict[str, Any]) -> None:
    """Rule 3: which of two entries holds cannot be told."""
    report = parse_status([status_entry("a"), status_entry("b"), second])
    assert rows(report) == {"a": [None, None, None], "b": [1, 2, 3.5]}
    assert (report.complete, faults(report)) == (True, {NAMES_REPEATED: 1})


MANY = {f"model {number:02}": number for number in range(40)}
"""So many that a map may lack two of them and still be whole."""


@pytest.mark.parametrize("period", PERIODS)
def test_rule_3_a_name_that_one_map_lacks_is_unknown_in_that_period(period: str) -> None:
    raw = stats_of(MANY)
    del raw[period]["model 07"]
    report = parse_stats(raw)
    assert rows(report)["model 07"] == [None if at == period else 7 for at in PERIODS]
    assert (report.complete, faults(report)) == (True, {NAMES_INCOMPLETE: 1})


@pytest.mark.parametrize("lacking", [0, 1, 2, 3, 39, 40])
@pytest.mark.parametrize("period", PERIODS)
def test_rule_3_a_map_that_lacks_more_than_one_in_twenty_makes_its_period_unknown(period: str, lacking: int) -> None:
    raw = stats_of(MANY)
    for name in list(MANY)[:lacking]:
        del raw[period][name]
    report = parse_stats(raw)
    column = f"usage_{period}"
    assert set(USAGE) - report.known == ({column} if lacking > 2 else set())
    assert report.frame[column].null_count() == (40 if lacking > 2 else lacking)
    assert report.frame.drop(column).null_count().row(0) == (0, 0, 0)
    assert faults(report) == ({NAMES_INCOMPLETE: lacking} if 0 < lacking <= 2 else {})


def test_rule_3_more_use_in_a_day_than_in_a_month_makes_both_unknown() -> None:
    report = parse_stats(stats_of(MANY | {"contradictory": (9, 8, 70), "new": (9, 9, 0)}))
    assert (rows(report)["contradictory"], rows(report)["new"]) == ([None, None, 70], [9, 9, 0])
    assert (report.complete, faults(report)) == (True, {NAMES_CONTRADICTORY: 1})


@pytest.mark.parametrize("second", ["805", "777777", '"x"'])
def test_rule_3_a_key_that_stands_twice_in_a_map_is_unknown_in_that_period(second: str) -> None:
    month = f'{{"a": 805, "b": 6, "a": {second}}}'
    text = f'{{"day": {{"a": 1, "b": 2}}, "month": {month}, "total": {{"a": 900, "b": 9}}}}'
    report = parse_stats(loads(text.encode()))
    assert rows(report) == {"a": [1, None, 900], "b": [2, 6, 9]}
    assert (report.complete, faults(report)) == (True, {NAMES_REPEATED: 1})


def test_rule_3_a_map_that_stands_twice_is_missing() -> None:
    text = b'{"day": {"a": 1}, "month": {"a": 8}, "total": {"a": 9}, "month": {"a": 8}}'
    assert_unknown(parse_stats(loads(text)))


def test_rule_3_a_number_of_thousands_of_digits_makes_one_figure_unknown() -> None:
    text = b'{"day": {"a": 1, "b": 2}, "month": {"a": %s, "b": 6}, "total": {"a": 9, "b": 9}}' % (b"7" * 5000)
    report = parse_stats(loads(text))
    assert rows(report) == {"a": [1, None, 9], "b": [2, 6, 9]}
    assert (report.complete, faults(report)) == (True, {ENTRIES_SKIPPED: 1})


def test_a_name_never_turns_into_another() -> None:
    """Names differ by case, blanks and Unicode form, as the Horde's own comparison has it."""
    names = ["Deliberate", "deliberate", " deliberate", "e\u0301", "\u00e9", "x\0y", "x\ny", "模型", "😀", "a::user#12"]
    report = parse_stats(stats_of(dict.fromkeys(names, 1)))
    assert set(rows(report)) == set(names)
    assert set(rows(parse_status(list(map(status_entry, names))))) == set(names)


KNOWN_STATS = stats_of({"a": 1})
UNKNOWN_STATS: dict[str, Any] = {
    "no rows": {period: {} for period in PERIODS},
    "nothing at all": {},
    "another client's field mask": {"day": {"a": 1}},
    "a period missing": {period: found for period, found in KNOWN_STATS.items() if period != "total"},
    "a null map": KNOWN_STATS | {"month": None},
    "a list for a map": KNOWN_STATS | {"day": []},
    "a number for a map": KNOWN_STATS | {"day": 3},
    "only null figures": {period: {"a": None} for period in PERIODS},
    "only unreadable names": stats_of({"": 1, LONE_SURROGATE: 2}),
    "an error of the Horde's": {"message": "Something went wrong."},
}
UNKNOWN_STATUS: dict[str, Any] = {
    "no rows": [],
    "another client's field mask": [{"name": "a", "count": 3}, {"name": "b", "count": 1}],
    "names alone": [{"name": "a"}],
    "only null figures": [status_entry(count=None, jobs=None, performance=None)],
    "only halves of entries": [status_entry(jobs=-1)],
    "only unreadable names": list(map(status_entry, NOT_A_NAME)),
    "no entry": list(NOT_AN_ENTRY),
    "one name twice": [status_entry(), status_entry()],
}


@pytest.mark.parametrize("raw", UNKNOWN_STATS.values(), ids=UNKNOWN_STATS)
def test_statistics_without_figures_are_unknown(raw: Any) -> None:
    """Rule 3: zero is not unknown; whatever is left in the frame carries no figure."""
    assert_unknown(parse_stats(raw))


@pytest.mark.parametrize("raw", UNKNOWN_STATUS.values(), ids=UNKNOWN_STATUS)
def test_a_status_without_figures_is_unknown(raw: Any) -> None:
    """Rule 3: zero is not unknown; whatever is left in the frame carries no figure."""
    assert_unknown(parse_status(raw))


def assert_unknown(report: Payload) -> None:
    assert not report.known
    assert report.frame.drop("api_name").null_count().row(0) == (report.frame.height,) * (report.frame.width - 1)


def test_zeros_are_figures() -> None:
    """Rule 3: zeros that the Horde sends are known."""
    assert parse_stats(stats_of({"a": 0})).complete
    assert parse_status([status_entry(count=0, jobs=0, performance=0)]).complete


def test_a_period_of_which_no_figure_can_be_read_is_unknown() -> None:
    report = parse_stats(stats_of({"a": 2, "b": 3}) | {"month": {"a": -1, "b": None}})
    assert report.known == {"usage_day", "usage_total"}
    assert rows(report) == {"a": [2, None, 2], "b": [3, None, 3]}


@pytest.mark.parametrize("raw", [None, [], [{}], "text", 3, 1.5, True], ids=repr)
def test_statistics_that_are_no_object_are_an_error(raw: Any) -> None:
    with pytest.raises(HordeAPIError, match="instead of an object"):
        parse_stats(raw)


@pytest.mark.parametrize("raw", [None, {}, {"message": "secret"}, "secret", 3, True], ids=repr)
def test_a_status_that_is_no_list_is_an_error_that_keeps_the_body_to_itself(raw: Any) -> None:
    with pytest.raises(HordeAPIError, match="instead of a list") as caught:
        parse_status(raw)
    assert "secret" not in caught.value.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(["a", "A", "b/a", "", LONE_SURROGATE]) | st.text(st.characters(), max_size=3)
FIGURES = st.integers(0, 9) | st.floats() | st.none() | st.text(max_size=1) | st.integers()
STATS = st.fixed_dictionaries({}, optional={period: st.dictionaries(NAMES, FIGURES, max_size=4) for period in PERIODS})
STATUS = st.lists(
    JSON
    | st.fixed_dictionaries(
        {"name": NAMES | JSON},
        optional={"count": FIGURES, "jobs": FIGURES, "performance": FIGURES},
    ),
    max_size=5,
)


@given(STATS | st.fixed_dictionaries(dict.fromkeys(PERIODS, JSON)))
def test_any_object_is_read_as_statistics(raw: dict[str, Any]) -> None:
    assert_sound(parse_stats(raw))


@given(STATUS)
def test_any_list_is_read_as_a_status(raw: list[Any]) -> None:
    assert_sound(parse_status(raw))


def assert_sound(report: Payload) -> None:
    """Every figure is a count or null, every name is once, in order, and every gap has been counted."""
    names = report.frame["api_name"].to_list()
    assert names == sorted(set(names))
    figures = [figure for row in report.frame.rows() for figure in row[1:] if figure is not None]
    assert all(figure >= 0 for figure in figures)
    assert report.faults.keys() <= FAULTS.keys()
    assert report.known <= set(report.frame.columns)
    of_known = report.frame.select("api_name", *sorted(report.known)).rows()
    assert sum(report.faults.values()) >= sum(None in row for row in of_known)
    assert {
        column for column in set(report.frame.columns[1:]) - OPTIONAL if report.frame[column].count()
    } == report.known
    assert report.known or not figures


@given(STATS, STATUS, st.randoms(use_true_random=False))
def test_order_never_matters(stats: dict[str, Any], status: list[Any], chance: random.Random) -> None:
    """Rule 12: the order of lists and keys changes neither the frames nor the digests."""
    for raw, parse in ((stats, parse_stats), (status, parse_status)):
        first, second = parse(raw), parse(shuffled(raw, chance))
        assert first.frame.equals(second.frame)
        assert (first.known, first.faults, first.digest) == (second.known, second.faults, second.digest)


def shuffled(raw: Any, chance: random.Random) -> Any:
    if isinstance(raw, list):
        return chance.sample([shuffled(entry, chance) for entry in raw], len(raw))
    if isinstance(raw, dict):
        return {key: shuffled(raw[key], chance) for key in chance.sample(list(raw), len(raw))}
    return raw


DIGESTED: dict[str, tuple[Any, Any]] = {
    "a figure": (stats_of({"a": 1}), stats_of({"a": 2})),
    "a name": (stats_of({"a": 1}), stats_of({"b": 1})),
    "a model more": (stats_of({"a": 1}), stats_of({"a": 1, "b": 0})),
    "0 and unknown": (stats_of({"a": 0, "b": 1}), stats_of({"b": 1}) | {"day": {"a": None, "b": 1}}),
    "a skipped entry": (stats_of({"a": 1}), stats_of({"a": 1, "": 1})),
    "no rows and no figures": (UNKNOWN_STATS["no rows"], UNKNOWN_STATS["only null figures"]),
}


@pytest.mark.parametrize(("one", "other"), DIGESTED.values(), ids=DIGESTED)
def test_digests_tell_contents_apart(one: Any, other: Any) -> None:
    assert parse_stats(one).digest == parse_stats(json.loads(json.dumps(one))).digest
    assert parse_stats(one).digest != parse_stats(other).digest


PLAIN = observation_of(stats_of({"a": 1}))
LATER = FETCHED + timedelta(seconds=1)


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, stats=parse_stats(stats_of({"a": 2}))),
        replace(PLAIN, status=parse_status(status_of({"a": 2}))),
        replace(PLAIN, other_type_names=frozenset({"a"})),
        replace(PLAIN, other_type_names=None),
        replace(PLAIN, status_fetched_at=LATER),
        replace(PLAIN, stats_fetched_at=LATER),
        replace(PLAIN, stale=True),
        replace(PLAIN, notices=(DataWarning("horde_stale", "?"),)),
    ],
    ids=["stats", "status", "clashes", "clashes unknown", "status time", "stats time", "stale", "notices"],
)
def test_a_fingerprint_covers_all_that_an_answer_shows(other: Observation) -> None:
    assert other.fingerprint() != PLAIN.fingerprint()
    assert replace(other).fingerprint() == other.fingerprint()


def test_an_observation_is_as_old_as_its_oldest_part() -> None:
    assert replace(PLAIN, status_fetched_at=LATER).fetched_at == FETCHED
    assert replace(PLAIN, stats_fetched_at=LATER).fetched_at == FETCHED


@pytest.mark.parametrize("name", ["stats_img_models_all", "stats_text_models"])
def test_captured_statistics_are_read_whole(shared_data: Path, name: str) -> None:
    raw = json.loads((shared_data / "horde-api" / f"{name}.json").read_bytes())
    report = parse_stats(raw)
    assert (report.complete, faults(report)) == (True, {})
    assert report.frame.height == len(raw["month"])
    assert [report.frame[f"usage_{period}"].sum() for period in PERIODS] == [sum(raw[p].values()) for p in PERIODS]


@pytest.mark.parametrize("name", ["status_models_image_all", "status_models_text_all"])
def test_a_captured_status_is_read_whole(shared_data: Path, name: str) -> None:
    raw = json.loads((shared_data / "horde-api" / f"{name}.json").read_bytes())
    report = parse_status(raw)
    assert (report.complete, faults(report)) == (True, {})
    assert report.frame["worker_count"].sum() == sum(entry["count"] for entry in raw)
    assert report.frame["queued_jobs"].sum() == sum(entry["jobs"] for entry in raw)
