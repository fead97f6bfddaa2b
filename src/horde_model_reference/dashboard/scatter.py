"""The chart of use against size: a lane of unused models a band of sizes, and beyond it a swarm on a logarithmic axis.

Places across are in percent of the chart, places down in pixels, so that dots and text keep their size. Dots are packed
for the narrowest screen that shows the chart, so they never lie on each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.dashboard.rendering import model_path
from horde_model_reference.dashboard.size_bands import Band, size_bands
from horde_model_reference.reports import words
from horde_model_reference.reports.model_size import model_size

NARROWEST = 850.0
"""Pixels that the chart has at least."""
LABELS = 15.5
"""Percent for the labels of the bands."""
END = 98.0
LEAST_LANE, MOST_LANE = 13.0, 34.0
"""Percent for the lane of unused models."""
PITCH = 11.0
"""Pixels from one dot to the next."""
STEPS = 7
"""How far a swarm may grow to either side, in dots."""
LEAST_BAND = 44.0
TOP, BOTTOM = 34.0, 44.0
MOST_UNUSED, MOST_USED = 240, 200
"""Dots of a band at most: the worst of the unused, the least used of the others."""
FROM = 100
"""Where the axis of use begins, unless less used models are there."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One model: its place, its level, whether it is proposed for removal, and its words."""

    x: float
    y: float
    level: RiskLevel
    proposed: bool
    name: str
    link: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One band of the chart.

    Attributes:
        label: Its sizes.
        note: Its models in words.
        top: Where it begins.
        height: How high it is.
        dots: Its models.
        classes: Its models by classes of use, see ``CLASSES``.
    """

    label: str
    note: str
    top: float
    height: float
    dots: tuple[Dot, ...]
    classes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on the axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Scatter:
    """The whole chart.

    Attributes:
        rows: Its bands.
        lane_start: Where the lane of unused models begins, in percent.
        lane_width: How wide it is.
        axis: Where the axis of use begins, in percent.
        ticks: The ticks of the axis.
        limit: The place of the policy's limit; None where it lies outside.
        unused: Models without use.
        bottom: Where the bands end, in pixels.
        height: Of the chart, in pixels.
        left_out: Models whose use is unknown, or that are too many.
    """

    rows: tuple[Row, ...]
    lane_start: float
    lane_width: float
    axis: float
    ticks: tuple[Tick, ...]
    limit: float | None
    unused: int
    bottom: float
    height: float
    left_out: int


CLASSES: tuple[tuple[str, int, int | None], ...] = (
    ("0", 0, 1),
    ("<200", 1, 200),
    ("<1,000", 200, 1000),
    ("<10,000", 1000, 10_000),
    ("more", 10_000, None),
)
"""Classes of month use for the table of counts: their words, and from and below which use they reach."""


class _Axis:
    """Places use on the logarithmic axis, in percent of the chart."""

    def __init__(self, least: int, most: int, start: float) -> None:
        self.low = min(FROM, 10 ** int(math.log10(max(least, 1))))
        self.high = max(10 ** math.ceil(math.log10(max(most, 1))), 10 * self.low)
        self._start = start

    def place(self, use: float) -> float:
        """Return the place of a use above 0."""
        share = math.log10(use / self.low) / math.log10(self.high / self.low)
        return round(self._start + share * (END - self._start), 2)

    def ticks(self) -> tuple[Tick, ...]:
        """Return the powers of ten."""
        powers = range(round(math.log10(self.low)), round(math.log10(self.high)) + 1)
        return tuple(Tick(self.place(10**power), f"{10**power:,}") for power in powers)


def scatter(table: RiskTable, limit: int) -> Scatter:
    """Return the chart of a table.

    Args:
        table: The ungrouped table.
        limit: The month use below which the policy makes a model a candidate.
    """
    known = table.rows.filter(pl.col("usage_month").is_not_null())
    unused, used = known.filter(pl.col("usage_month") == 0), known.filter(pl.col("usage_month") > 0)
    lane = _lane_width(unused.height, known.height)
    axis = _Axis(*_ends(used["usage_month"]), LABELS + lane + 3)
    rows, top = [], TOP
    for band in size_bands(known, table.category):
        rows.append(_row(table, band, axis, lane, top))
        top += rows[-1].height
    drawn = sum(len(row.dots) for row in rows)
    return Scatter(
        rows=tuple(rows),
        lane_start=LABELS,
        lane_width=lane,
        axis=LABELS + lane + 3,
        ticks=axis.ticks(),
        limit=axis.place(limit) if axis.low <= limit <= axis.high else None,
        unused=unused.height,
        bottom=top,
        height=top + BOTTOM,
        left_out=table.rows.height - drawn,
    )


def _ends(use: pl.Series) -> tuple[int, int]:
    """Return the least and the most use; where there is none, the beginning of the axis."""
    least, most = use.min(), use.max()
    return (FROM, FROM) if least is None or most is None else (int(least), int(most))  # type: ignore[arg-type]


def _lane_width(unused: int, models: int) -> float:
    share = unused / max(models, 1)
    return round(min(MOST_LANE, max(LEAST_LANE, 40 * share)), 1)


def _row(table: RiskTable, band: Band, axis: _Axis, lane: float, top: float) -> Row:
    order = ["risk_level", "usage_total", "name"]
    use = pl.col("usage_month")
    unused = band.rows.filter(use == 0).sort(order, descending=[True, False, False]).head(MOST_UNUSED)
    used = band.rows.filter(use > 0).sort("usage_month", "name").head(MOST_USED)
    columns = max(1, int((lane / 100 * NARROWEST - PITCH) / PITCH))
    packed = [(LABELS + (at % columns + 1) * PITCH / NARROWEST * 100, at // columns) for at in range(unused.height)]
    lines = -(-unused.height // columns)
    swarm = _swarm([axis.place(month) for month in used["usage_month"]])
    reach = max((abs(step) for _, step in swarm), default=0)
    height = max(LEAST_BAND, (lines + 1) * PITCH + 8, (2 * reach + 1) * PITCH + 12)
    middle, first = top + height / 2, top + (height - (lines - 1) * PITCH) / 2
    places = [(x, first + line * PITCH) for x, line in packed] + [(x, middle + step * PITCH) for x, step in swarm]
    shown = [*unused.iter_rows(named=True), *used.iter_rows(named=True)]
    whole = band.rows.filter(use == 0).height
    return Row(
        label=band.label,
        note=f"{words.counted(band.rows.height, 'model')}, {whole:,} unused",
        top=top,
        height=height,
        dots=tuple(_dot(table, row, place) for row, place in zip(shown, places, strict=True)),
        classes=tuple(_class(band.rows["usage_month"], low, high) for _, low, high in CLASSES),
    )


def _class(use: pl.Series, low: int, high: int | None) -> int:
    return int(((use >= low) & (use < high if high is not None else True)).sum())


def _swarm(places: Sequence[float]) -> list[tuple[float, int]]:
    """Return places with steps to the side, so that no two dots are nearer than a pitch; the places ascend."""
    found: list[tuple[float, int]] = []
    for place in places:
        found.append((place, next(_free_steps(place, found), 0)))
    return found


def _free_steps(place: float, found: Sequence[tuple[float, int]]) -> Iterator[int]:
    near = [(x, step) for x, step in found if (place - x) / 100 * NARROWEST < PITCH]
    taken = {step for _, step in near}
    return iter([step for at in range(STEPS + 1) for step in dict.fromkeys((at, -at)) if step not in taken])


def _dot(table: RiskTable, row: Mapping[str, Any], place: tuple[float, float]) -> Dot:
    size = model_size(table.category)
    verdict = row["verdict"]
    return Dot(
        x=round(place[0], 2),
        y=round(place[1], 1),
        level=RiskLevel(row["risk_level"]),
        proposed=verdict == Verdict.REMOVE.value,
        name=row["name"],
        link=model_path(table.category, row["name"]),
        words=f"{row['risk_level']}, {verdict or 'verdict unknown'}; {row['usage_month']:,} requests in 30 days, "
        f"{size.text(row[size.column])} {size.unit}, workers: {words.count(row['worker_count'])}",
    )
