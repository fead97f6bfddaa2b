"""The pictures of a category, as shapes with their places; the template draws them, and a table stands behind each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.categories import SizeMeasure
from horde_model_reference.dashboard.rendering import render
from horde_model_reference.reports import words
from horde_model_reference.reports.model_size import model_size

WIDTH, HEIGHT = 900.0, 460.0
LEFT, RIGHT, TOP, BOTTOM = 70.0, 20.0, 20.0, 50.0
EDGE = 12.0
"""Padding between the axes and the outermost marks, so that no mark is cut."""
MOST_MARKS = 2000
"""Models drawn at most: the largest; a picture of more would be one blot."""
CHEAP_TO_DROP_USAGE = 200
"""Month usage below which, by the default policy, a model is a candidate."""

LEVELS = tuple(reversed(RiskLevel))


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One model in the picture of use against size."""

    x: float
    y: float
    level: RiskLevel
    name: str
    usage_month: int
    size: float


@dataclass(frozen=True, slots=True)
class SizeAxis:
    """The logarithmic axis of sizes.

    Attributes:
        smallest: Its lower end; smaller sizes are drawn here.
        steps: The sizes with a tick, where they lie among those drawn.
        label: Returns the label of a tick.
    """

    smallest: float
    steps: tuple[float, ...]
    label: Callable[[float], str]


SIZE_AXES = {
    SizeMeasure.GIGABYTES: SizeAxis(
        0.01, (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000), "{:g} GB".format
    ),
    SizeMeasure.PARAMETERS: SizeAxis(
        10**6, tuple(digit * 10**power for power in range(6, 13) for digit in (1, 2, 5)), words.weights
    ),
}


@dataclass(frozen=True, slots=True)
class Scatter:
    """Use against size, both on logarithmic axes; models without use stand on the lowest line.

    Attributes:
        marks: The models, the largest first.
        across: The ticks of the axis of sizes.
        up: The ticks of the axis of use.
        corner_x: Where the cheap-to-drop corner (large, little used) begins.
        corner_y: Where it ends.
        large: The size from which a model is large: three quarters of those drawn are not larger.
        unknown: Models whose use or size is unknown.
        too_many: Models left out because there are so many.
    """

    marks: tuple[Mark, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    corner_x: float
    corner_y: float
    large: float
    unknown: int
    too_many: int


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """Return the function that places a value on a logarithmic axis."""
    span = math.log10(high) - math.log10(low) or 1.0

    def place(value: float) -> float:
        share = (math.log10(max(value, low)) - math.log10(low)) / span
        return round(start + share * (end - start), 1)

    return place


def scatter(table: RiskTable) -> Scatter:
    """Return the picture of use against size."""
    column = model_size(table.category).column
    axis = SIZE_AXES[column]
    known = table.rows.drop_nulls(["usage_month", column])
    rows = known.sort([column, "name"], descending=[True, False]).head(MOST_MARKS)
    sizes = rows[column].cast(pl.Float64).clip(axis.smallest).to_list() or [1.0]
    usages = rows["usage_month"].to_list() or [1]
    most = max(10, *usages)
    x = _scale(min(sizes), max(sizes), LEFT + EDGE, WIDTH - RIGHT - EDGE)
    y = _scale(0.5, most, HEIGHT - BOTTOM - EDGE, TOP + EDGE)
    marks = tuple(
        Mark(x(size), y(usage), RiskLevel(level), name, usage, size)
        for name, usage, size, level in rows.select("name", "usage_month", column, "risk_level").iter_rows()
    )
    across = tuple(Tick(x(step), axis.label(step)) for step in axis.steps if min(sizes) <= step <= max(sizes))
    powers = range(int(math.log10(most)) + 1)
    up = (Tick(y(0.5), "0"), *(Tick(y(10**power), f"{10**power:,}") for power in powers))
    large = sorted(sizes)[len(sizes) * 3 // 4]
    return Scatter(
        marks=marks,
        across=across,
        up=up,
        corner_x=x(large) - EDGE,
        corner_y=y(CHEAP_TO_DROP_USAGE),
        large=large,
        unknown=table.rows.height - known.height,
        too_many=known.height - rows.height,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar: of a level, or the whole.

    Attributes:
        level: Its level; None for a bar of one part.
        start: Where it begins.
        width: How long it is.
        number: Its value.
        word: Its label; empty where there is no room.
    """

    level: RiskLevel | None
    start: float
    width: float
    number: int
    word: str

    @property
    def word_width(self) -> float:
        """Room for the word."""
        return len(self.word) * LETTER_WIDTH + 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a picture of bars, its parts from left to right."""

    label: str
    y: float
    parts: tuple[Part, ...]
    total: int

    @property
    def end(self) -> float:
        """Where it ends."""
        return self.parts[-1].start + self.parts[-1].width


@dataclass(frozen=True, slots=True)
class Bars:
    """A picture of horizontal bars.

    Attributes:
        bars: The largest first.
        height: Of the picture.
        left_out: Rows that are too many to draw.
    """

    bars: tuple[Bar, ...]
    height: float
    left_out: int


BAR_LEFT, BAR_STEP, MOST_BARS = 220.0, 34.0, 12
LETTER_WIDTH = 7.8


def levels_by_baseline(table: RiskTable) -> Bars:
    """Return how many models of each level each baseline has, the largest first."""
    counted = table.rows.group_by(pl.col("baseline").fill_null("none named"), "risk_level").len()
    by_baseline: dict[str, dict[RiskLevel, int]] = {}
    for baseline, level, number in counted.iter_rows():
        by_baseline.setdefault(baseline, {})[RiskLevel(level)] = number
    return _bars({name: [(level, found.get(level, 0)) for level in LEVELS] for name, found in by_baseline.items()})


def hosts(table: RiskTable) -> Bars:
    """Return how many models have files on each host, the largest first."""
    counted = table.rows["download_hosts"].explode().drop_nulls().value_counts()
    return _bars({host: [(None, number)] for host, number in counted.iter_rows()})


def _bars(counts: dict[str, list[tuple[RiskLevel | None, int]]]) -> Bars:
    totals = {label: sum(number for _, number in parts) for label, parts in counts.items()}
    shown = sorted(counts, key=lambda label: (-totals[label], label))[:MOST_BARS]
    unit = (WIDTH - BAR_LEFT - 60) / max([totals[label] for label in shown], default=1)
    bars = tuple(_bar(label, at, counts[label], unit) for at, label in enumerate(shown))
    return Bars(bars, TOP + BAR_STEP * len(shown), len(counts) - len(shown))


def _bar(label: str, at: int, counts: list[tuple[RiskLevel | None, int]], unit: float) -> Bar:
    parts, start = [], BAR_LEFT
    for level, number in counts:
        if number:
            width = number * unit
            word = f"{level.value} {number:,}" if level else ""
            fitting = next((text for text in (word, f"{number:,}") if len(text) * LETTER_WIDTH + 8 < width), "")
            parts.append(Part(level, round(start, 1), round(width, 1), number, fitting if level else ""))
            start += width
    return Bar(label, TOP + BAR_STEP * at, tuple(parts), sum(number for _, number in counts))


def pictures_page(table: RiskTable) -> str:
    """Return the page of a category's pictures."""
    return render(
        "pictures.html",
        category=table.category,
        scatter=scatter(table),
        baselines=levels_by_baseline(table),
        hosts=hosts(table),
        size=model_size(table.category),
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=RIGHT,
        top=TOP,
        bottom=BOTTOM,
        bar_left=BAR_LEFT,
        cheap=CHEAP_TO_DROP_USAGE,
        levels=LEVELS,
    )
