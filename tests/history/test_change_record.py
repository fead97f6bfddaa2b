"""The record of changes, on SQLite and PostgreSQL: whole, once, and in pages."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from horde_model_reference.history.change_record import ChangeRecord, sentence_of
from horde_model_reference.history.changes import CategoryState, Change, ChangeKind
from horde_model_reference.history.days import day_of
from horde_model_reference.history.store import HistoryStore, open_store
from horde_model_reference.marks.mark_state import MarkState, deletion_mark
from horde_model_reference.settings import load_settings
from tests.history.conftest import Stores
from tests.support.builders import IMAGE, TEXT
from tests.support.clock import AFTER_ALL, SteeredClock
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.marks import mark_of
from tests.support.pages import ROOT
from tests.support.waiting import PATIENCE

FIRST = datetime(2026, 3, 1, 15, tzinfo=UTC)
MARK = deletion_mark(mark_of("a", replacement="b", detail="few"), MarkState.WAITING, [])


def looked(day: int, names: set[str], **parts: object) -> CategoryState:
    state = CategoryState(IMAGE, day_of(FIRST) + day, frozenset(names), {}, {}, frozenset())
    return replace(state, **parts)  # type: ignore[arg-type]


async def told(
    record: ChangeRecord, since: date | None = None, limit: int = 100, offset: int = 0
) -> list[tuple[str, str]]:
    page = await record.page(IMAGE, since, limit, offset)
    return [(change.kind.value, change.name) for change in page.changes]


@pytest.fixture
def clock() -> SteeredClock:
    return SteeredClock(FIRST)


@pytest.fixture
def record(store: HistoryStore, clock: SteeredClock) -> ChangeRecord:
    return ChangeRecord(store.database, clock)


async def test_changes_are_kept_with_their_day_and_mark_newest_first(record: ChangeRecord, clock: SteeredClock) -> None:
    assert await record.keep(looked(0, {"a"})) == []
    clock.wait(86_400)
    assert await record.keep(looked(1, {"a", "b"}, marks={"a": MARK})) == [
        Change(ChangeKind.MARKED, "a", MARK),
        Change(ChangeKind.ADDED, "b"),
    ]
    clock.wait(86_400)
    await record.keep(looked(2, {"b"}))
    page = await record.page(IMAGE, None, 100, 0)
    assert [(found.kind, found.name, found.day) for found in page.changes] == [
        ("removed", "a", date(2026, 3, 3)),
        ("added", "b", date(2026, 3, 2)),
        ("marked", "a", date(2026, 3, 2)),
    ]
    assert page.changes[-1].deletion_mark == MARK
    assert page.changes[0].seen_at == FIRST + timedelta(days=2)
    assert (await record.page(TEXT, None, 100, 0)).total_count == 0


async def test_pages_and_days(record: ChangeRecord, clock: SteeredClock) -> None:
    await record.keep(looked(0, set()))
    for day in range(1, 6):
        clock.wait(86_400)
        await record.keep(looked(day, {f"model {at}" for at in range(day)}))
    everything = await told(record)
    assert everything == [("added", f"model {at}") for at in (4, 3, 2, 1, 0)]
    assert await told(record, limit=2, offset=1) == everything[1:3]
    assert await told(record, since=date(2026, 3, 5)) == everything[:2]
    page = await record.page(IMAGE, None, 2, 4)
    assert (page.total_count, page.returned_count, page.limit, page.offset) == (5, 1, 2, 4)


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
async def test_any_name_is_kept(record: ChangeRecord, name: str) -> None:
    await record.keep(looked(0, set()))
    await record.keep(looked(0, {name}, marks={name: MARK}))
    assert sorted(await told(record)) == [("added", name), ("marked", name)]


async def test_of_many_processes_at_once_one_tells_a_change(stores: Stores) -> None:
    async with stores() as store:
        records = [ChangeRecord(store.database, SteeredClock(FIRST)) for _ in range(6)]
        await records[0].keep(looked(0, {"a"}))
        found = await asyncio.gather(*(record.keep(looked(1, {"a", "b"}, marks={"a": MARK})) for record in records))
        assert sorted(len(changes) for changes in found) == [0, 0, 0, 0, 0, 2]
        assert await told(records[0]) == [("added", "b"), ("marked", "a")]


async def test_a_change_to_and_fro_is_told_once_a_day(record: ChangeRecord) -> None:
    for marks in ({}, {"a": MARK}, {}, {"a": MARK}, {}):
        await record.keep(looked(0, {"a"}, marks=marks))
    assert sorted(await told(record)) == [("marked", "a"), ("unmarked", "a")]


WRITER = """
import asyncio, sys
from pathlib import Path
from horde_model_reference.history.store import open_store
from horde_model_reference.settings import load_settings
from tests.history.test_change_record import looked
from tests.support.clock import AFTER_ALL

async def main():
    store = await open_store(load_settings(data_dir=Path(sys.argv[1])), AFTER_ALL)
    for day in range(100_000):
        await store.changes.keep(looked(day, {f"model {at}" for at in range(day)}))
        print(day, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("after", [1, 7])
async def test_a_writer_that_is_killed_between_two_changes_loses_and_repeats_none(tmp_path: Path, after: int) -> None:
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(tmp_path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    async with asyncio.timeout(PATIENCE):
        while int(await writer.stdout.readline()) < after:
            pass
        writer.kill()
        told_days = [int(line) for line in (await writer.stdout.read()).split()]
        await writer.wait()
    written = max([after, *told_days])
    store = await open_store(load_settings(data_dir=tmp_path), AFTER_ALL)
    before = len(await told(store.changes, limit=1000))
    assert before in {written, written + 1}
    await store.changes.keep(looked(written + 5, {f"model {at}" for at in range(written + 5)}))
    added = sorted(("added", f"model {at}") for at in range(written + 5))
    assert sorted(await told(store.changes, limit=1000)) == added
    await store.aclose()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            ChangeKind.MARKED,
            "Its removal is announced. It may be removed from 2026-05-01 on (low_use). few. Use b instead.",
        ),
        (ChangeKind.DUE, "Its announced day has come, and it may be removed. Use b instead."),
        (ChangeKind.UNMARKED, "Its removal is no longer announced."),
    ],
)
def test_a_sentence_says_the_day_the_reason_and_the_replacement(kind: ChangeKind, words: str) -> None:
    assert sentence_of(Change(kind, "a", MARK)) == words
    recovered = deletion_mark(mark_of("a"), MarkState.RECOVERED, ["It is used.", "Jobs wait."])
    assert sentence_of(Change(ChangeKind.RECOVERED, "a", recovered)).endswith(" It is used. Jobs wait.")
