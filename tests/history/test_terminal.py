"""The drawing of use over time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from horde_model_reference.history.history_schema import DayInfo
from horde_model_reference.history.terminal import blocks, by_week

LAST = date(2026, 5, 31)


def points(use: dict[int, int]) -> list[DayInfo]:
    """Days by how long before the last one they are."""
    return [
        DayInfo(day=LAST - timedelta(age), usage_day=count, usage_month=0, usage_total=0, worker_threads=None)
        for age, count in use.items()
    ]


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
