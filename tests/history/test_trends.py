"""What a year says of models."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl
import pytest

from horde_model_reference.analytics.usage_trend import UsageOverTime, UsageYear
from horde_model_reference.history.reading import ENDS, USE
from horde_model_reference.history.trends import KeptUse, usage_over_time

DAYS = 400
NAMES = pl.Series("name", ["a", "b", "never"])
OWNERS = pl.DataFrame(
    {"name_id": [1, 2], "model_index": [0, 1]}, schema={"name_id": pl.Int32, "model_index": pl.UInt32}
)


def usage_of(use: Callable[[int], int], days: Sequence[int] = range(DAYS), month: int = 0) -> UsageOverTime:
    """The use of a model that was used so often on each day (0 is the first), beside one that is always used."""
    rows = [(name_id, day, used) for day in days for name_id, used in ((1, use(day)), (2, 1))]
    used = pl.DataFrame(rows, schema=USE, orient="row")
    months = pl.Series("month", [max(use(days[-1]), month), 30, 0])
    return usage_over_time(NAMES, OWNERS, KeptUse(list(days), used, pl.DataFrame(schema=ENDS)), months)


def usage_year_of(use: Callable[[int], int], days: Sequence[int] = range(DAYS), month: int = 0) -> UsageYear:
    """The last year of the first model of :func:`usage_of`."""
    found = usage_of(use, days, month)
    assert found.years["never"].days_seen == len(days)
    return found.years["a"]


def test_steady_use_neither_rises_nor_falls() -> None:
    found = usage_year_of(lambda day: 20 + day % 7, month=600)
    assert (found.rising, found.falling_days, found.unused_days, found.days_seen) == (False, 0, 0, DAYS)
    assert [found.season_use, found.after_season_use] == pytest.approx([23 * 30, 23 * 30], abs=20)


def test_rising_use() -> None:
    found = usage_year_of(lambda day: max(0, day - 340) + day % 3, month=600)
    assert found.rising
    assert (found.rising_percent or 0) > 20


@pytest.mark.parametrize(("since", "falling"), [(0, {0}), (60, {56, 91}), (190, {182}), (DAYS, {364})])
def test_falling_use_is_told_with_how_long(since: int, falling: set[int]) -> None:
    found = usage_year_of(lambda day: 100 + 4 * min(since, DAYS - day) + day % 5, month=600)
    assert found.falling_days in falling


def test_seasonal_use() -> None:
    found = usage_year_of(lambda day: 40 if day < 60 else 0)
    assert (found.season_use or 0) > 600
    assert found.after_season_use == 0
    assert found.unused_days == 340


def test_what_a_model_had_after_its_season_may_be_unknown() -> None:
    found = usage_year_of(lambda _: 40, [day for day in range(DAYS) if not 64 <= day < 148])
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
def test_days_without_use(use: Callable[[int], int], days: range, month: int, unused: int) -> None:
    assert usage_year_of(use, days, month).unused_days == unused


def test_a_short_history_knows_neither_trend_nor_season() -> None:
    found = usage_year_of(lambda day: day, range(20), month=100)
    assert (found.rising, found.rising_percent, found.falling_days) == (False, None, 0)
    assert found.season_use is found.after_season_use is None
    assert found.days_seen == 20


def test_weeks_with_few_days_are_unknown() -> None:
    found = usage_of(lambda _: 2, [day for day in range(70) if not 49 <= day < 60])
    assert found.recent.frame.row(0)[2:] == (14.0, None, None, *(14.0,) * 7, *(None,) * 3)
