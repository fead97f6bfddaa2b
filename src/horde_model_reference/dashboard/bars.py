"""Bars of parts, as shares of a width in percent, so that text keeps its size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from horde_model_reference.analytics.risk_level import RiskLevel

LEAST_WIDTH = 3.0
"""Percent of a bar that a part has at least, so that it can be seen and its number read."""
ROOM = 2.3
"""Percent of a bar that the first figure of a number needs; each further one adds a part of it."""

TIGHT, SNUG = 2.5, 4.7
"""Percent that each figure of a number needs on a phone, in a long and in a short bar."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar.

    Attributes:
        level: Its level.
        start: Where it begins, in percent.
        width: How long it is, in percent.
        number: Its value.
        fits: The number has room in it.
    """

    level: RiskLevel
    start: float
    width: float
    number: int
    fits: bool

    @property
    def room(self) -> str:
        """How much of its number a phone has room for: ``tight`` in no bar, ``snug`` in long ones alone."""
        figures = len(f"{self.number:,}")
        if figures > 1 and self.width < TIGHT * figures:
            return "tight"
        return "snug" if self.width < SNUG * figures else "roomy"

    @property
    def middle(self) -> float:
        """Where its number stands, in percent."""
        return round(self.start + self.width / 2, 2)


def parts(counts: Iterable[tuple[RiskLevel, int]], of: int | None = None) -> tuple[Part, ...]:
    """Return the parts of a bar from left to right; counts of 0 have none.

    Args:
        counts: The value of each part.
        of: The value that the whole width stands for; by default the sum.
    """
    present = [(level, number) for level, number in counts if number]
    total = of or sum(number for _, number in present) or 1
    widths = [max(LEAST_WIDTH, 100 * number / total) for _, number in present]
    room = 100 * min(1.0, sum(number for _, number in present) / total)
    scale = room / sum(widths) if sum(widths) > room else 1.0
    found, start = [], 0.0
    for (level, number), width in zip(present, widths, strict=True):
        scaled = width * scale
        fits = scaled >= ROOM * (0.5 + 0.5 * len(f"{number:,}"))
        found.append(Part(level, round(start, 2), round(scaled, 2), number, fits))
        start += scaled
    return tuple(found)
