"""What a year says of models."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from horde_model_reference.analytics.usage_trend import UsageYear
from horde_model_reference.history.catalogue_history import CatalogueHistory
from horde_model_reference.history.database import open_in_memory
from horde_model_reference.history.store import store_on
from tests.support.builders import catalogue_of
from tests.support.clock import AFTER_ALL
from tests.support.past import compile_of, keep_all

DAYS = 400


async def usage_year_of(use: Callable[[int], int], days: Sequence[int] = range(DAYS), month: int = 0) -> UsageYear:
    """The past of a model that was used so often on each day (0 is the first), beside one that is always used."""
    store = store_on(await open_in_memory(), AFTER_ALL)
    figures = {day: {"a": (use(day), max(use(day), month), day), "b": (1, 30, day)} for day in days}
    await keep_all(store, [compile_of(day, of_day) for day, of_day in figures.items()])
    found = await CatalogueHistory(store).usage_years(catalogue_of(["a", "b", "never"]))
    await store.aclose()
    assert found is not None
    assert found["never"].days_seen == len(days)
    return found["a"]


async def test_steady_use_neither_rises_nor_falls() -> None:
    found = await usage_year_of(lambda day: 20 + day % 7, month=600)
    assert (found.rising, found.falling_days, found.unused_days, found.days_seen) == (False, 0, 0, DAYS)
    assert [found.season_use, found.after_season_use] == pytest.approx([23 * 30, 23 * 30], abs=20)


async def test_rising_use() -> None:
    found = await usage_year_of(lambda day: max(0, day - 340) + day % 3, month=600)
    assert found.rising
    assert (found.rising_percent or 0) > 20


@pytest.mark.parametrize(("since", "falling"), [(0, {0}), (60, {56, 91}), (190, {182}), (DAYS, {364})])
async def test_falling_use_is_told_with_how_long(since: int, falling: set[int]) -> None:
    found = await usage_year_of(lambda day: 100 + 4 * min(since, DAYS - day) + day % 5, month=600)
    assert found.falling_days in falling


async def test_seasonal_use() -> None:
    found = await usage_year_of(lambda day: 40 if day < 60 else 0)
    assert (found.season_use or 0) > 600
    assert found.after_season_use == 0
    assert found.unused_days == 340


async def test_what_a_model_had_after_its_season_may_be_unknown() -> None:
    found = await usage_year_of(lambda _: 40, [day for day in range(DAYS) if not 64 <= day < 148])
    assert (found.season_use, found.after_season_use) == (1200, None)


@pytest.mark.parametrize(
    ("use", "days", "month", "unused"),
    [
        (lambda day: int(day == 100), range(DAYS), 0, 299),
        (lambda _: 0, range(DAYS), 0, DAYS),
        (lambda _: 0, range(5), 0, 30),
        (lambda _: 0, range(100), 3, 29),
        (lambda day: int(day == 10), range(100), 3, 29),
    ],
    ids=["last used", "never", "the month says so", "used in a gap", "used again in a gap"],
)
async def test_days_without_use(use: Callable[[int], int], days: range, month: int, unused: int) -> None:
    assert (await usage_year_of(use, days, month)).unused_days == unused


async def test_a_short_history_knows_neither_trend_nor_season() -> None:
    found = await usage_year_of(lambda day: day, range(20), month=100)
    assert (found.rising, found.rising_percent, found.falling_days) == (False, None, 0)
    assert found.season_use is found.after_season_use is None
    assert found.days_seen == 20


async def test_weeks_with_few_days_are_unknown() -> None:
    store = store_on(await open_in_memory(), AFTER_ALL)
    await keep_all(store, [compile_of(day, {"a": (2, 60, day)}) for day in range(70) if not 49 <= day < 60])
    recent = await CatalogueHistory(store).recent(catalogue_of(["a"]))
    await store.aclose()
    assert recent is not None
    assert recent.frame.row(0)[2:] == (14.0, None, None, 14.0, 14.0, 14.0, 14.0, 14.0)
