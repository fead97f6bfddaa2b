"""The turn to check links: one process of all has it at a time, so that the manners toward hosts hold for all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import text

from horde_model_reference.errors import HistoryError
from horde_model_reference.escaping import visible
from horde_model_reference.history.store import HistoryStore

LOCK_FILE = "links.lock"
"""The lock's name beside a SQLite file; it stays there, and locks nothing by itself."""
_LOCK = 0x686D726C  # "hmrl": the advisory lock of PostgreSQL that is the turn.


@asynccontextmanager
async def link_turn(store: HistoryStore) -> AsyncIterator[bool]:
    """Hold the turn of a history while the block runs, if it is free; a process that is killed lets go of it.

    Yields:
        Whether it was free; False where another process checks.

    Raises:
        HistoryError: The database is unavailable, or its folder cannot be written.
    """
    if store.file is not None:
        with _file_lock(store.file.path.with_name(LOCK_FILE)) as free:
            yield free
        return
    async with store.database.reading() as connection:
        on_server = connection.dialect.name == "postgresql"  # Else it lies in the memory of this process alone.
        yield not on_server or bool(await connection.scalar(text(f"SELECT pg_try_advisory_xact_lock({_LOCK})")))


@contextmanager
def _file_lock(path: Path) -> Iterator[bool]:
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    except OSError as error:
        reason = error.strerror or error
        raise HistoryError(f"{visible(str(path))} cannot be locked: {reason}.", hint="Check DATA_DIR.") from error
    try:
        yield True
    finally:
        lock.release()
