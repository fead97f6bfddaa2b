"""Background collection: the Horde's figures, and the names that catalogues list, are kept day by day."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE, HordeModelType
from horde_model_reference.engine import Engine
from horde_model_reference.service.background import attempt, in_background
from horde_model_reference.service.notifying import Notify, notifying

START_DELAY = 10.0
"""Delay of the first collection after the start, in seconds; requests go first."""
JITTER = 0.1


@asynccontextmanager
async def collecting(engine: Engine, start_delay: float = START_DELAY) -> AsyncIterator[None]:
    """Keep the Horde's figures of all types of model, and the listed names, while the block runs.

    Every worker of every host may do so: the database takes one writer at a time, and skips figures that it holds
    already.
    """
    async with (
        notifying(engine.settings.notify) as notify,
        in_background(_collect(engine, notify, start_delay)),
    ):
        yield


async def _collect(engine: Engine, notify: Notify, start_delay: float) -> None:
    await asyncio.sleep(start_delay)
    while True:
        for model_type in HordeModelType:
            await attempt(_failure(f"{model_type.value} models"), _collect_figures(engine, model_type))
        for category in filter(engine.manager.location, USAGE):
            await attempt(_failure(f"the names of {category.value}"), _record_names(engine, category))
            await attempt(_failure(f"the changes of {category.value}"), _note_changes(engine, category, notify))
        spread = 1 + JITTER * random.uniform(-1, 1)  # noqa: S311 - spreads load only
        await asyncio.sleep(engine.settings.history.collect_interval_seconds * spread)


async def _collect_figures(engine: Engine, model_type: HordeModelType) -> None:
    await engine.history.collect(await engine.horde.observe(model_type))


async def _record_names(engine: Engine, category: MODEL_REFERENCE_CATEGORY) -> None:
    await engine.history.record(await engine.manager.get_catalogue(category))


async def _note_changes(engine: Engine, category: MODEL_REFERENCE_CATEGORY, notify: Notify) -> None:
    state = await engine.category_state(category)
    notify(state, await engine.history.note(state))


def _failure(subject: str) -> str:
    return f"nothing of {subject} was collected"
