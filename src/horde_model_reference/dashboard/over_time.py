"""Use over time as a picture: one line, broken where nobody looked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from horde_model_reference.history.history_schema import DayInfo, ModelHistoryResponse

WIDTH, HEIGHT = 900.0, 260.0
LEFT, RIGHT, TOP, BOTTOM = 80.0, 20.0, 25.0, 30.0
DAYS = 365
"""Days that are drawn."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class OverTime:
    """Use by day.

    Attributes:
        lines: The days without a gap between them, each as the points of a polyline.
        across: The months.
        up: The ticks of the axis of use.
        days: The days that are drawn, newest first, with their use.
    """

    lines: tuple[str, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    days: tuple[tuple[date, int], ...]

    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


def over_time(points: Sequence[DayInfo]) -> OverTime | None:
    """Return the picture of use by day; None where it is known of fewer than two days."""
    known = [(point.day, point.usage_day) for point in points if point.usage_day is not None]
    if len(known) < 2:
        return None
    first, last = known[0][0], known[-1][0]
    most = _round_up(max(use for _, use in known))

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / (last - first).days, 1)

    def y(use: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * use / most, 1)

    return OverTime(
        lines=tuple(_lines(known, x, y)),
        across=tuple(Tick(x(day), f"{day:%b %Y}") for day in _months(first, last)),
        up=tuple(
            Tick(y(most * part / 2), f"{most * part / 2:,.4g}" if most < 10 else f"{most * part // 2:,}")
            for part in range(3)
        ),
        days=tuple(reversed(known)),
    )


def _lines(known: Sequence[tuple[date, int]], x: Callable[[date], float], y: Callable[[float], float]) -> Iterator[str]:
    line: list[str] = []
    before = known[0][0]
    for day, use in known:
        if day - before > timedelta(days=1):
            yield _line(line)
            line = []
        line.append(f"{x(day)},{y(use)}")
        before = day
    yield _line(line)


def _line(points: list[str]) -> str:
    """Return a line; one point is drawn as a line to itself, which round ends make visible."""
    return " ".join(points if len(points) > 1 else points * 2)


def _round_up(most: int) -> int:
    """Return the next round number."""
    power: int = 10 ** max(0, len(str(most)) - 1)
    return next(step * power for step in (1, 2, 5, 10) if step * power >= most)


def _months(first: date, last: date) -> Iterator[date]:
    """Return the firsts of months, every second one of a long time."""
    step = 2 if (last - first).days > 200 else 1
    year, month = first.year, first.month
    while True:
        month += step
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
        if date(year, month, 1) > last:
            return
        yield date(year, month, 1)


def past(history: ModelHistoryResponse | str) -> dict[str, Any]:
    """Return the values that templates draw of use over time; the reason where it is unknown."""
    if isinstance(history, str):
        return {"history": None, "no_history": history, "picture": None}
    return {"history": history, "no_history": "", "picture": over_time(history.points)}
