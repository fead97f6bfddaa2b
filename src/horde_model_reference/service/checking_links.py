"""Background check of links: download addresses are asked at an interval, by one process of all."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from datetime import timedelta

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.engine import Engine
from horde_model_reference.history.link_turn import link_turn
from horde_model_reference.history.store import HistoryStore, open_store
from horde_model_reference.links.checking import check_links, open_prober
from horde_model_reference.links.link import Link, LinkResult, links_of
from horde_model_reference.links.probing import LinkProber
from horde_model_reference.reports.words import counted
from horde_model_reference.service.background import attempt, in_background

log = logging.getLogger(__name__)

START_DELAY = 60.0
"""Delay of the first check after the start, in seconds; requests and the first collection go first."""
JITTER = 0.1
"""Share of the interval by which pauses are spread, and by which a result may be younger to be due again."""

Sleep = Callable[[float], Awaitable[None]]
"""Waits for some seconds."""


def checking_links(engine: Engine, sleep: Sleep = asyncio.sleep) -> AbstractAsyncContextManager[None]:
    """Check the links of all reported categories at the settings' interval while the block runs.

    Every worker of every host may do so: one checks at a time, and asks only for links whose results are old.
    """
    return in_background(_check_for_ever(engine, sleep))


async def _check_for_ever(engine: Engine, sleep: Sleep) -> None:
    await sleep(START_DELAY)
    while True:
        await attempt("no links were checked", _check_all(engine))
        spread = 1 + JITTER * random.uniform(-1, 1)  # noqa: S311 - spreads load only
        await sleep(_interval(engine).total_seconds() * spread)


async def _check_all(engine: Engine) -> None:
    async with aclosing(await open_store(engine.settings, engine.clock)) as store, link_turn(store) as free:
        if not free:
            return
        async with open_prober(engine.settings.links, engine.clock) as prober:
            for category in filter(engine.manager.location, USAGE):
                failure = f"the links of {category.value} were not checked"
                await attempt(failure, _check(engine, store, prober, category))


async def _check(engine: Engine, store: HistoryStore, prober: LinkProber, category: MODEL_REFERENCE_CATEGORY) -> None:
    async def keep(link: Link, result: LinkResult) -> None:
        await store.links.keep(link.address, result, engine.clock.now())

    links = links_of((await engine.manager.get_catalogue(category)).records.values())
    due = await store.links.due(links, (1 - JITTER) * _interval(engine), engine.clock.now())
    await check_links(due, prober, keep)
    log.info("%s of %s checked", counted(len(due), "link"), category.value)


def _interval(engine: Engine) -> timedelta:
    return timedelta(hours=engine.settings.links.check_interval_hours)
