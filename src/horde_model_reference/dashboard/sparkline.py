"""Small pictures within a table's cell: bars of use, and the use of the last weeks."""

from __future__ import annotations

import math
from collections.abc import Sequence

WIDTH, HEIGHT, EDGE = 64.0, 16.0, 1.5


def log_share(value: int | None, most: int | None) -> float | None:
    """Return how long a bar is, in percent of the longest, on a logarithmic scale from 1; None for 0 or unknown."""
    if not value or not most:
        return None
    return round(100 * math.log1p(value) / math.log1p(max(most, value)), 1)


def share_of(value: int | None, most: int | None) -> float | None:
    """Return how long a bar is, in percent of the longest; None for 0 or unknown."""
    return round(100 * value / max(most, value), 1) if value and most else None


def weeks_line(newest_first: Sequence[float | None]) -> tuple[str, ...] | None:
    """Return the use of weeks as points of polylines, broken where a week is unknown; None where all are unknown.

    The scale begins at 0 and ends at the largest week, so that a line of zeros lies on the ground.
    """
    weeks = list(reversed(newest_first))
    known = [week for week in weeks if week is not None]
    if not known:
        return None
    most, step = max(known) or 1.0, WIDTH / max(1, len(weeks) - 1)
    lines: list[list[str]] = [[]]
    for at, week in enumerate(weeks):
        if week is None:
            lines.append([])
        else:
            lines[-1].append(f"{at * step:.1f},{HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * week / most:.1f}")
    return tuple(" ".join(line if len(line) > 1 else line * 2) for line in lines if line)
