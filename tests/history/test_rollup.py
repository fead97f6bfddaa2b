"""Old days are kept by the month, for ever."""

from __future__ import annotations

import asyncio
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from horde_model_reference.history.database import open_in_memory
from horde_model_reference.history.days import day_number, month_number
from horde_model_reference.history.snapshots import Snapshot
from horde_model_reference.history.store import HistoryStore, store_on
from tests.support.clock import AFTER_ALL
from tests.support.past import IMAGES, all_kept, compile_of, keep_all, look_of

JANUARY = month_number(day_number(date(2025, 1, 1)))


async def a_hundred_days(store: HistoryStore) -> None:
    days = [compile_of(day, {"a": (2, 60, 2 * day), "b": (day % 2, 15, day)}) for day in range(100) if day != 7]
    await keep_all(store, [*days, *(look_of(day, {"a": 1 + day % 3}) for day in range(0, 100, 2))])


async def test_only_whole_months_go(store: HistoryStore) -> None:
    await a_hundred_days(store)
    assert await store.prune(62) == 1
    kept = await all_kept(store)
    assert kept["image"]["days"][0] == "2025-02-01"
    assert kept["image"]["closed"] == [(JANUARY, 30, 16, 16)]
    assert kept["image"]["months"] == [
        ("a", JANUARY, day_number(date(2025, 1, 1)), day_number(date(2025, 1, 31)), 30, 60, 60, 16, 31, 3),
        ("b", JANUARY, day_number(date(2025, 1, 1)), day_number(date(2025, 1, 30)), 14, 14, 30, 0, 0, 0),
    ]


async def test_closing_twice_changes_nothing_and_forgets_no_end(store: HistoryStore) -> None:
    await a_hundred_days(store)
    before = await all_kept(store)
    await store.prune(62)
    after = await all_kept(store)
    assert await store.prune(62) == 0
    assert await all_kept(store) == after
    assert after["image"]["ends"] == before["image"]["ends"]


async def test_what_belongs_to_a_closed_month_is_refused(store: HistoryStore) -> None:
    await a_hundred_days(store)
    await store.prune(62)
    before = await all_kept(store)
    late: list[Snapshot] = [
        compile_of(7, {"a": 9}),
        look_of(3, {"a": 9}),
        compile_of(31, {"c": 9}),
        look_of(31, {"c": 1}, hour=3),
    ]
    assert await keep_all(store, late) == ["closed", "closed", "new", "new"]
    assert (await all_kept(store))["image"]["months"] == before["image"]["months"]


async def test_an_empty_history_has_nothing_to_close(store: HistoryStore) -> None:
    assert await store.prune(62) == 0
    await keep_all(store, [compile_of(0, {"a": 1})])
    assert await store.prune(62) == 0


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 9)), min_size=1, max_size=12, unique_by=lambda t: t[0]))
def test_no_use_is_lost_and_none_is_made(use: list[tuple[int, int]]) -> None:
    async def run() -> tuple[int, int]:
        store = store_on(await open_in_memory(), AFTER_ALL)
        await keep_all(store, [compile_of(day, {"a": (count, count, 1000 * day)}) for day, count in use])

        async def summed() -> int:
            kept = await all_kept(store)
            rows, months = kept["image"]["usage"], kept["image"]["months"]
            return int(sum(row[2] for row in rows) + sum(row[5] for row in months))

        before = await summed()
        await store.prune(62)
        after = await summed()
        await store.aclose()
        return before, after

    before, after = asyncio.run(run())
    assert before == after == sum(count for _, count in use)
    assert IMAGES.value == "image"
