"""Use over time: one line, broken where nobody looked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.dashboard.charts_page import charts_page
from horde_model_reference.dashboard.over_time import OverTime, over_time
from horde_model_reference.history.history_schema import DayInfo, ModelHistoryResponse
from tests.support.builders import catalogue_of, observation_of, stats_of, table_of
from tests.support.histories import a_history
from tests.support.markup import Markup

FIRST = date(2026, 1, 10)


def days(uses: dict[int, int | None]) -> list[DayInfo]:
    """Days by their number from the first one on."""
    return [
        DayInfo(day=FIRST + timedelta(number), usage_day=use, usage_month=None, usage_total=None, worker_threads=None)
        for number, use in uses.items()
    ]


def shown(history: ModelHistoryResponse | str) -> str:
    """The page of charts with this past."""
    table = table_of(catalogue_of(["a"]), observation_of(stats_of({"a": 1})))
    return charts_page(table, 200, history, by_count=False)


def drawn(uses: dict[int, int | None]) -> OverTime:
    picture = over_time(days(uses))
    assert picture is not None
    return picture


@given(st.dictionaries(st.integers(0, 400), st.integers(0, 10**9), min_size=2))
def test_every_day_is_a_point_within_the_axes(uses: dict[int, int]) -> None:
    picture = drawn(dict(sorted(uses.items())))
    points = {tuple(map(float, point.split(","))) for line in picture.lines for point in line.split(" ")}
    assert all(picture.left <= x <= picture.right and picture.top <= y <= picture.bottom for x, y in points)
    assert len(picture.days) == len(uses)
    assert dict(picture.days) == {FIRST + timedelta(number): use for number, use in uses.items()}
    gaps = sum(after - before > 1 for before, after in zip(sorted(uses), sorted(uses)[1:], strict=False))
    assert len(picture.lines) == gaps + 1


def test_a_day_that_nobody_looked_at_breaks_the_line() -> None:
    picture = drawn({0: 5, 1: 10, 2: None, 3: 0, 5: 10})
    first, second, third = (line.split(" ") for line in picture.lines)
    assert (len(first), len(second), len(third)) == (2, 2, 2)
    assert second[0] == second[1], "one day is a dot"
    assert first[1].endswith(f",{picture.top}")
    assert second[0].endswith(f",{picture.bottom}")


@pytest.mark.parametrize("most", [0, 1, 7, 20, 999, 1000, 1001, 123_456])
def test_the_axis_of_use_ends_at_a_round_number(most: int) -> None:
    labels = [float(tick.label.replace(",", "")) for tick in drawn({0: 0, 1: most}).up]
    assert labels[0] == 0
    assert max(1, most) <= labels[2] <= max(1, most * 5)
    assert labels[1] * 2 == labels[2]


def test_months_are_named() -> None:
    assert [tick.label for tick in drawn({0: 1, 60: 1}).across] == ["Feb 2026", "Mar 2026"]
    assert [tick.label for tick in drawn({0: 1, 364: 1}).across][:2] == ["Mar 2026", "May 2026"]


@pytest.mark.parametrize("uses", [{}, {0: 5}, {0: 5, 1: None}])
def test_too_little_is_no_picture(uses: dict[int, int | None]) -> None:
    assert over_time(days(uses)) is None


@pytest.mark.parametrize(("uses", "figures"), [({0: 5, 1: 6}, 1), ({0: 5}, 0)])
def test_the_page_has_a_table_behind_its_picture(uses: dict[int, int | None], figures: int) -> None:
    page = Markup(shown(a_history(first_seen=FIRST, points=days(uses))))
    assert page.inline() == []
    assert (
        len(page.all("div", **{"class": "time-chart"})) == len(page.all("table", **{"class": "plain days"})) == figures
    )


@pytest.mark.parametrize(
    ("total", "said"),
    [
        (0, ", never seen in use."),
        (9000, ", last used before its history begins, or in a gap of it (9,000 requests ever)."),
        (None, "."),
    ],
)
def test_that_no_use_was_seen_is_held_against_the_total(total: int | None, said: str) -> None:
    points = [
        DayInfo(day=day, usage_day=0, usage_month=None, usage_total=total, worker_threads=None)
        for day in (FIRST, FIRST + timedelta(1))
    ]
    assert f"First seen on 2026-01-10{said}</p>" in shown(a_history(first_seen=FIRST, points=points))


def test_the_last_use_is_told_where_it_was_seen() -> None:
    history = a_history(first_seen=FIRST, last_used=FIRST, points=days({0: 5, 1: 0}))
    assert "First seen on 2026-01-10, last used on 2026-01-10." in shown(history)


def test_a_past_that_is_not_known_says_why() -> None:
    assert '<p class="faint">There is none &amp; no more.</p>' in shown("There is none & no more.")
