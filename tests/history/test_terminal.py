"""The drawing of use over time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from horde_model_reference.history.history_schema import DayInfo
from horde_model_reference.history.terminal import blocks, by_week, in_words
from tests.support.histories import a_history

LAST = date(2026, 5, 31)


def points(use: dict[int, int]) -> list[DayInfo]:
    """Days by how long before the last one they are."""
    return [
        DayInfo(day=LAST - timedelta(age), usage_day=count, usage_month=0, usage_total=0, worker_threads=None)
        for age, count in use.items()
    ]


def day_of(total: int | None) -> DayInfo:
    """A day without use, and what the Horde said of all time."""
    known = None if total is None else 0
    return DayInfo(day=LAST, usage_day=known, usage_month=known, usage_total=total, worker_threads=None)


@pytest.mark.parametrize(
    ("weeks", "drawn"),
    [
        ([0.0, 1.0, 50.0, 100.0], " ▁▅█"),
        ([None, 3.0], "·█"),
        ([0.0, 0.0], "  "),
        ([], ""),
    ],
)
def test_a_block_a_week(weeks: list[float | None], drawn: str) -> None:
    assert blocks(weeks) == drawn


def test_weeks_are_scaled_and_gaps_unknown() -> None:
    assert by_week(points({0: 2, 1: 4, 15: 1}), LAST) == [7.0, None, 21.0]
    assert by_week([], None) == []


@pytest.mark.parametrize(
    ("total", "said"),
    [
        (0, ", never seen in use; "),
        (9000, ", last used before its history begins, or in a gap of it (9,000 requests ever); "),
        (None, "; "),
    ],
)
def test_that_no_use_was_seen_is_held_against_the_total(total: int | None, said: str) -> None:
    told = in_words(a_history(first_seen=LAST, points=[day_of(total)]))
    assert told.startswith(f"First seen on 2026-05-31{said}")


def test_a_name_that_was_never_seen_is_said_once() -> None:
    assert in_words(a_history(points=[day_of(0)])).startswith("Never seen; ")


@pytest.mark.parametrize(
    ("counters", "most"), [((0, 37, 0), 37), ((0, 37, 90), 90), ((0, 0, None), None), ((0, 0, 0), 0)]
)
def test_the_total_trails_so_the_month_tells_of_use_as_well(counters: tuple[int | None, ...], most: int | None) -> None:
    day, month, total = counters
    point = DayInfo(day=LAST, usage_day=day, usage_month=month, usage_total=total, worker_threads=None)
    assert a_history(points=[point]).used_ever == most
    assert a_history(points=[]).used_ever is None
