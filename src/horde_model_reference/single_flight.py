"""Concurrent callers of the same work share it; several pieces of work run side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import partial
from typing import Any, Generic, TypeVar

Key = TypeVar("Key")
Result = TypeVar("Result")


class SingleFlight(Generic[Key, Result]):
    """Work under way, by key.

    No waiter owns the work: one that gives up leaves it running for the others and for later callers.
    """

    def __init__(self) -> None:
        self._tasks: dict[Key, asyncio.Task[Result]] = {}

    async def run(
        self, key: Key, make: Callable[[], Coroutine[Any, Any, Result]], patience: float | None = None
    ) -> Result:
        """Wait for the work of a key, starting it if it is not under way.

        Args:
            key: Identifies the work.
            make: Starts it.
            patience: Seconds to wait at most; None waits for the end.

        Raises:
            TimeoutError: Patience is at an end; the work goes on.
        """
        async with asyncio.timeout(patience):
            return await asyncio.shield(self.start(key, make))

    def start(self, key: Key, make: Callable[[], Coroutine[Any, Any, Result]]) -> asyncio.Task[Result]:
        """Return the work of a key, starting it if it is not under way; parameters as for :meth:`run`."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(make())
            task.add_done_callback(partial(self._forget, key))
        return task

    async def aclose(self) -> None:
        """End all work that is under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, key: Key, task: asyncio.Task[Result]) -> None:
        del self._tasks[key]
        if not task.cancelled():
            task.exception()  # Whoever waited may have given up; the failure is then nobody's to retrieve.


async def side_by_side(works: Iterable[Awaitable[Result]]) -> list[Result]:
    """Wait for all, then return their results or raise the first failure; none is left running."""
    outcomes = await asyncio.gather(*works, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
