"""Clocks that stand still until a test moves them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.support.builders import FETCHED


@dataclass
class Clock:
    """Seconds; a test sets ``now``."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class TimeOfDay:
    """The time of day, from when the observation was fetched."""

    now: datetime = FETCHED

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
