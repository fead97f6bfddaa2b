"""Work that takes a while, off the event loop; it stops when its callers have given up."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from functools import partial
from threading import Event
from time import perf_counter
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

FREE_SECONDS = 0.1
"""How long work goes on before it rests; plans under ordinary policies take less."""
WORK_SECONDS = 0.002
"""How long it goes on between rests."""

# The loop looks names up in threads of its own, where a resolver that does not answer holds each for many seconds:
# nobody's answer may have to wait for one of those. Few, since what computes shares one interpreter with the loop.
_POOL = ThreadPoolExecutor((os.cpu_count() or 1) + 4, "work")
# Plans are made from questions of any size, so tables, answers and pages never wait for them.
_PLANS = ThreadPoolExecutor(1, "plans")


class GivenUpError(Exception):
    """The callers of the work have given up."""


class _Job(Generic[T]):
    """Work in a thread, which its callers may give up."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._working_since = 0.0
        self.given_up = Event()

    def run(self) -> T:
        _job.set(self)
        self._working_since = perf_counter() + FREE_SECONDS
        return self._work()

    def pause(self) -> None:
        if self.given_up.is_set():
            raise GivenUpError
        worked = perf_counter() - self._working_since
        if worked > WORK_SECONDS:
            self.given_up.wait(worked)
            self._working_since = perf_counter()


_job: ContextVar[_Job[Any] | None] = ContextVar("job", default=None)


async def run_in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do a piece of work in a thread, as :func:`asyncio.to_thread` does, but never behind the loop's own."""
    return await _run(_POOL, partial(work, *args, **kwargs))


async def plan_in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do a piece of work that rests on a plan, one at a time, beside all other work."""
    return await _run(_PLANS, partial(work, *args, **kwargs))


async def _run(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    job = _Job(work)
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, copy_context().run, job.run)
    except asyncio.CancelledError:
        job.given_up.set()
        raise


def while_wanted(things: Iterable[T]) -> Iterator[T]:
    """Yield things as long as somebody waits for the work; long work rests in between for as long as it takes.

    Threads that compute share one interpreter, and often few processors, with the answers of the event loop. Work of
    the command line neither rests nor ends.

    Raises:
        GivenUpError: The callers of the work have given up.
    """
    job = _job.get()
    for thing in things:
        if job is not None:
            job.pause()
        yield thing
