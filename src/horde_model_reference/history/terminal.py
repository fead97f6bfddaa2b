"""The use of a model over time, drawn in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rich.console import Group, RenderableType
from rich.text import Text

from horde_model_reference.history.history_schema import DayInfo, ModelHistoryResponse
from horde_model_reference.reports import words

BLOCKS = "▁▂▃▄▅▆▇█"
GAP = "·"
WEEKS = 52
"""Weeks that are drawn, one character each."""


def drawing(history: ModelHistoryResponse) -> RenderableType:
    """Return a line of blocks, one a week, and the figures in words."""
    weeks = by_week(history.points, history.history_to)
    known = [use for use in weeks if use is not None]
    if not known:
        return Text("Of its use over time nothing is known.")
    most = max(known)
    line = Text.assemble(
        "\nUse over time, one block a week (the highest ",
        f"{most:,.0f} requests; {GAP} is unknown)\n",
        (blocks(weeks), "cyan"),
    )
    return Group(line, Text(in_words(history)))


def by_week(points: Sequence[DayInfo], last: date | None) -> list[float | None]:
    """Return the use of each week, oldest first, scaled to seven days; None where nothing of it is known."""
    found: dict[int, list[int]] = {}
    for point in points:
        if point.usage_day is not None and last is not None:
            found.setdefault((last - point.day).days // 7, []).append(point.usage_day)
    oldest = min(max(found, default=-1), WEEKS - 1)
    return [None if week not in found else sum(found[week]) * 7 / len(found[week]) for week in range(oldest, -1, -1)]


def blocks(weeks: Sequence[float | None]) -> str:
    """Return a character a week: its height is the use against the highest; no use at all is a space."""
    most = max((use for use in weeks if use is not None), default=0.0)
    return "".join(_block(use, most) for use in weeks)


def _block(use: float | None, most: float) -> str:
    if use is None:
        return GAP
    return " " if use == 0 else BLOCKS[min(len(BLOCKS) - 1, int(use / most * len(BLOCKS)))]


def in_words(history: ModelHistoryResponse) -> str:
    """Return the figures of a history in words."""
    rates = ", ".join(
        f"{rate.requests_per_day:,.1f} a day over {rate.days}"
        for rate in history.use_per_day
        if rate.requests_per_day is not None
    )
    found = history.trend_30d
    trend = f"; trend {found.percent:+.0f}% in 30 days ({found.low:+.0f} to {found.high:+.0f})" if found else ""
    seen = f"{len([point for point in history.points if point.usage_day is not None]):,} of {history.days:,} days seen"
    without = history.days_without_worker
    unserved = f"; without a worker for {without} days" if without else ""
    return f"{_first_and_last(history)}; {rates or 'use unknown'}{trend}{unserved}; {seen}."


def _first_and_last(history: ModelHistoryResponse) -> str:
    if history.first_seen is None:
        return "Never seen"
    parts = (f"First seen on {history.first_seen}", words.last_use(history.last_used, history.used_ever))
    return ", ".join(filter(None, parts))
