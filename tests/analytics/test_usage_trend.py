"""The trend of weekly use."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.usage_trend import (
    LEAST_WEEKS,
    RECENT_COLUMNS,
    WEEK_COLUMNS,
    trend,
    with_recent_use,
)

USE = st.lists(st.floats(0, 1e6), min_size=8, max_size=8)


def trend_of(*weeks: float | None) -> tuple[float | None, ...]:
    """The trend through weeks, the newest first."""
    frame = pl.DataFrame([weeks], schema=dict.fromkeys(WEEK_COLUMNS, pl.Float64), orient="row")
    return trend(frame).row(0)


def test_a_steady_line_is_told_without_uncertainty() -> None:
    doubling = [2.0 ** (8 - week) - 1 for week in range(8)]
    percent, low, high, weeks = trend_of(*doubling)
    assert percent == low == high == pytest.approx(100 * (2 ** (30 / 7) - 1), rel=1e-3)
    assert weeks == 8


@pytest.mark.parametrize("use", [0.0, 5.0])
def test_no_change_is_no_trend(use: float) -> None:
    assert trend_of(*[use] * 8) == (0, 0, 0, 8)


def test_unknown_weeks_are_left_out() -> None:
    full = trend_of(128, 64, 32, 16, 8, 4, 2, 1)
    some = trend_of(128, None, 32, None, None, 4, None, 1)
    assert some[3] == 4
    assert some[0] == pytest.approx(full[0], rel=0.1)


@pytest.mark.parametrize("known", range(8))
def test_too_few_weeks_tell_nothing(known: int) -> None:
    told = trend_of(*[float(week) for week in range(known)], *[None] * (8 - known))
    assert (told[0] is None) is (known < LEAST_WEEKS)


@given(USE)
def test_the_trend_lies_between_its_bounds_and_turns_with_time(use: list[float]) -> None:
    percent, low, high, _ = trend_of(*use)
    backwards = trend_of(*reversed(use))[0]
    assert percent is not None
    assert backwards is not None
    assert -100 <= (low or 0) <= percent <= (high or 0)
    assert (percent > 0.05) is not (backwards > 0.05) or abs(percent) <= 0.1


def test_without_a_past_every_column_is_unknown() -> None:
    frame = with_recent_use(pl.DataFrame({"name": ["a", "b", "c"]}), None).collect().drop("name")
    assert frame.columns == [*RECENT_COLUMNS, "trend_30d"]
    assert frame.null_count().row(0) == (3,) * frame.width
    assert trend(frame)["percent"].to_list() == [None] * 3


def test_no_change_is_never_a_negative_zero() -> None:
    """Else the bytes of an answer depend on the order in which sums are made (rule 12)."""
    percent, *_ = trend_of(11, 10.99, 11, 11, 11, 10.99, 11, 11)
    assert repr(percent) == "0.0"
