"""Days and months, and which day a set of statistics describes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.history.days import (
    CLOCK_SKEW,
    day_described,
    day_number,
    day_of_number,
    first_day_of_month,
    month_number,
    possible_days,
)


@given(st.dates())
def test_a_number_is_the_day_s_own(day: date) -> None:
    number = day_number(day)
    assert day_of_number(number) == day
    first = first_day_of_month(month_number(number))
    assert day_of_number(first) == day.replace(day=1)


@pytest.mark.parametrize(
    ("seen_at", "day"),
    [
        (datetime(2026, 5, 2, 1, 0, tzinfo=UTC), date(2026, 5, 1)),
        (datetime(2026, 5, 2, 23, 59, tzinfo=UTC), date(2026, 5, 1)),
        (datetime(2026, 5, 3, 0, 59, tzinfo=UTC), date(2026, 5, 1)),
        (datetime(2026, 5, 3, 2, 30, tzinfo=timezone(timedelta(hours=2))), date(2026, 5, 1)),
        (datetime(2026, 1, 1, 1, 0, tzinfo=UTC), date(2025, 12, 31)),
    ],
)
def test_statistics_are_of_the_24_hours_before_one_o_clock(seen_at: datetime, day: date) -> None:
    assert day_of_number(day_described(seen_at)) == day


@pytest.mark.parametrize(("minute", "day"), [(59, date(2026, 11, 24)), (60, date(2026, 11, 25))])
def test_the_possible_days_are_those_of_the_horde_up_to_now_where_clocks_may_differ_a_little(
    minute: int, day: date
) -> None:
    now = datetime(2026, 11, 24, 22, tzinfo=UTC) + timedelta(minutes=minute)
    assert timedelta(hours=1) == CLOCK_SKEW
    first, last = map(day_of_number, possible_days(now))
    assert date(2021, 12, 1) < first < date(2022, 9, 1)
    assert last == day
