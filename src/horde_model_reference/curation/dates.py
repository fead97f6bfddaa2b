"""Dates of models as sources give them, and which of them can be believed (rule 11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

HORDE_BEGAN: Final = datetime(2022, 8, 1, tzinfo=UTC)
"""No model entered a catalogue of the Horde before."""


def believable(dates: Mapping[str, float | None], now: datetime) -> dict[str, float]:
    """Return the dates, in seconds of the epoch, from the Horde's beginning until now.

    Zero, a boolean that was read as a number, and a date that is yet to come are left out: the next source decides.
    """
    first, last = HORDE_BEGAN.timestamp(), now.timestamp()
    return {name: date for name, date in dates.items() if date is not None and first <= date <= last}
