"""The database: opened, brought to the present schema, and its errors translated."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from functools import partial
from importlib.util import find_spec
from inspect import signature
from pathlib import Path
from typing import Any

import stamina
from sqlalchemy import URL, Column, Connection, MetaData, String, Table, event, inspect, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from horde_model_reference.errors import HistoryError, SettingsError
from horde_model_reference.escaping import quoted, visible
from horde_model_reference.history.tables import metadata
from horde_model_reference.settings import Settings
from horde_model_reference.thread_pool import run_in_thread

FILE = "history.sqlite"
"""The SQLite file's name under ``DATA_DIR``."""

HEAD = "0004"
"""The newest migration."""

BUSY_SECONDS = 10
"""How long a writer waits for another one."""

_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Where Alembic notes which migration was the last."""

_LOCK = 0x686D72  # "hmr": the advisory lock of PostgreSQL under which all write.
_VARIABLE = "HORDE_MODEL_REFERENCE_HISTORY__URL"


def foreign_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions of the drivers."""
    found: tuple[type[Exception], ...] = (SQLAlchemyError, OSError, TimeoutError, sqlite3.Error)
    if find_spec("asyncpg") is not None:
        from asyncpg import InterfaceError, PostgresError  # noqa: PLC0415 - an optional extra

        found = (*found, PostgresError, InterfaceError)
    return found


def sqlite_path(settings: Settings) -> Path | None:
    """Return the file that the history is kept in; None where it is kept elsewhere."""
    return None if settings.history.url else settings.data_dir / FILE


def address(settings: Settings) -> URL:
    """Return the database's address.

    Raises:
        SettingsError: It is none, its driver is not installed, or it has a parameter that the driver does not know.
    """
    path = sqlite_path(settings)
    if path is not None:
        return URL.create("sqlite+aiosqlite", database=str(path))
    try:
        url = make_url(settings.history.url)
    except ValueError:  # The port is no number.
        raise SettingsError(
            f"{_VARIABLE}: this is no address of a database.",
            hint="It looks like postgresql://user:password@host/database.",
        ) from None  # The cause may repeat a password.
    if find_spec("asyncpg") is None:
        raise SettingsError(f"{_VARIABLE}: the PostgreSQL client is not installed.", hint="pip install asyncpg")
    if unknown := sorted(url.query.keys() - _parameters()):
        raise SettingsError(
            f"{_VARIABLE}: the PostgreSQL client knows no parameter {visible(', '.join(unknown))}.",
            hint="Leave it out; what other clients call sslmode is ssl.",
        )
    return url.set(drivername="postgresql+asyncpg")


def _parameters() -> set[str]:
    """Return the parameters that may follow the ``?`` of an address."""
    from asyncpg import connect  # noqa: PLC0415 - an optional extra

    return {*signature(connect).parameters, "prepared_statement_cache_size"}


class Database:
    """A pool of connections; every failure of the database is a :class:`HistoryError`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._errors = foreign_errors()
        self._writing = asyncio.Lock()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that sees one state of the database.

        Raises:
            HistoryError: The database is unavailable.
        """
        async with self._translated(), self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection on which all is written or nothing; one writer at a time, of all processes and hosts.

        Raises:
            HistoryError: The database is unavailable, is full, or another writer takes too long.
        """
        async with self._translated(), self._writing, self._engine.connect() as plain:
            connection = await plain.execution_options(writes=True)
            async with connection.begin():
                if connection.dialect.name == "postgresql":
                    await connection.execute(text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
                    await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                yield connection

    async def write_ahead(self, path: str) -> None:
        """Bring a SQLite file into the mode in which readers and a writer do not wait for each other.

        Raises:
            HistoryError: The file is unavailable.
        """
        async with self._translated():
            await run_in_thread(_write_ahead, path)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        try:
            yield
        except self._errors as error:
            raise HistoryError(f"The history's database failed: {_reason(error)}.", hint=_HINT) from error


_HINT = "Check the database, its disk, and the settings HISTORY__URL and DATA_DIR."


def _reason(error: Exception) -> str:
    """Return the message of a database error, without address or statement."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.Error):
        return str(cause)
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return type(cause).__name__


async def open_database(url: URL) -> Database:
    """Open a database and bring it to the present schema.

    Raises:
        HistoryError: The database is unavailable.
    """

    async def prepare(database: Database) -> None:
        if url.database is not None and url.get_backend_name() == "sqlite":
            await database.write_ahead(url.database)
        async with database.reading() as connection:
            present = await connection.run_sync(_revision) == HEAD
        if not present:
            async with database.writing() as connection:
                await connection.run_sync(_bring_up_to_date)

    return await _opened(url, prepare)


async def open_read_only(path: Path) -> Database:
    """Open a SQLite file of the present schema without writing to it or its folder.

    Raises:
        HistoryError: It is unavailable, or has another schema.
    """

    async def check(database: Database) -> None:
        async with database.reading() as connection:
            await connection.run_sync(_check_schema)

    return await _opened(read_only_address(path), check)


async def _opened(url: URL, prepare: Callable[[Database], Awaitable[None]]) -> Database:
    database = Database(engine_of(url))
    try:
        await prepare(database)
    except BaseException:
        await database.aclose()
        raise
    return database


def read_only_address(path: Path) -> URL:
    """Return the address of a SQLite file that is only read.

    SQLite needs files beside one in write-ahead mode, and cannot make them in a folder without write permission. Where
    a log stands there, it is read as well; where none does, nobody has the file open, and it counts as immutable.
    """
    log = path.with_name(f"{path.name}-wal")
    options = {"mode": "ro", "uri": "true"} | ({} if log.exists() else {"immutable": "1"})
    return URL.create("sqlite+aiosqlite", database=path.absolute().as_uri(), query=options)


async def open_in_memory(content: bytes = b"") -> Database:
    """Open a database that lasts as long as it is open, in SQLite.

    Args:
        content: A serialized database of our tables to begin with.
    """
    url = URL.create("sqlite+aiosqlite", database=":memory:")
    if content:
        return Database(engine_of(url, factory=partial(_deserialized, content)))
    database = Database(engine_of(url))
    async with database.writing() as connection:
        await connection.run_sync(metadata.create_all)
    return database


def _deserialized(content: bytes, *args: Any, **options: Any) -> sqlite3.Connection:
    connection = sqlite3.Connection(*args, **options)
    connection.deserialize(content)
    return connection


def engine_of(url: URL, **connecting: Any) -> AsyncEngine:
    """Return the engine of a database; nothing is opened yet.

    Args:
        url: The address.
        connecting: Further arguments of ``sqlite3.connect``.
    """
    if url.get_backend_name() == "postgresql":
        options = {"timeout": BUSY_SECONDS, "command_timeout": 60}
        return create_async_engine(url, pool_size=3, max_overflow=2, pool_timeout=BUSY_SECONDS, connect_args=options)
    in_memory = url.database in {None, "", ":memory:"}
    # What lies in memory lasts as long as its one connection, for which all wait in turn.
    one = {"poolclass": AsyncAdaptedQueuePool, "pool_size": 1, "max_overflow": 0, "pool_timeout": BUSY_SECONDS}
    pool: dict[str, Any] = one if in_memory else {}
    engine = create_async_engine(url, connect_args={"timeout": BUSY_SECONDS} | connecting, **pool)
    event.listen(engine.sync_engine, "connect", _sqlite_connected)
    event.listen(engine.sync_engine, "begin", _sqlite_begins)
    return engine


def _is_busy(error: Exception) -> bool:
    # The low byte: SQLite tells kinds of being busy apart in the others.
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


# SQLite does not wait for others when it changes the mode, which the file keeps.
@stamina.retry(on=_is_busy, attempts=None, timeout=BUSY_SECONDS, wait_initial=0.01, wait_max=0.1, wait_jitter=0.05)
def _write_ahead(path: str) -> None:
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def _sqlite_connected(connection: Any, _: object) -> None:
    connection.isolation_level = None  # Transactions begin where _sqlite_begins says, not where the driver guesses.
    cursor = connection.cursor()
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begins(connection: Connection) -> None:
    how = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {how}")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(select(_VERSION.c.version_num)).scalar()
    return found


def _check_schema(connection: Connection) -> None:
    if _revision(connection) != HEAD:
        raise HistoryError(
            "The history's database cannot be written, and has another schema than this version reads.",
            hint="Copy it to a folder that can be written, and set DATA_DIR to it.",
        )


def _bring_up_to_date(connection: Connection) -> None:
    revision = _revision(connection)
    if revision is None:
        metadata.create_all(connection, checkfirst=False)
        _VERSION.create(connection, checkfirst=True)
        connection.execute(_VERSION.insert().values(version_num=HEAD))
    elif revision != HEAD:
        _migrate(connection, revision)


def _migrate(connection: Connection, revision: str) -> None:
    """Migrate an older database; Alembic is large and imported for this alone."""
    from alembic.util import CommandError  # noqa: PLC0415

    from horde_model_reference.history.migrations import upgrade  # noqa: PLC0415

    try:
        upgrade(connection)
    except CommandError:
        raise HistoryError(
            f"The history's database has the schema {quoted(str(revision))}, which this version does not know.",
            hint="Use the version that made it, or a newer one.",
        ) from None
