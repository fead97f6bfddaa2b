"""A command's run: its settings, and the engine that is built from them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

import stamina

from horde_model_reference.clock import Clock
from horde_model_reference.demo import SimulatedHorde, demo_clock, demo_settings
from horde_model_reference.demo.file_hosts import SimulatedFileHosts
from horde_model_reference.demo.past import make_demo_history
from horde_model_reference.engine import Engine, open_engine
from horde_model_reference.history.kept_history import make_history
from horde_model_reference.links.checking import open_prober
from horde_model_reference.links.probing import LinkProber
from horde_model_reference.settings import Settings, load_settings

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
"""Deadline of a command's work where the environment sets none: a busy machine delays it, but loses nothing."""


def settings_for(*, demo: bool) -> Settings:
    """Return the environment's settings, or the demo's."""
    return demo_settings() if demo else load_settings()


def clock_for(*, demo: bool) -> Clock:
    """Return the system's clock, or the demo's."""
    return demo_clock() if demo else Clock()


def with_engine(
    work: Callable[[Engine], Awaitable[T]],
    *,
    demo: bool,
    settings: Settings | None = None,
    clock: Clock | None = None,
) -> T:
    """Run a piece of work with an engine built from the environment, or from the demo.

    Args:
        work: The coroutine function that uses the engine.
        demo: Use the bundled sample and its history, with no network.
        settings: Settings that replace those of the environment or the demo.
        clock: The command's clock, if it has one.
    """
    settings, clock = _patient(settings or settings_for(demo=demo)), clock or clock_for(demo=demo)
    transport, make_past = (SimulatedHorde(), make_demo_history) if demo else (None, make_history)

    async def run() -> T:
        async with open_engine(settings, transport, make_history=make_past, clock=clock) as engine:
            return await work(engine)

    with _retries_unsaid():
        return asyncio.run(run())


def link_prober(settings: Settings, clock: Clock, *, demo: bool) -> AbstractAsyncContextManager[LinkProber]:
    """Return a prober for links: of the network with the settings' manners, or of the demo's hosts without pauses."""
    if not demo:
        return open_prober(settings.links, clock)
    hurried = settings.links.model_copy(update={"pause_seconds": 0.0})
    return open_prober(hurried, clock, transport=SimulatedFileHosts())


def _patient(settings: Settings) -> Settings:
    """Return the settings with a command's deadline, unless they name one of their own."""
    if "request_deadline_seconds" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"request_deadline_seconds": PATIENCE_SECONDS})


@contextmanager
def _retries_unsaid() -> Iterator[None]:
    """Keep retries from being logged, which would go to standard output of all places."""
    stamina.instrumentation.set_on_retry_hooks([])
    try:
        yield
    finally:
        stamina.instrumentation.set_on_retry_hooks(None)  # The default ones, found anew when they are needed.
