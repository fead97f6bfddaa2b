"""Pictures: every model in its place, and the figures behind it."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.dashboard import pictures
from horde_model_reference.dashboard.pictures import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MOST_BARS,
    RIGHT,
    TOP,
    WIDTH,
    hosts,
    levels_by_baseline,
    pictures_page,
    scatter,
)
from tests.support.builders import IMAGE, TEXT, catalogue_of, observation_of, stats_of, table_of, weighing
from tests.support.markup import Markup

GB = 2**30


def table(models: dict[str, tuple[int, float]], **fields: object) -> RiskTable:
    """A table of models by name: month use, and size in GB."""
    records = {name: {"size_on_disk_bytes": round(size * GB)} | fields for name, (_, size) in models.items()}
    stats = stats_of({name: (0, use, use) for name, (use, _) in models.items()} | {"elsewhere": 1})
    return table_of(catalogue_of(records), observation_of(stats))


@given(
    st.dictionaries(st.text("abcdef", min_size=1), st.tuples(st.integers(0, 10**7), st.floats(0.1, 900)), min_size=1)
)
def test_every_model_has_its_place_within_the_axes(models: dict[str, tuple[int, float]]) -> None:
    drawn = scatter(table(models))
    assert {mark.name for mark in drawn.marks} == models.keys()
    assert all(LEFT < mark.x < WIDTH - RIGHT and TOP < mark.y < HEIGHT - BOTTOM for mark in drawn.marks)
    by_size = sorted(drawn.marks, key=lambda mark: mark.size)
    assert all(left.x <= right.x for left, right in pairwise(by_size))
    by_use = sorted(drawn.marks, key=lambda mark: mark.usage_month)
    assert all(low.y >= high.y for low, high in pairwise(by_use))


def test_axes_are_logarithmic_and_nothing_lies_on_a_line_of_its_own() -> None:
    drawn = scatter(table({"a": (0, 1), "b": (1, 10), "c": (100, 100), "d": (10_000, 100)}))
    at = {mark.name: mark for mark in drawn.marks}
    assert at["b"].x - at["a"].x == pytest.approx(at["c"].x - at["b"].x, abs=0.2)
    assert at["b"].y - at["c"].y == pytest.approx(at["c"].y - at["d"].y, abs=0.2)
    assert at["a"].y > at["b"].y
    assert [tick.label for tick in drawn.up] == ["0", "1", "10", "100", "1,000", "10,000"]
    assert [tick.label for tick in drawn.across] == ["1 GB", "2 GB", "5 GB", "10 GB", "20 GB", "50 GB", "100 GB"]


def test_the_cheap_to_drop_corner_holds_the_large_and_little_used() -> None:
    drawn = scatter(table({"a": (5, 1), "b": (5, 2), "c": (5, 3), "cheap": (199, 50), "dear": (201, 60)}))
    within = {mark.name for mark in drawn.marks if mark.x >= drawn.corner_x and mark.y >= drawn.corner_y}
    assert within == {"cheap"}
    assert drawn.large == 50


def test_what_is_left_out_is_counted_by_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_MARKS", 2)
    models = table({"a": (1, 1), "b": (1, 2), "c": (1, 3), "d": (1, 4)})
    sizeless = table_of(
        catalogue_of({"a": {}, "b": {"size_on_disk_bytes": None}}), observation_of(stats_of({"a": 1, "b": 1}))
    )
    assert [mark.name for mark in scatter(models).marks] == ["d", "c"]
    assert (scatter(models).unknown, scatter(models).too_many) == (0, 2)
    assert (scatter(sizeless).unknown, scatter(sizeless).too_many) == (1, 0)


def test_a_small_size_is_no_unknown_one() -> None:
    """Also where it rounds to nothing, or is nothing."""
    drawn = scatter(table({"nothing": (3, 0), "tiny": (4, 0.004), "small": (5, 0.5), "large": (6, 50)}))
    assert {mark.name: mark.size for mark in drawn.marks} == {"nothing": 0, "tiny": 0, "small": 0.5, "large": 50}
    assert drawn.unknown == 0
    assert len({mark.x for mark in drawn.marks}) == 3
    assert all(LEFT < mark.x < WIDTH - RIGHT for mark in drawn.marks)
    assert [mark.name for mark in scatter(table({"tiny": (4, 0.004)})).marks] == ["tiny"]


def test_text_models_are_drawn_by_their_number_of_weights() -> None:
    """Design section 8: charts use it where GB is unknown."""
    sizes = {"a/Tiny": 350 * 10**6, "b/Mid": 7 * 10**9, "c/Large": 70 * 10**9, "d/Unknown": None}
    records = {name: weighing(size) for name, size in sizes.items()}
    made = table_of(catalogue_of(records, TEXT), observation_of(stats_of({"a/Tiny": 9, "x": 1}), category=TEXT))
    drawn = scatter(made)
    assert [(mark.name, mark.size) for mark in drawn.marks] == [
        ("c/Large", 70 * 10**9),
        ("b/Mid", 7 * 10**9),
        ("a/Tiny", 350 * 10**6),
    ]
    assert drawn.unknown == 1
    assert drawn.marks[0].x - drawn.marks[1].x == pytest.approx((WIDTH - LEFT - RIGHT - 24) / math.log10(200), abs=0.2)
    assert [tick.label for tick in drawn.across] == ["500M", "1B", "2B", "5B", "10B", "20B", "50B"]
    page = pictures_page(made)
    assert "a/Tiny: 9 requests a month, 350M parameters" in page
    assert "from 70B parameters on" in page
    assert ">number of parameters</text>" in page
    assert "GB" not in page


def test_bars_add_up() -> None:
    catalogue = catalogue_of(
        {
            "a": {"baseline": "x"},
            "b": {"baseline": "x", "config": {"download": []}},
            "c": {"baseline": None},
        }
    )
    made = table_of(catalogue, observation_of(stats_of({"a": (5, 500, 500), "b": (5, 500, 500), "c": (5, 500, 500)})))
    levels = levels_by_baseline(made)
    assert [(bar.label, bar.total) for bar in levels.bars] == [("x", 2), ("none named", 1)]
    assert all(sum(part.number for part in bar.parts) == bar.total for bar in levels.bars)
    for bar in levels.bars:
        assert all(
            left.start + left.width == pytest.approx(right.start, abs=0.2) for left, right in pairwise(bar.parts)
        )
        assert bar.end <= WIDTH
    assert [(bar.label, bar.total) for bar in hosts(made).bars] == [("huggingface.co", 2)]


def test_more_bars_than_fit_are_counted() -> None:
    models = {f"m{at}": {"baseline": f"b{at}"} for at in range(MOST_BARS + 3)}
    drawn = levels_by_baseline(table_of(catalogue_of(models), observation_of(stats_of({"m1": 1}))))
    assert (len(drawn.bars), drawn.left_out) == (MOST_BARS, 3)
    assert "3 baselines more are not" in pictures_page(
        table_of(catalogue_of(models), observation_of(stats_of({"m1": 1})))
    )


@pytest.mark.parametrize("stats", [{"a": 5}, {}], ids=["known", "unknown"])
@pytest.mark.parametrize("category", [IMAGE, TEXT])
def test_a_page_of_pictures_is_made_of_whatever_there_is(category: object, stats: dict[str, int]) -> None:
    fields: dict[str, object] = (
        {} if category is IMAGE else {"size_on_disk_bytes": None, "config": {}, "baseline": None}
    )
    made = table_of(
        catalogue_of({"a": fields}, category),  # type: ignore[arg-type]
        observation_of(stats_of(stats), category=category),  # type: ignore[arg-type]
    )
    page = Markup(pictures_page(made))
    assert page.inline() == []
    assert len(page.all("figure")) == len(page.all("table")) >= 1
    assert len(page.all("svg", role="img")) == len(page.all("figure"))
