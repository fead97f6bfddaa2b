"""Background refresh: tables are made anew before readers miss them."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.engine import Engine
from horde_model_reference.errors import HordeModelReferenceError
from horde_model_reference.escaping import visible
from horde_model_reference.service.tables import CurrentTables
from horde_model_reference.settings import Settings

log = logging.getLogger(__name__)


@asynccontextmanager
async def hydrating(engine: Engine, tables: CurrentTables) -> AsyncIterator[None]:
    """Keep the tables of all reported categories fresh while the block runs."""
    tasks = [asyncio.create_task(_keep_fresh(engine, tables, category)) for category in USAGE]
    try:
        yield
    finally:
        await _end(*tasks)


@asynccontextmanager
async def following(engine: Engine, tables: CurrentTables) -> AsyncIterator[None]:
    """Look at a catalogue at once when another process announces a change of it, while the block runs."""
    task = asyncio.create_task(_follow(engine, tables))
    try:
        yield
    finally:
        await _end(task)


async def _follow(engine: Engine, tables: CurrentTables) -> None:
    async for category in engine.horde.sharing.announcements():
        engine.manager.look_again(category)
        if category in USAGE:
            await _refresh(engine, tables, category)


async def _end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _refresh(engine: Engine, tables: CurrentTables, category: MODEL_REFERENCE_CATEGORY) -> None:
    """Refresh a table; failures are logged and never end the background work."""
    try:
        await tables.refresh(category, engine, timedelta(seconds=engine.settings.cache_hydration_interval_seconds))
    except HordeModelReferenceError as error:
        log.warning("background refresh of %s failed: %s", category.value, visible(error.message))
    except Exception:
        log.exception("background refresh of %s failed unexpectedly", category.value)


async def _keep_fresh(engine: Engine, tables: CurrentTables, category: MODEL_REFERENCE_CATEGORY) -> None:
    settings = engine.settings
    await asyncio.sleep(settings.cache_hydration_start_delay_seconds)
    while True:
        await _refresh(engine, tables, category)
        await asyncio.sleep(pause(settings))


def pause(settings: Settings) -> float:
    """Return the seconds until the next look: often enough to see a changed catalogue, spread by the jitter."""
    interval = min(settings.cache_hydration_interval_seconds, max(settings.cache_ttl_seconds, 1.0))
    return interval * (1 + settings.cache_hydration_jitter * random.uniform(-1, 1))  # noqa: S311 - spreads load only
