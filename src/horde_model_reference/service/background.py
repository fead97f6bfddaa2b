"""Work in the background of the service: it ends with its block, and a failure is a line in the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Coroutine
from contextlib import asynccontextmanager

from horde_model_reference.errors import HordeModelReferenceError
from horde_model_reference.escaping import visible

log = logging.getLogger(__name__)


@asynccontextmanager
async def in_background(*works: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run coroutines beside the block; they are cancelled, and waited for, at its end."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def attempt(failure: str, work: Awaitable[object]) -> None:
    """Do a piece of the work; failures are logged and never end the background work.

    Args:
        failure: Begins the line in the log, such as ``the links of image_generation were not checked``.
        work: The piece.
    """
    try:
        await work
    except HordeModelReferenceError as error:
        log.warning("%s: %s", failure, visible(error.message))
    except Exception:
        log.exception("%s, unexpectedly", failure)
