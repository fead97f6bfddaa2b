"""Plans are made in a process of their own, so that a costly one delays no answer of the service."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, Protocol, TypeVar
from uuid import uuid4

from anyio import BrokenWorkerProcess, to_process

from horde_model_reference.engine import TableAtTime
from horde_model_reference.errors import PlanProcessError
from horde_model_reference.thread_pool import run_in_thread

T = TypeVar("T")

HELD = 2
"""Tables that the process holds: one for each category."""
LOWEST_PRIORITY = 19
RETRY_AFTER = 5.0
"""Seconds after which to ask again where the process was ended."""


class PlanRunner(Protocol):
    """Runs work on a table and its inputs of plans, one piece at a time, off the event loop."""

    async def run(self, work: Callable[..., T], made: TableAtTime, *args: Any) -> T:
        """Return ``work(made, *args)``.

        Args:
            work: A function of a module.
            made: The table.
            args: Further arguments; like the result, they can be pickled.

        Raises:
            PlanProcessError: The process in which the work was done has ended.
        """
        ...


class PlanThread:
    """Runs the work in a thread of this process: for tests and short-lived apps."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def run(self, work: Callable[..., T], made: TableAtTime, *args: Any) -> T:
        """See :class:`PlanRunner`."""
        async with self._turn:
            return await run_in_thread(work, made, *args)


class PlanProcess:
    """Runs the work in a process of the lowest priority, which is killed when the caller gives up.

    The process starts with the first plan, holds the last tables it was sent, and ends with the event loop.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._sent: deque[tuple[str, TableAtTime]] = deque(maxlen=HELD)

    async def run(self, work: Callable[..., T], made: TableAtTime, *args: Any) -> T:
        """See :class:`PlanRunner`."""
        async with self._turn:
            key, sent = self._key_of(made), await run_in_thread(_pickled, args)
            try:
                await _give_way()
                try:
                    return await to_process.run_sync(_worked, work, key, sent, cancellable=True)
                except _NotHeldError:
                    table = await run_in_thread(_pickled, made)
                    return await to_process.run_sync(_worked, work, key, sent, table, cancellable=True)
            except BrokenWorkerProcess as error:
                raise PlanProcessError(
                    "The process that makes plans was ended.", hint="Try again.", retry_after=RETRY_AFTER
                ) from error

    def _key_of(self, made: TableAtTime) -> str:
        """Return the key under which the process holds a table, or a new one."""
        for key, sent in self._sent:
            if sent is made:
                return key
        self._sent.append((uuid4().hex, made))
        return self._sent[-1][0]


async def _give_way() -> None:
    """Restrict the process to one thread of low priority, before its long imports begin."""
    await to_process.run_sync(os.putenv, "POLARS_MAX_THREADS", "1", cancellable=True)
    if sys.platform != "win32":  # Windows has no call for it,
        with suppress(PermissionError):  # and a sandbox may refuse it.
            await to_process.run_sync(os.setpriority, os.PRIO_PROCESS, 0, LOWEST_PRIORITY, cancellable=True)


def _pickled(things: object) -> bytes:
    """Return things as bytes, in many pieces: between them, the event loop gets its turns."""
    pieces: list[bytes] = []
    pickle.dump(things, SimpleNamespace(write=lambda piece: pieces.append(bytes(piece))), pickle.HIGHEST_PROTOCOL)
    return b"".join(pieces)


class _NotHeldError(Exception):
    """The process does not hold the table."""


_held: dict[str, TableAtTime] = {}
"""The tables of the process of plans, by key; the oldest first."""


def _worked(work: Callable[..., T], key: str, args: bytes, table: bytes | None = None) -> T:
    """Do the work, in the process of plans; ``table`` is given where the process does not hold it yet."""
    if table is not None:
        _held[key] = pickle.loads(table)  # noqa: S301 - of the service that started this process
        for oldest in list(_held)[:-HELD]:
            del _held[oldest]
    if key not in _held:
        raise _NotHeldError
    return work(_held[key], *pickle.loads(args))  # noqa: S301 - likewise
