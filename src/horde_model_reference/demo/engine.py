"""The engine on the bundled sample."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from horde_model_reference.demo import SimulatedHorde, demo_clock, demo_settings
from horde_model_reference.demo.past import make_demo_history
from horde_model_reference.engine import Engine, open_engine


def open_demo_engine() -> AbstractAsyncContextManager[Engine]:
    """Open an engine on the bundled sample, at the sample's own moment and with its simulated past; no network."""
    return open_engine(demo_settings(), SimulatedHorde(), make_history=make_demo_history, clock=demo_clock())
