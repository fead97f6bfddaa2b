"""Which days are told of by the counters of others; the days without use that follow are of ``test_trends.py``."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from horde_model_reference.history.days import first_day_of_month
from horde_model_reference.history.reading import CLOSED
from horde_model_reference.history.unseen_use import checked_days, unseen_days


@pytest.mark.parametrize(
    ("days", "checked"),
    [
        ([5], [5]),
        (range(100), [99]),
        ([*range(10), *range(12, 100)], [12, 39, 99]),
        ([*range(10), *range(60, 100)], [60, 99]),
        ([0, 20, 40], [20, 40]),
    ],
    ids=["one day", "no gap", "a short gap", "a gap longer than a month's counter", "now and then"],
)
def test_days_whose_counters_reach_back_over_a_gap_are_checked(days: Sequence[int], checked: list[int]) -> None:
    assert checked_days(days) == checked


JANUARY, FEBRUARY, MARCH = map(first_day_of_month, (0, 1, 2))


@pytest.mark.parametrize(
    ("months", "days", "first", "unseen"),
    [
        ([], [MARCH, MARCH + 2], MARCH, [MARCH + 1]),
        ([(0, 31), (1, 28)], [MARCH, MARCH + 2], JANUARY, [MARCH + 1]),
        ([(0, 30), (1, 28)], [MARCH, MARCH + 1], FEBRUARY, []),
        ([(0, 31), (1, 27)], [MARCH, MARCH + 1], MARCH, []),
        ([(0, 31)], [MARCH], JANUARY, list(range(FEBRUARY, MARCH))),
        ([(0, 31), (1, 28)], [MARCH + 1], JANUARY, [MARCH]),
    ],
    ids=[
        "none closed",
        "all seen",
        "one not all seen",
        "the last one not all seen",
        "a month without any",
        "begun late",
    ],
)
def test_closed_months_count_where_all_their_days_were_seen(
    months: list[tuple[int, int]], days: list[int], first: int, unseen: list[int]
) -> None:
    closed = pl.DataFrame([(month, seen, 0, 0) for month, seen in months], schema=CLOSED, orient="row")
    assert unseen_days(days, closed) == (first, unseen)
