"""What is kept, is kept once: whoever writes it, however often and in whatever order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from horde_model_reference.history.database import open_in_memory
from horde_model_reference.history.snapshots import Snapshot
from horde_model_reference.history.store import HistoryStore, store_on
from tests.history.conftest import Stores
from tests.support.clock import AFTER_ALL
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.past import TEXTS, all_kept, compile_of, keep_all, look_of, number

NAMES = ("a", "A", "b/c", "d\0", "d\\0")

FIGURES = st.dictionaries(st.sampled_from(NAMES), st.tuples(*[st.integers(0, 3)] * 3), min_size=1)
SIGHTINGS = st.lists(
    st.one_of(
        st.builds(compile_of, st.integers(0, 5), FIGURES, hour=st.sampled_from((1, 6, 23))),
        st.builds(look_of, st.integers(0, 3), st.dictionaries(st.sampled_from(NAMES), st.integers(0, 4), min_size=1)),
    ),
    max_size=8,
)


async def kept_of(stores: Stores, snapshots: list[Snapshot]) -> dict[str, Any]:
    async with stores() as store:
        await keep_all(store, snapshots)
        return await all_kept(store)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data(), snapshots=SIGHTINGS)
def test_order_and_repetition_change_nothing(stores: Stores, data: st.DataObject, snapshots: list[Snapshot]) -> None:
    other = data.draw(st.permutations(snapshots))
    again = data.draw(st.lists(st.sampled_from(snapshots))) if snapshots else []
    assert asyncio.run(kept_of(stores, snapshots)) == asyncio.run(kept_of(stores, [*other, *again]))


@settings(max_examples=30)
@given(st.lists(st.builds(compile_of, st.integers(0, 5), FIGURES, hour=st.sampled_from((1, 6))), max_size=10))
def test_totals_never_double(snapshots: list[Any]) -> None:
    """What is kept of a day is one set of counters that the Horde gave, never a sum of several."""

    async def run() -> dict[int, dict[str, int]]:
        store = store_on(await open_in_memory(), AFTER_ALL)
        await keep_all(store, [*snapshots, *snapshots])
        days = await store.reader.days(snapshots[0].model_type)
        rows = (await store.reader.usage_on(days)).join(await store.reader.names(snapshots[0].model_type), on="name_id")
        await store.aclose()
        found: dict[int, dict[str, int]] = {}
        for row in rows.iter_rows(named=True):
            found.setdefault(row["day"], {})[row["api_name"]] = row["usage_total"]
        return found

    if snapshots:
        said = [dict(found.frame.select("api_name", "usage_total").iter_rows()) for found in snapshots]
        assert all(counters in said for counters in asyncio.run(run()).values())


async def test_the_same_counters_are_the_same_compile_not_a_new_day(store: HistoryStore) -> None:
    """The statistics carry no date: what is seen again on the next day is a compile that did not happen."""
    days = [compile_of(0, {"a": 3}), compile_of(1, {"a": 3}), compile_of(2, {"a": 4}), compile_of(3, {"a": 4})]
    assert await keep_all(store, days) == ["new", "known", "new", "known"]
    assert (await store.reader.days(days[0].model_type)).numbers == [number(0), number(2)]


async def test_counters_of_the_day_before_give_way_to_the_day_s_own(store: HistoryStore) -> None:
    """Just after one o'clock the Horde may still give the old ones; a collector that was off meanwhile sees both."""
    await keep_all(store, [compile_of(1, {"a": 4}, hour=6), compile_of(1, {"a": 3}, hour=1)])
    days = await store.reader.days(compile_of(1, {"a": 1}).model_type)
    assert (await store.reader.usage_on(days))["usage_total"].to_list() == [4]


async def test_a_gap_is_a_gap(store: HistoryStore) -> None:
    await keep_all(store, [compile_of(0, {"a": 1}), compile_of(5, {"a": 2})])
    assert (await store.reader.days(compile_of(0, {"a": 1}).model_type)).numbers == [number(0), number(5)]


async def test_looks_are_counted_with_least_sum_and_most(store: HistoryStore) -> None:
    looks = [look_of(0, {"a": count, "b": 1}, hour) for hour, count in enumerate((2, 5, 0))]
    assert await keep_all(store, [*looks, look_of(0, {"b": 1}, 4), *looks]) == ["new"] * 4 + ["known"] * 3
    kept = await all_kept(store)
    assert kept["image"]["threads"] == [("a", number(0), 0, 7, 5, 3), ("b", number(0), 1, 4, 1, 4)]
    assert kept["image"]["looks"] == [(number(0), 4)]


@pytest.mark.parametrize("kind", HOSTILE_NAMES)
async def test_names_come_back_as_they_were(kind: str) -> None:
    """Rule 13."""
    store = store_on(await open_in_memory(), AFTER_ALL)
    await keep_all(store, [compile_of(0, {HOSTILE_NAMES[kind]: 1, "x": 2})])
    names = await store.reader.names(compile_of(0, {"x": 1}).model_type)
    await store.aclose()
    assert set(names["api_name"]) == {HOSTILE_NAMES[kind], "x"}


async def test_hostile_names_are_kept_in_both_databases(store: HistoryStore) -> None:
    """Rule 13, and PostgreSQL holds no NUL."""
    figures = dict.fromkeys([*HOSTILE_NAMES.values(), *NAMES], 1)
    await keep_all(store, [compile_of(0, figures)])
    assert set((await store.reader.names(compile_of(0, {"x": 1}).model_type))["api_name"]) == set(figures)


async def test_the_types_have_nothing_to_do_with_each_other(store: HistoryStore) -> None:
    await keep_all(store, [compile_of(0, {"a": 1}), compile_of(0, {"a": 1}, TEXTS), compile_of(1, {"a": 2}, TEXTS)])
    kept = await all_kept(store)
    assert [len(kept[kind]["usage"]) for kind in ("image", "text")] == [1, 2]


async def test_two_collectors_at_once_write_each_day_once(stores: Stores) -> None:
    snapshots = [compile_of(day, dict.fromkeys(NAMES, day + 1)) for day in range(6)]
    sightings_and_looks: list[Snapshot] = [*snapshots, *(look_of(day, {"a": 1, "b": 2}) for day in range(6))]
    expected = await kept_of(stores, sightings_and_looks)
    async with stores() as one:
        others = [store_on(one.database, AFTER_ALL) for _ in range(2)]
        outcomes = await asyncio.gather(*(keep_all(store, sightings_and_looks) for store in (one, *others)))
        assert sum(outcome == "new" for found in outcomes for outcome in found) == len(sightings_and_looks)
        assert await all_kept(one) == expected
