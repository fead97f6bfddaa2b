"""Days of a wrong date or clock, of which nothing can have been seen: they are kept, and nothing is told of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from horde_model_reference.history.catalogue_history import CatalogueHistory
from horde_model_reference.history.exporting import exported
from horde_model_reference.history.snapshots import Snapshot
from horde_model_reference.history.store import HistoryStore
from tests.history.conftest import Stores
from tests.support.builders import catalogue_of
from tests.support.past import IMAGES, all_kept, compile_of, keep_all, look_of

POSSIBLE: list[Snapshot] = [
    *(compile_of(day, {"a": (2, 60, 2 * day), "b": (1, 15, day)}) for day in range(0, 100, 2)),
    *(look_of(day, {"a": 1 + day % 3}) for day in range(0, 100, 4)),
]
LONG_AGO = datetime(1, 1, 1, 12, tzinfo=UTC)
FAR_AWAY = datetime(9999, 12, 31, 12, tzinfo=UTC)


def seen_at(snapshot: Snapshot, moment: datetime) -> Snapshot:
    return replace(snapshot, seen_at=moment)


IMPOSSIBLE = [
    seen_at(snapshot, moment)
    for moment in (LONG_AGO, FAR_AWAY)
    for snapshot in (compile_of(0, {"a": 7, "b": moment.year}), look_of(0, {"a": 9, "b": 9}))
]


@pytest.fixture
async def both(stores: Stores) -> AsyncIterator[tuple[HistoryStore, HistoryStore]]:
    """A history with impossible days beside the others, and one without."""
    async with stores() as mixed, stores() as pure:
        assert set(await keep_all(mixed, [*POSSIBLE, *IMPOSSIBLE])) == {"new"}
        await keep_all(pure, POSSIBLE)
        yield mixed, pure


async def test_they_are_not_read(both: tuple[HistoryStore, HistoryStore]) -> None:
    mixed, pure = both
    assert await all_kept(mixed) == await all_kept(pure)
    assert await mixed.reader.newest_look(IMAGES) == await pure.reader.newest_look(IMAGES)


async def test_models_have_the_past_that_they_would_have_without(both: tuple[HistoryStore, HistoryStore]) -> None:
    mixed, pure = map(CatalogueHistory, both)
    catalogue = catalogue_of(["a", "b"])
    assert await mixed.of_models(catalogue, ["a"], 365) == await pure.of_models(catalogue, ["a"], 365)
    usage = [await history.usage(catalogue) for history in (mixed, pure)]
    assert usage[0] is not None
    assert usage[1] is not None
    assert usage[0].years == usage[1].years
    assert usage[0].recent.frame.equals(usage[1].recent.frame)


async def test_they_are_not_written_out(both: tuple[HistoryStore, HistoryStore]) -> None:
    mixed, pure = [[rows.rows() async for _, rows in exported(store, IMAGES)] for store in both]
    assert mixed == pure


async def test_no_month_is_closed_for_their_sake(both: tuple[HistoryStore, HistoryStore]) -> None:
    mixed, pure = both
    assert await mixed.prune(62) == await pure.prune(62) == 1
    assert await all_kept(mixed) == await all_kept(pure)


async def test_of_months_that_were_closed_nothing_is_told(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a version did that did not look at dates."""
    async with stores() as store:
        with monkeypatch.context() as patched:
            patched.setattr("horde_model_reference.history.reading.possible_days", lambda _: (-800, 30_000))
            moments = (datetime(1970, month, 5, tzinfo=UTC) for month in (1, 1, 6))
            await keep_all(store, map(seen_at, (POSSIBLE[0], POSSIBLE[-1], POSSIBLE[1]), moments))
            assert await store.prune(62) == 3
            assert (await all_kept(store))["image"]["months"]
        kept = (await all_kept(store))["image"]
        assert [kept[what] for what in ("closed", "months", "ends")] == [[], [], []]


async def test_a_history_of_nothing_else_is_as_an_empty_one(store: HistoryStore) -> None:
    await keep_all(store, IMPOSSIBLE)
    history, catalogue = CatalogueHistory(store), catalogue_of(["a"])
    assert await history.usage(catalogue) is None
    assert (await history.of_models(catalogue, ["a"], 30))["points"] == []
    assert await store.prune(62) == 0
