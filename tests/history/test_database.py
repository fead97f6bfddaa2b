"""Opening, migrating, and what is said when the database fails."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, text

from horde_model_reference.errors import HistoryError, SettingsError
from horde_model_reference.history import database as module
from horde_model_reference.history.database import (
    HEAD,
    Database,
    address,
    engine_of,
    open_database,
    open_in_memory,
    open_read_only,
    read_only_address,
)
from horde_model_reference.history.migrations import upgrade
from horde_model_reference.history.store import HistoryStore, open_store, store_on
from horde_model_reference.history.tables import category_states, changes, link_checks, listings, metadata
from horde_model_reference.settings import load_settings
from tests.support.builders import IMAGE, catalogue_of
from tests.support.clock import AFTER_ALL
from tests.support.past import all_kept, compile_of, keep_all

Address = Callable[[], AbstractAsyncContextManager[URL]]
SECRET = "the-password"


def differences(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def test_the_migrations_make_the_tables_that_the_code_knows(address: Address) -> None:
    async with address() as url:
        database = Database(engine_of(url))
        async with database.writing() as connection:
            await connection.run_sync(upgrade)
            assert await connection.run_sync(differences) == []
            assert await connection.run_sync(revision) == HEAD
        await database.aclose()


async def test_a_file_of_another_schema_is_not_migrated_where_it_is_only_read(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    sqlite3.connect(path).close()
    with pytest.raises(HistoryError, match="another schema"):
        await open_read_only(path)
    assert path.read_bytes() == b""


def test_a_file_with_a_log_beside_it_is_not_taken_as_immutable(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    assert read_only_address(path).query["immutable"] == "1"
    path.with_name("history.sqlite-wal").touch()
    assert "immutable" not in read_only_address(path).query


async def test_a_new_database_needs_no_migration(store: HistoryStore) -> None:
    async with store.database.reading() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(revision) == HEAD


async def test_a_database_of_the_first_schema_is_migrated_and_keeps_its_days(address: Address) -> None:
    async with address() as url:
        old = store_on(await open_database(url), AFTER_ALL)
        await keep_all(old, [compile_of(0, {"a": 1})])
        kept = await all_kept(old)
        async with old.database.writing() as connection:
            for later in (listings, link_checks, category_states, changes):
                await connection.run_sync(later.drop)
            await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        await old.aclose()
        new = store_on(await open_database(url), AFTER_ALL)
        async with new.database.reading() as connection:
            assert await connection.run_sync(differences) == []
            assert await connection.run_sync(revision) == HEAD
        assert await all_kept(new) == kept
        await new.listings.keep(catalogue_of(["a"]))
        assert sorted(await new.listings.listings(IMAGE)) == ["a"]
        await new.aclose()


async def test_a_database_of_a_newer_version_is_left_alone(address: Address) -> None:
    async with address() as url:
        await (await open_database(url)).aclose()
        await set_revision(url, "9999")
        with pytest.raises(HistoryError, match="schema '9999'"):
            await open_database(url)


async def set_revision(url: URL, to: str) -> None:
    database = Database(engine_of(url))
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": to})
    await database.aclose()


async def test_opening_again_finds_what_was_kept(address: Address) -> None:
    async with address() as url:
        first = store_on(await open_database(url), AFTER_ALL)
        await keep_all(first, [compile_of(0, {"a": 1})])
        kept = await all_kept(first)
        await first.aclose()
        second = store_on(await open_database(url), AFTER_ALL)
        assert await all_kept(second) == kept
        await second.aclose()


async def test_a_new_database_that_several_open_at_once_is_made_once(address: Address) -> None:
    for _ in range(10):
        async with address() as url:
            opened = await asyncio.gather(*(open_database(url) for _ in range(4)))
            for database in opened:
                async with database.reading() as connection:
                    assert (await connection.execute(text("SELECT * FROM alembic_version"))).all() == [(HEAD,)]
                await database.aclose()


async def test_what_fails_midway_was_not_written(store: HistoryStore) -> None:
    async def write_and_fail() -> None:
        async with store.database.writing() as connection:
            await connection.execute(text("INSERT INTO closed_months VALUES ('image', 1, 1, 1, 1)"))
            raise KeyError

    with pytest.raises(KeyError):
        await write_and_fail()
    async with store.database.reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM closed_months"))).scalar() == 0


async def test_sqlite_writes_ahead(tmp_path: Path) -> None:
    store = await open_store(load_settings(data_dir=tmp_path / "new" / "folder"), AFTER_ALL)
    await store.aclose()
    connection = sqlite3.connect(tmp_path / "new" / "folder" / module.FILE)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


async def test_a_database_that_is_away_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    away = [
        load_settings(data_dir=tmp_path / "file"),
        load_settings(history={"url": f"postgresql://u:{SECRET}@127.0.0.1:1/x"}),
    ]
    for settings in away:
        with pytest.raises(HistoryError) as caught:
            await open_store(settings, AFTER_ALL)
        assert SECRET not in f"{caught.value.message}{caught.value.hint}"


async def test_a_file_that_is_no_database_is_our_error(tmp_path: Path) -> None:
    (tmp_path / module.FILE).write_bytes(b"no database at all, and long enough to be taken for one" * 40)
    with pytest.raises(HistoryError):
        await open_store(load_settings(data_dir=tmp_path), AFTER_ALL)


async def test_a_full_disk_is_our_error_and_reading_goes_on(tmp_path: Path) -> None:
    store = await open_store(load_settings(data_dir=tmp_path), AFTER_ALL)
    await keep_all(store, [compile_of(0, {"a": 1})])
    async with store.database.reading() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar()
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    more = [compile_of(day, {f"model {at} of day {day}": at for at in range(50)}) for day in range(1, 60)]
    with pytest.raises(HistoryError, match="full"):
        await keep_all(store, more)
    days = await store.reader.days(compile_of(0, {"a": 1}).model_type)
    assert (await store.reader.usage_on(days)).height > 0
    await store.aclose()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"postgresql://u:{SECRET}@h:port/d", "no address of a database"),
        (f"postgresql://u:{SECRET}@h:/d", "no address of a database"),
        (f"postgresql://{SECRET}@[::1/d", "no address of a database"),
        (f"postgresql://u:{SECRET}@h/d?ssl=require&sslmode=require&x=1", "no parameter sslmode, x"),
    ],
)
def test_an_address_without_sense_names_the_variable_and_tells_no_password(url: str, reason: str) -> None:
    settings = load_settings(history={"url": url})
    with pytest.raises(SettingsError, match=f"HISTORY__URL: .*{reason}") as caught:
        address(settings)
    assert SECRET not in f"{caught.value} {caught.value.hint} {caught.value.__cause__}"


@pytest.mark.parametrize(
    "query", ["", "?ssl=require", "?host=/run&target_session_attrs=any", "?prepared_statement_cache_size=0"]
)
@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+asyncpg", "postgresql+psycopg2"])
def test_an_address_may_name_any_driver_and_what_ours_knows(scheme: str, query: str) -> None:
    found = address(load_settings(history={"url": f"{scheme}://u:{SECRET}@h:5/d{query}"}))
    assert found.render_as_string(hide_password=False) == f"postgresql+asyncpg://u:{SECRET}@h:5/d{query}".replace(
        "/run", "%2Frun"
    )


def test_without_its_client_postgresql_is_refused_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(SettingsError) as caught:
        address(load_settings(history={"url": "postgresql://u@h/d"}))
    assert "pip install" in caught.value.hint


async def test_readers_of_a_database_in_memory_wait_for_each_other() -> None:
    """It has one connection, on which two transactions at once would be one too many."""
    database = await open_in_memory()

    async def read() -> int:
        async with database.reading() as connection:
            await asyncio.sleep(0)
            found: int = (await connection.execute(text("SELECT count(*) FROM api_names"))).scalar_one()
            return found

    assert await asyncio.gather(*(read() for _ in range(5))) == [0] * 5
    await database.aclose()
