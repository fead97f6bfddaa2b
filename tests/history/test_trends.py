"""What a year says of models."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl
import pytest

from horde_model_reference.analytics.usage_trend import UsageOverTime, UsageYear
from horde_model_reference.history.days import first_day_of_month
from horde_model_reference.history.reading import CLOSED, ENDS, USAGE, USE
from horde_model_reference.history.trends import KeptUse, usage_over_time
from horde_model_reference.history.unseen_use import checked_days

DAYS = 400
NAMES = pl.Series("name", ["a", "b", "never"])
OWNERS = pl.DataFrame(
    {"name_id": [1, 2], "model_index": [0, 1]}, schema={"name_id": pl.Int32, "model_index": pl.UInt32}
)


def usage_of(
    use: Callable[[int], int | None],
    days: Sequence[int] = range(DAYS),
    month: int | None = None,
    closed: Sequence[tuple[int, int, int, int]] = (),
) -> UsageOverTime:
    """The use of a model that was used so often on each day (0 is the first), beside one that is always used.

    Its counter of the month is the sum of 30 days, unless another one of the last day is given.
    """

    def counters(day: int) -> list[tuple[int, int, int | None, int, int]]:
        own = sum(use(before) or 0 for before in range(max(0, day - 29), day + 1))
        own = month if month is not None and day == days[-1] else own
        return [(1, day, use(day), own, 1000), (2, day, 1, 30, 1000)]

    rows = [(name_id, day, used) for day in days for name_id, _, used, *_ in counters(day)]
    used = pl.DataFrame(rows, schema=USE, orient="row")
    checked = pl.DataFrame([row for day in checked_days(days) for row in counters(day)], schema=USAGE, orient="row")
    months = pl.DataFrame(list(closed), schema=CLOSED, orient="row")
    return usage_over_time(NAMES, OWNERS, KeptUse(list(days), used, pl.DataFrame(schema=ENDS), checked, months))


def usage_year_of(
    use: Callable[[int], int | None],
    days: Sequence[int] = range(DAYS),
    month: int | None = None,
    closed: Sequence[tuple[int, int, int, int]] = (),
) -> UsageYear:
    """The last year of the first model of :func:`usage_of`."""
    found = usage_of(use, days, month, closed)
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
        (lambda day: int(day == 95), range(100), 0, 4),
    ],
    ids=["last used", "never", "the month says so", "used in a gap", "used again in a gap", "the counter fell"],
)
def test_days_without_use(use: Callable[[int], int], days: range, month: int, unused: int) -> None:
    assert usage_year_of(use, days, month).unused_days == unused


def without(*gaps: tuple[int, int]) -> list[int]:
    """The days but for some gaps, each from a day until another."""
    return [day for day in range(DAYS) if not any(begin <= day < end for begin, end in gaps)]


@pytest.mark.parametrize(
    ("used_on", "days", "unused"),
    [
        ({50}, without((100, 300)), 129),
        ({50, 200}, without((100, 300)), 129),
        (set(), without((100, 300)), 129),
        ({50}, without((100, 129)), 349),
        ({99}, without((100, 129)), 300),
        ({50, 110}, without((100, 129)), 271),
        ({50, 99, 110}, without((100, 129)), 271),
        ({50}, without((60, 61), (80, 90), (200, 201)), 349),
        ({50, 85}, without((60, 61), (80, 90), (200, 201)), 310),
        ({50}, [0, 50, 399], 30),
        ({50}, [*range(0, 400, 20), 399], 349),
    ],
    ids=[
        "nobody looked for long",
        "used meanwhile",
        "never seen",
        "the month covers a gap",
        "also just after use",
        "used in that gap",
        "used before it and in it",
        "short gaps",
        "used in a short gap",
        "hardly ever looked at",
        "looked at now and then",
    ],
)
def test_days_that_nobody_looked_at_are_not_days_without_use(used_on: set[int], days: list[int], unused: int) -> None:
    found = usage_year_of(lambda day: int(day in used_on), days)
    assert found.unused_days == unused
    truly = DAYS - 1 - max(used_on, default=-1)
    assert found.unused_days <= truly


@pytest.mark.parametrize(("senseless", "unused"), [(200, 199), (390, 349)])
def test_a_figure_that_made_no_sense_is_no_day_without_use(senseless: int, unused: int) -> None:
    assert usage_year_of(lambda day: None if day == senseless else int(day == 50)).unused_days == unused


@pytest.mark.parametrize(("seen", "unused"), [(31, 399 + 31), (30, 399)])
def test_closed_months_tell_of_use_where_all_their_days_were_seen(seen: int, unused: int) -> None:
    first = first_day_of_month(1)
    days = range(first, first + 399)
    assert usage_year_of(lambda _: 0, days, closed=[(0, seen, 31, 31)]).unused_days == unused


def test_a_short_history_knows_neither_trend_nor_season() -> None:
    found = usage_year_of(lambda day: day, range(20), month=100)
    assert (found.rising, found.rising_percent, found.falling_days) == (False, None, 0)
    assert found.season_use is found.after_season_use is None
    assert found.days_seen == 20


def test_weeks_with_few_days_are_unknown() -> None:
    found = usage_of(lambda _: 2, [day for day in range(70) if not 49 <= day < 60])
    assert found.recent.frame.row(0)[2:] == (14.0, None, None, *(14.0,) * 7, *(None,) * 3)
