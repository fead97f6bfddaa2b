"""Every test of the history runs on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from horde_model_reference.history.database import open_database
from horde_model_reference.history.store import HistoryStore, store_on
from tests.support.clock import AFTER_ALL
from tests.support.postgres import binaries, postgres_server

Stores = Callable[[], AbstractAsyncContextManager[HistoryStore]]
"""Gives a new, empty store each time it is entered."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server; skipped where there is none, but a failure in automation."""
    programs = binaries()
    if programs is None:
        reason = "no PostgreSQL here: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with postgres_server(programs) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], AbstractAsyncContextManager[URL]]:
    """Give the address of a new, empty database each time it is entered."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None

    @asynccontextmanager
    async def made() -> AsyncIterator[URL]:
        name = f"history_{uuid.uuid4().hex}"
        if server is None:
            yield URL.create("sqlite+aiosqlite", database=str(tmp_path / f"{name}.sqlite"))
            return
        url = make_url(server).set(drivername="postgresql+asyncpg")
        await _run(url, f"CREATE DATABASE {name}")
        try:
            yield url.set(database=name)
        finally:
            await _run(url, f"DROP DATABASE {name} WITH (FORCE)")

    return made


async def _run(url: URL, statement: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture
def stores(address: Callable[[], AbstractAsyncContextManager[URL]]) -> Stores:
    """New, empty stores."""

    @asynccontextmanager
    async def made() -> AsyncIterator[HistoryStore]:
        async with address() as url:
            store = store_on(await open_database(url), AFTER_ALL)
            try:
                yield store
            finally:
                await store.aclose()

    return made


@pytest.fixture
async def store(stores: Stores) -> AsyncIterator[HistoryStore]:
    """One new, empty store."""
    async with stores() as found:
        yield found
