"""A clock that stands still until a test moves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from horde_model_reference.clock import Clock, FixedClock
from tests.support.builders import FETCHED


@dataclass
class SteeredClock(Clock):
    """The time, from when the observation was fetched.

    Attributes:
        moment: The wall time.
        seconds: The monotonic time.
    """

    moment: datetime = FETCHED
    seconds: float = 1000.0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        self.seconds += seconds
        self.step(timedelta(seconds=seconds))

    def step(self, by: timedelta) -> None:
        """Set the wall clock, as an administrator or a time server does."""
        self.moment += by


AFTER_ALL = FixedClock(datetime(2027, 1, 1, tzinfo=UTC))
"""A clock on which no day of the tests' histories is yet to come."""
