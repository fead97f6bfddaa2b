"""Waiting for what no event tells."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")

PATIENCE = 180.0
"""Seconds until a test gives up on what must come. No test that passes waits so long, however busy the machine."""


@overload
async def eventually(find: Callable[[], Awaitable[T | None]], within: float = ...) -> T: ...
@overload
async def eventually(find: Callable[[], T | None], within: float = ...) -> T: ...
async def eventually(find: Callable[[], Any], within: float = PATIENCE) -> Any:
    """Ask again and again until there is something true, and return it."""
    async with asyncio.timeout(within):
        while True:
            asked = find()
            found = await asked if inspect.isawaitable(asked) else asked
            if found:
                return found
            await asyncio.to_thread(time.sleep, 0.005)  # The loop's timers may stand still.
