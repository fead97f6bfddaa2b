"""Work that takes a while, off the event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# The loop looks names up in threads of its own, where a resolver that does not answer holds each for many seconds:
# nobody's answer may have to wait for one of those. Few, since what computes shares one interpreter with the loop.
_POOL = ThreadPoolExecutor((os.cpu_count() or 1) + 4, "work")


async def run_in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do a piece of work in a thread, as :func:`asyncio.to_thread` does, but never behind the loop's own."""
    job = partial(work, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_POOL, copy_context().run, job)
