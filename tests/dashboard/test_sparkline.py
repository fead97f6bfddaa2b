"""Small pictures within cells: within their frame, and broken where a week is unknown."""

from __future__ import annotations

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.dashboard.sparkline import EDGE, HEIGHT, WIDTH, log_share, share_of, weeks_line

weeks = st.lists(st.none() | st.floats(0, 1e9), min_size=1, max_size=20)


@given(weeks)
def test_every_known_week_is_a_point_within_the_frame(use: list[float | None]) -> None:
    lines = weeks_line(use)
    known = [week for week in use if week is not None]
    if lines is None:
        assert known == []
        return
    runs = [list(run) for known_here, run in groupby(reversed(use), lambda week: week is not None) if known_here]
    points = [[tuple(map(float, point.split(","))) for point in line.split(" ")] for line in lines]
    assert [len(line) for line in points] == [max(2, len(run)) for run in runs], "one week is a dot"
    assert all(0 <= x <= WIDTH and EDGE <= y <= HEIGHT - EDGE for line in points for x, y in line)


def test_no_use_lies_on_the_ground() -> None:
    assert weeks_line([0, 0]) == ("0.0,14.5 64.0,14.5",)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_bars_grow_with_use_up_to_the_whole(first: int, second: int) -> None:
    low, high = sorted((first, second))
    shares = [log_share(low, high), log_share(high, high)]
    assert shares[0] is not None
    assert 0 < shares[0] <= (shares[1] or 0) == 100


def test_nothing_and_unknown_have_no_bar() -> None:
    assert log_share(0, 10) is log_share(None, 10) is log_share(0, 0) is None
    assert share_of(0, 10) is share_of(None, 10) is share_of(0, 0) is None


def test_a_plain_bar_is_the_share_of_the_longest() -> None:
    assert (share_of(5, 10), share_of(10, 10), share_of(10, None)) == (50, 100, None)
