"""Waiting for what no event tells."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(find: Callable[[], T | Awaitable[T | None] | None], within: float = 15.0) -> T:
    """Ask again and again until there is something true, and return it."""
    async with asyncio.timeout(within):
        while True:
            asked = find()
            found = await asked if inspect.isawaitable(asked) else asked
            if found:
                return found
            await asyncio.sleep(0.005)
