"""The past of the demo: the simulated year, kept in a database in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from horde_model_reference.history.history import History, KeptHistory, NoHistory
from horde_model_reference.settings import Settings

if TYPE_CHECKING:
    from horde_model_reference.history.store import HistoryStore


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


async def open_simulated_past(_: Settings) -> HistoryStore:
    """Return a history in memory that holds the simulated year."""
    from horde_model_reference.demo.seed import fill  # noqa: PLC0415 - brings the database's machinery
    from horde_model_reference.history.database import open_in_memory  # noqa: PLC0415
    from horde_model_reference.history.store import store_on  # noqa: PLC0415

    database = await open_in_memory()
    await fill(database, now())
    return store_on(database)


def make_demo_history(settings: Settings) -> History:
    """Return the simulated past, made when it is first needed."""
    return KeptHistory(settings, open_simulated_past) if settings.history.enabled else NoHistory()
