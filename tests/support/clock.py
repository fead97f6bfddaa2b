"""A clock that stands still until a test moves it, and timers that wait for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


HANGS_SECONDS = 120
"""Seconds after which a test that waits for something in vain is ended."""


@contextmanager
def steered_timers() -> Iterator[Callable[[float], None]]:
    """Stop the clock of the running asyncio loop within the block, and give a function that lets time go by.

    So time-outs and pauses end when the test says so, and no earlier on a busy machine. Sockets and threads work as
    always; what looks again and again, such as ``eventually``, does not end in the block.
    """
    loop, test = asyncio.get_running_loop(), asyncio.current_task()
    assert test is not None
    running, start, gone = loop.time, loop.time(), 0.0
    hangs = threading.Timer(HANGS_SECONDS, loop.call_soon_threadsafe, (test.cancel,))
    hangs.start()

    def wait(seconds: float) -> None:
        nonlocal gone
        gone += seconds

    loop.time = lambda: start + gone  # type: ignore[method-assign]
    try:
        yield wait
    finally:
        hangs.cancel()
        loop.time = lambda: running() + gone  # type: ignore[method-assign]


AFTER_ALL = FixedClock(datetime(2027, 1, 1, tzinfo=UTC))
"""A clock on which no day of the tests' histories is yet to come."""
