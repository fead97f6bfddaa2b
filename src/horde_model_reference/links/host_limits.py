"""Limits toward hosts: few requests at once, a pause between two to the same host, and longer where it asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from horde_model_reference.clock import Clock


class HostLimits:
    """Gives each request its turn.

    Args:
        clock: The monotonic time that pauses are measured by.
        at_once: Requests at once, to all hosts together.
        pause: Seconds between the beginnings of two requests to the same host.
    """

    def __init__(self, clock: Clock, at_once: int, pause: float) -> None:
        self._clock = clock
        self._slots = asyncio.Semaphore(at_once)
        self._pause = pause
        self._free_at: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait until a slot is free and the host's pause is over; the slot is held within the block."""
        await self._slots.acquire()
        while (wait := self._wait(host)) > 0:  # Others take the slot meanwhile, and may take the turn.
            self._slots.release()
            await asyncio.sleep(wait)
            await self._slots.acquire()
        self._free_at[host] = self._clock.monotonic() + self._pause
        try:
            yield
        finally:
            self._slots.release()

    def _wait(self, host: str) -> float:
        return self._free_at.get(host, 0.0) - self._clock.monotonic()

    def hold(self, host: str, seconds: float) -> None:
        """Ask a host nothing for some seconds."""
        self._free_at[host] = max(self._free_at.get(host, 0.0), self._clock.monotonic() + seconds)
