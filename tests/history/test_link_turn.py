"""The turn to check links: one of all processes and hosts has it (design section 12)."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL

from horde_model_reference.errors import HistoryError
from horde_model_reference.history.database import open_database, open_in_memory
from horde_model_reference.history.database_file import opened_file
from horde_model_reference.history.link_turn import LOCK_FILE, link_turn
from horde_model_reference.history.store import HistoryStore, open_store, store_on
from horde_model_reference.settings import load_settings
from tests.support.clock import AFTER_ALL
from tests.support.waiting import PATIENCE

HOLDER = """
import asyncio, sys
from pathlib import Path
from horde_model_reference.clock import Clock
from horde_model_reference.history.link_turn import link_turn
from horde_model_reference.history.store import open_store
from horde_model_reference.settings import load_settings

async def hold() -> None:
    store = await open_store(load_settings(data_dir=Path(sys.argv[1])), Clock())
    async with link_turn(store) as free:
        print(free, flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""
"""A process that takes the turn, says whether it was free, and keeps it."""


@asynccontextmanager
async def opened(url: URL) -> AsyncIterator[HistoryStore]:
    """Open a store as one more process does."""
    path = None if url.get_backend_name() == "postgresql" else opened_file(Path(url.database or ""))
    store = store_on(await open_database(url), AFTER_ALL, path)
    try:
        yield store
    finally:
        await store.aclose()


async def is_free(store: HistoryStore) -> bool:
    async with link_turn(store) as free:
        return free


async def test_one_has_the_turn_at_a_time(address: Callable[[], AbstractAsyncContextManager[URL]]) -> None:
    async with address() as url:
        await (await open_database(url)).aclose()
        async with opened(url) as one, opened(url) as other:
            async with link_turn(one) as free:
                assert free
                assert not await is_free(other)
            assert await is_free(other)
            assert await is_free(one)


async def test_an_error_lets_go_of_the_turn(address: Callable[[], AbstractAsyncContextManager[URL]]) -> None:
    async with address() as url:
        await (await open_database(url)).aclose()
        async with opened(url) as one, opened(url) as other:
            with pytest.raises(ZeroDivisionError):
                async with link_turn(one):
                    raise ZeroDivisionError
            assert await is_free(other)


async def test_a_history_in_memory_is_of_one_process() -> None:
    store = store_on(await open_in_memory(), AFTER_ALL)
    assert await is_free(store)
    await store.aclose()


async def test_a_killed_process_lets_go_of_the_turn(tmp_path: Path) -> None:
    store = await open_store(load_settings(data_dir=tmp_path), AFTER_ALL)
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    async with asyncio.timeout(PATIENCE):
        assert (await holder.stdout.readline()).strip() == b"True"
        assert not await is_free(store)
        holder.kill()
        await holder.wait()
    assert await is_free(store)
    await store.aclose()


@pytest.mark.skipif(os.name == "nt", reason="a folder is opened there, too")
async def test_a_lock_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    store = await open_store(load_settings(data_dir=tmp_path), AFTER_ALL)
    (tmp_path / LOCK_FILE).mkdir()
    with pytest.raises(HistoryError, match=f"{LOCK_FILE} cannot be locked") as refusal:
        await is_free(store)
    assert "\n" not in refusal.value.message
    await store.aclose()
