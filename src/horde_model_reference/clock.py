"""The clock: the only module that reads the system's time.

An entry point makes one clock and passes it down. So the demo, the documentation and the tests run at any moment, and
every part of a process agrees on the time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar


class Clock:
    """The system's clock: wall time for people, monotonic time for ages within a process."""

    def now(self) -> datetime:
        """Return the wall time in UTC; it may step in either direction."""
        return datetime.now(UTC)

    monotonic: ClassVar[staticmethod[[], float]] = staticmethod(time.monotonic)
    """Returns the seconds since an arbitrary moment; they never step."""


@dataclass(frozen=True, slots=True)
class FixedClock(Clock):
    """A clock whose wall time stands still; its monotonic seconds go on, so that caches expire as usual.

    Attributes:
        moment: The wall time, aware.
    """

    moment: datetime

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment
