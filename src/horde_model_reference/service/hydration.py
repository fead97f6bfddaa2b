"""Background refresh: tables are made anew before readers miss them."""

from __future__ import annotations

import asyncio
import random
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.engine import Engine
from horde_model_reference.service.background import attempt, in_background
from horde_model_reference.service.catalogues import CurrentCatalogues
from horde_model_reference.service.tables import CurrentTables
from horde_model_reference.settings import Settings


def hydrating(engine: Engine, tables: CurrentTables) -> AbstractAsyncContextManager[None]:
    """Keep the tables of all reported categories fresh while the block runs."""
    return in_background(*(_keep_fresh(engine, tables, category) for category in USAGE))


def following(
    engine: Engine, tables: CurrentTables, catalogues: CurrentCatalogues
) -> AbstractAsyncContextManager[None]:
    """Look at a catalogue at once when another process announces a change of it, while the block runs."""
    return in_background(_follow(engine, tables, catalogues))


async def _follow(engine: Engine, tables: CurrentTables, catalogues: CurrentCatalogues) -> None:
    async for category in engine.horde.sharing.announcements():
        engine.manager.look_again(category)
        await attempt(f"refresh of {category.value} failed", catalogues.refresh(category, engine.manager))
        if category in USAGE:
            await _refresh(engine, tables, category)


async def _refresh(engine: Engine, tables: CurrentTables, category: MODEL_REFERENCE_CATEGORY) -> None:
    """Refresh a table; failures are logged and never end the background work."""
    max_age = timedelta(seconds=engine.settings.cache_hydration_interval_seconds)
    await attempt(f"background refresh of {category.value} failed", tables.refresh(category, engine, max_age))


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
