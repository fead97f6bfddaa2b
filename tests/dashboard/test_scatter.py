"""Use against size: every model is a dot, none lies on another, and zero is never on the logarithmic axis."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from horde_model_reference.dashboard.scatter import (
    CLASSES,
    MOST_UNUSED,
    MOST_USED,
    NARROWEST,
    PITCH,
    STEPS,
    Scatter,
    scatter,
)
from tests.support.builders import TEXT, catalogue_of, observation_of, stats_of, table_of, weighing
from tests.support.rows import judged

GB = 2**30


def drawn(use: dict[str, int], *, limit: int = 200) -> Scatter:
    return scatter(table_of(catalogue_of(list(use)), observation_of(stats_of(use))), limit)


def named(uses: list[int]) -> dict[str, int]:
    return {f"model {at}": use for at, use in enumerate(uses)}


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_every_model_is_a_dot_beside_the_others(uses: list[int]) -> None:
    found = drawn(named(uses))
    dots = [dot for row in found.rows for dot in row.dots]
    assert sorted(dot.name for dot in dots) == sorted(named(uses))
    assert found.left_out == 0
    for row in found.rows:
        assert all(row.top <= dot.y <= row.top + row.height for dot in row.dots)
        for one, other in combinations(row.dots, 2):
            away = math.hypot((one.x - other.x) / 100 * NARROWEST, one.y - other.y)
            crowded = sum(abs(dot.x - one.x) / 100 * NARROWEST < PITCH for dot in row.dots) > 2 * STEPS + 1
            assert away >= PITCH - 0.2 or crowded


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=10))
def test_zero_is_never_on_the_axis(uses: list[int]) -> None:
    found = drawn(named([0, *uses]))
    unused = next(dot for row in found.rows for dot in row.dots if dot.name == "model 0")
    assert found.lane_start < unused.x < found.lane_start + found.lane_width < found.axis
    assert all(dot.x >= found.axis for row in found.rows for dot in row.dots if dot is not unused)
    assert all(float(tick.label.replace(",", "")) > 0 for tick in found.ticks)


def test_the_axis_begins_at_100_unless_less_used_models_are_there() -> None:
    assert [tick.label for tick in drawn(named([0, 500, 2000])).ticks] == ["100", "1,000", "10,000"]
    assert [tick.label for tick in drawn(named([5, 80])).ticks] == ["1", "10", "100"]


def test_the_policys_limit_is_a_line_where_it_lies_on_the_axis() -> None:
    found = drawn(named([0, 500]))
    assert found.limit is not None
    assert found.axis < found.limit < 100
    assert drawn(named([0, 500]), limit=0).limit is None


def test_proposed_models_have_a_ring_and_the_worst_come_first() -> None:
    table = table_of(catalogue_of(["a", "b"]), observation_of(stats_of({"c": 1})))
    (row,) = scatter(judged(table, {"b": ("remove", ["candidate"])}), 200).rows
    assert [(dot.name, dot.proposed) for dot in row.dots] == [("a", False), ("b", True)]
    assert "remove; 0 requests in 30 days, 2.0 GB" in row.dots[1].words


def test_classes_count_every_model_once() -> None:
    uses = [0, 1, 199, 200, 999, 1000, 10_000, 10**6]
    (row,) = drawn(named(uses)).rows
    assert dict(zip((word for word, _, _ in CLASSES), row.classes, strict=True)) == {
        "0": 1, "<200": 2, "<1,000": 2, "<10,000": 1, "more": 2,
    }  # fmt: skip


@pytest.mark.parametrize(("use", "most"), [(0, MOST_UNUSED), (7, MOST_USED)])
def test_too_many_are_counted_not_drawn(use: int, most: int) -> None:
    assert drawn(named([use] * (most + 3))).left_out == 3


def test_rule_3_unknown_use_is_left_out_and_unknown_size_has_a_band() -> None:
    table = table_of(catalogue_of({"a": weighing(None)}, TEXT), observation_of(stats_of({"a": 5}), category=TEXT))
    assert [row.label for row in scatter(table, 200).rows] == ["parameters unknown"]
    nothing = table_of(catalogue_of(["a"]), observation_of({"day": {}, "month": {}, "total": {}}))
    found = scatter(nothing, 200)
    assert (found.rows, found.left_out) == ((), 1)
