"""One source: parsed once for each change, with its last good copy for the day it fails."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from horde_model_reference.catalogue.document import FAILED_FOR, SOURCE_FAILED, Document, Parsing
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import CatalogueError, CatalogueFormatError
from horde_model_reference.settings import load_settings
from tests.support.clock import SteeredClock
from tests.support.file_server import FileServer, answer

TTL = 60
Numbers = list[int]
Open = Callable[..., Document[Numbers]]


def parse(content: bytes, place: str, _: datetime | None) -> Numbers:
    try:
        return list(json.loads(content))
    except ValueError as error:
        raise CatalogueFormatError(f"{place}: no numbers.") from error


def losses(good: Numbers, now: Numbers) -> tuple[DataWarning, ...]:
    return (DataWarning("shrunk", "It has lost numbers."),) if len(now) < len(good) else ()


@pytest.fixture
def clock() -> SteeredClock:
    return SteeredClock()


@pytest.fixture
async def server() -> AsyncIterator[FileServer]:
    async with FileServer(b"[1, 2]", {"ETag": '"1"'}) as running:
        yield running


@pytest.fixture
async def open_document(server: FileServer, clock: SteeredClock, tmp_path: Path) -> AsyncIterator[Open]:
    """Open documents of the server's file; all share one data folder."""
    settings = load_settings(cache_ttl_seconds=TTL, data_dir=tmp_path / "data")
    opened = []
    async with httpx.AsyncClient() as client:

        def make(**parsing: Any) -> Document[Numbers]:
            opened.append(Document(server.url, Parsing(parse, **parsing), settings, client, clock))
            return opened[-1]

        yield make
        for document in opened:
            await document.aclose()


async def test_a_document_is_fetched_again_when_it_is_older_than_its_time_to_live(
    open_document: Open, server: FileServer, clock: SteeredClock
) -> None:
    document = open_document()
    first = await document.read()
    clock.wait(TTL - 1)
    assert await document.read() is first
    clock.wait(1)
    assert (await document.read()).copy is first.copy
    assert server.statuses == [200, 304]


async def test_each_new_value_is_reported_once(open_document: Open, server: FileServer, clock: SteeredClock) -> None:
    changes = []

    async def changed(value: Numbers) -> None:
        changes.append(value)

    document = open_document(changed=changed)
    await document.read()
    clock.wait(TTL)
    await document.read()
    server.content, server.headers = b"[3]", {"ETag": '"2"'}
    clock.wait(TTL)
    await document.read()
    assert changes == [[1, 2], [3]]


async def test_after_a_failure_the_last_good_copy_is_used_with_a_warning(
    open_document: Open, server: FileServer, clock: SteeredClock
) -> None:
    document = open_document()
    await document.read()
    server.raw = answer(500)
    for held in (document, open_document()):  # in memory, and from the disk
        clock.wait(TTL)
        reading = await held.read()
        assert (reading.value, [warning.code for warning in reading.warnings]) == ([1, 2], [SOURCE_FAILED])
    server.raw = None
    clock.wait(TTL)
    assert (await document.read()).warnings == ()


async def test_without_a_copy_a_failure_lasts_for_its_cooldown(
    open_document: Open, server: FileServer, clock: SteeredClock
) -> None:
    server.content = b"<html>"
    document = open_document()
    for _ in range(2):
        with pytest.raises(CatalogueError, match="no numbers"):
            await document.read()
    assert len(server.requests) == 1
    assert not document.held
    server.content = b"[4]"
    clock.wait(FAILED_FOR)
    assert (await document.read()).value == [4]


async def test_a_document_that_becomes_empty_has_failed(
    open_document: Open, server: FileServer, clock: SteeredClock
) -> None:
    document = open_document(empty=lambda value: not value)
    await document.read()
    server.content, server.headers = b"[]", {}
    clock.wait(TTL)
    reading = await document.read()
    assert reading.value == [1, 2]
    assert "it is empty now" in reading.warnings[0].message


async def test_losses_are_warned_of_until_they_are_accepted(
    open_document: Open, server: FileServer, clock: SteeredClock
) -> None:
    document = open_document(losses=losses)
    await document.read()
    server.content, server.headers = b"[1]", {"ETag": '"2"'}
    for _ in range(2):
        clock.wait(TTL)
        assert [warning.code for warning in (await document.read()).warnings] == ["shrunk"]
    await document.accept()
    clock.wait(TTL)
    assert (await document.read()).warnings == ()
