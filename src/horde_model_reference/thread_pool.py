"""Work that takes a while, off the event loop; it stops when its callers have given up."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from functools import partial
from threading import Event
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# The loop looks names up in threads of its own, where a resolver that does not answer holds each for many seconds:
# nobody's answer may have to wait for one of those. Few, since what computes shares one interpreter with the loop.
_POOL = ThreadPoolExecutor((os.cpu_count() or 1) + 4, "work")
# Plans are made from questions of any size, so tables, answers and pages never wait for them.
_PLANS = ThreadPoolExecutor(1, "plans")

_given_up: ContextVar[Event | None] = ContextVar("given_up", default=None)


class GivenUpError(Exception):
    """The callers of the work have given up."""


async def run_in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do a piece of work in a thread, as :func:`asyncio.to_thread` does, but never behind the loop's own."""
    return await _run(_POOL, partial(work, *args, **kwargs))


async def plan_in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do a piece of work that rests on a plan, one at a time, beside all other work."""
    return await _run(_PLANS, partial(work, *args, **kwargs))


async def _run(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    given_up, context = Event(), copy_context()
    context.run(_given_up.set, given_up)
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, partial(context.run, work))
    except asyncio.CancelledError:
        given_up.set()
        raise


def stop_if_given_up() -> None:
    """End long work whose caller was cancelled.

    Raises:
        GivenUpError: The callers have given up.
    """
    given_up = _given_up.get()
    if given_up is not None and given_up.is_set():
        raise GivenUpError


def while_wanted(things: Iterable[T]) -> Iterator[T]:
    """Yield things as long as somebody waits for the work; errors as for :func:`stop_if_given_up`."""
    for thing in things:
        stop_if_given_up()
        yield thing
