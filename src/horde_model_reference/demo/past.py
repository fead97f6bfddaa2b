"""The past of the demo: the simulated year, kept in a database in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from horde_model_reference.clock import Clock
from horde_model_reference.demo import MOMENT
from horde_model_reference.history.history import History, NoHistory
from horde_model_reference.history.kept_history import KeptHistory
from horde_model_reference.settings import Settings
from horde_model_reference.thread_pool import run_in_thread

if TYPE_CHECKING:
    from horde_model_reference.history.store import HistoryStore


async def open_simulated_past(_: Settings, clock: Clock) -> HistoryStore:
    """Return a history in memory that holds the simulated year, and the changes of its spring."""
    from horde_model_reference.demo.announcements import fill_changes  # noqa: PLC0415 - as the seed
    from horde_model_reference.demo.seed import seeded  # noqa: PLC0415 - brings the database's machinery
    from horde_model_reference.history.database import open_in_memory  # noqa: PLC0415
    from horde_model_reference.history.store import store_on  # noqa: PLC0415

    database = await open_in_memory(await run_in_thread(seeded, MOMENT))
    await fill_changes(database)
    return store_on(database, clock)


def make_demo_history(settings: Settings, clock: Clock) -> History:
    """Return the simulated past, made when it is first needed."""
    return KeptHistory(settings, clock, open_simulated_past) if settings.history.enabled else NoHistory()
