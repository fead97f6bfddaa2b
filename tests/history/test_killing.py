"""Killing whoever writes, at any moment, loses nothing but the write in flight."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from horde_model_reference.history.database import FILE
from horde_model_reference.history.store import open_store
from horde_model_reference.settings import load_settings
from tests.support.clock import AFTER_ALL
from tests.support.pages import ROOT
from tests.support.past import all_kept, compile_of, keep_all
from tests.support.waiting import PATIENCE

WRITER = """
import asyncio, sys
from pathlib import Path
from horde_model_reference.history.store import open_store
from horde_model_reference.settings import load_settings
from tests.support.clock import AFTER_ALL
from tests.support.past import compile_of, keep_all

async def main():
    store = await open_store(load_settings(data_dir=Path(sys.argv[1])), AFTER_ALL)
    for day in range(100_000):
        await keep_all(store, [compile_of(day, {f"model {at}": day + at for at in range(200)})])
        print(day, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("after", [0, 3, 11])
async def test_a_killed_writer_leaves_whole_days(tmp_path: Path, after: int) -> None:
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(tmp_path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    async with asyncio.timeout(PATIENCE):
        while int(await writer.stdout.readline()) < after:
            pass
        writer.send_signal(signal.SIGKILL)
        told = [int(line) for line in (await writer.stdout.read()).split()]
        await writer.wait()
    written = max([after, *told])
    store = await open_store(load_settings(data_dir=tmp_path), AFTER_ALL)
    days = await store.reader.days(compile_of(0, {"a": 1}).model_type)
    assert len(days.numbers) in {written + 1, written + 2}
    assert (await store.reader.usage_on(days)).group_by("day").len()["len"].to_list() == [200] * len(days.numbers)
    assert await keep_all(store, [compile_of(5_000, {"a": 1})]) == ["new"]
    assert await all_kept(store)
    await store.aclose()
    connection = sqlite3.connect(tmp_path / FILE)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
