"""The history store: one database, its reader and its writer."""

from __future__ import annotations

import os
from dataclasses import dataclass

from horde_model_reference.categories import HordeModelType
from horde_model_reference.clock import Clock
from horde_model_reference.errors import HistoryError
from horde_model_reference.history.change_record import ChangeRecord
from horde_model_reference.history.database import Database, address, open_database, open_read_only, sqlite_path
from horde_model_reference.history.database_file import DatabaseFile, opened_file
from horde_model_reference.history.link_record import LinkRecord
from horde_model_reference.history.listing_record import ListingRecord
from horde_model_reference.history.reading import Reader
from horde_model_reference.history.rollup import roll_up_months
from horde_model_reference.history.snapshots import WorkerSnapshot, snapshots
from horde_model_reference.history.writing import Outcome, Writer
from horde_model_reference.integrations.horde_api_models import Observation
from horde_model_reference.settings import Settings

AHEAD = 5.0
"""Seconds that the clock of another host may be ahead of ours."""


@dataclass(frozen=True)
class HistoryStore:
    """An open history.

    Attributes:
        database: Where it is kept.
        reader: Reads it.
        writer: Writes it.
        listings: The record of the names that catalogues list.
        links: The record of link checks.
        changes: The record of changes.
        clock: Which days can have been seen by now.
        file: The SQLite file that it is kept in; None where it is kept elsewhere.
    """

    database: Database
    reader: Reader
    writer: Writer
    listings: ListingRecord
    links: LinkRecord
    changes: ChangeRecord
    clock: Clock
    file: DatabaseFile | None = None

    async def keep(self, observation: Observation, pause: float = 0) -> list[Outcome]:
        """Keep the known parts of an observation.

        Args:
            observation: The observation.
            pause: Seconds since the newest look at the workers before which another one is not kept: so many
                processes that look are as one.

        Raises:
            HistoryError: The database is not available; each snapshot was written whole or not at all.
        """
        outcomes = []
        for found in snapshots(observation):
            if isinstance(found, WorkerSnapshot) and pause > 0:
                newest = await self.reader.newest_look(found.model_type)
                # One that lies well ahead is of a clock that was set back since, and holds nobody up.
                if newest is not None and -AHEAD <= found.seen_at.timestamp() - newest < pause:
                    continue
            outcomes.append(await self.writer.keep(found))
        return outcomes

    async def prune(self, keep_days: int) -> int:
        """Close the months that are due, and return how many; errors as for :func:`roll_up_months`."""
        closed = 0
        for model_type in HordeModelType:
            async for _ in roll_up_months(self.database, model_type, keep_days, self.clock.now()):
                closed += 1
        return closed

    async def aclose(self) -> None:
        """Let go of the database."""
        await self.database.aclose()


def store_on(database: Database, clock: Clock, file: DatabaseFile | None = None) -> HistoryStore:
    """Return the history in a database."""
    return HistoryStore(
        database=database,
        reader=Reader(database.reading, clock),
        writer=Writer(database),
        listings=ListingRecord(database, clock),
        links=LinkRecord(database),
        changes=ChangeRecord(database, clock),
        clock=clock,
        file=file,
    )


async def open_store(settings: Settings, clock: Clock) -> HistoryStore:
    """Open the history that the settings name, making it where there is none.

    Raises:
        SettingsError: The address of the database is invalid.
        HistoryError: The database is unavailable.
    """
    path = sqlite_path(settings)
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HistoryError(f"{path}: {error.strerror or error}.", hint="Check DATA_DIR.") from error
    database = await open_database(address(settings))
    return store_on(database, clock, None if path is None else opened_file(path))


async def open_store_for_reading(settings: Settings, clock: Clock) -> HistoryStore:
    """Open the history to read it; a SQLite file that cannot be written is left as it is. Errors as open_store."""
    path = sqlite_path(settings)
    if path is None or not os.access(path, os.R_OK) or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return await open_store(settings, clock)
    return store_on(await open_read_only(path), clock)
