"""Catalogues kept fresh, and the last good copy where a source fails (``manager`` and its ``document``)."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import traceback
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from horde_model_reference.catalogue import document
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.last_good import LastGoodStore
from horde_model_reference.catalogue.manager import ModelReferenceManager
from horde_model_reference.catalogue.sources import SourceCopy
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.errors import CatalogueError, CatalogueFormatError, CatalogueSourceError
from horde_model_reference.settings import load_settings
from tests.support.builders import IMAGE, TEXT
from tests.support.clock import SteeredClock, steered_timers
from tests.support.file_server import FileServer, answer

TTL = 60.0
SOURCE_FAILED = "catalogue_source_failed"
UNWRITABLE = "data_dir_unwritable"


@pytest.fixture
def clock() -> SteeredClock:
    return SteeredClock()


Open = Callable[..., ModelReferenceManager]


@pytest.fixture
async def open_manager(client: httpx.AsyncClient, clock: SteeredClock) -> AsyncIterator[Open]:
    """Makes managers whose image catalogue is at a location; all share one data folder."""
    opened: list[ModelReferenceManager] = []

    def make(location: str | Path, **settings: Any) -> ModelReferenceManager:
        sources = {"image_generation": str(location)}
        opened.append(
            ModelReferenceManager(
                load_settings(**{"sources": sources, "cache_ttl_seconds": TTL} | settings), client, clock
            )
        )
        return opened[-1]

    yield make
    for manager in opened:
        await manager.aclose()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "models.json"


def give(path: Path, *names: str) -> None:
    """Write a catalogue of these models."""
    write(path, content_of(*names))


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def content_of(*names: str) -> bytes:
    return b"{" + b", ".join(f'"{name}": {{"name": "{name}"}}'.encode() for name in names) + b"}"


def codes(catalogue: Catalogue) -> list[str]:
    return [warning.code for warning in catalogue.warnings]


async def test_names_are_sorted_and_records_are_by_name(open_manager: Open, path: Path) -> None:
    give(path, "b", "A", "a/c")
    manager = open_manager(path)
    assert await manager.get_model_names(IMAGE) == ["A", "a/c", "b"]
    assert (await manager.get_model_reference(IMAGE))["b"].name == "b"
    assert manager.location(IMAGE) == str(path)


async def test_a_catalogue_comes_with_the_bytes_it_was_read_from(
    open_manager: Open, path: Path, clock: SteeredClock
) -> None:
    give(path, "a")
    manager = open_manager(path)
    for _ in range(2):
        catalogue, copy = await manager.get_catalogue_with_copy(IMAGE)
        assert copy.content == content_of("a")
        assert catalogue.revision == hashlib.sha256(copy.content).hexdigest()
        become_html(path)
        clock.wait(TTL)


@pytest.mark.parametrize("category", MODEL_REFERENCE_CATEGORY)
async def test_every_category_has_its_own_source(open_manager: Open, path: Path, category: Any) -> None:
    give(path, category.value)
    absent = dict.fromkeys(MODEL_REFERENCE_CATEGORY, str(path.with_name("absent.json")))
    manager = open_manager(path, sources=absent | {category: str(path)})
    assert await manager.get_model_names(category) == [category.value]
    with pytest.raises(CatalogueSourceError):
        await manager.get_catalogue(IMAGE if category is not IMAGE else TEXT)


# Freshness.


async def test_a_changed_file_is_read_again_after_the_time_to_live(
    open_manager: Open, path: Path, clock: SteeredClock
) -> None:
    give(path, "old")
    manager = open_manager(path)
    first = await manager.get_catalogue(IMAGE)
    give(path, "new", "newer")
    clock.wait(TTL - 0.001)
    assert await manager.get_catalogue(IMAGE) is first
    clock.wait(0.001)
    second = await manager.get_catalogue(IMAGE)
    assert set(second.records) == {"new", "newer"}
    assert second.revision != first.revision
    assert second.modified_at is not None


async def test_time_to_live_starts_anew_with_every_look(open_manager: Open, path: Path, clock: SteeredClock) -> None:
    give(path, "old")
    manager = open_manager(path)
    await manager.get_catalogue(IMAGE)
    clock.wait(TTL)
    await manager.get_catalogue(IMAGE)
    give(path, "new", "newer")
    clock.wait(TTL - 1)
    assert await manager.get_model_names(IMAGE) == ["old"]


async def test_a_time_to_live_of_nothing_always_looks(open_manager: Open, path: Path) -> None:
    give(path, "old")
    manager = open_manager(path, cache_ttl_seconds=0)
    await manager.get_catalogue(IMAGE)
    give(path, "new", "newer")
    assert await manager.get_model_names(IMAGE) == ["new", "newer"]


async def test_told_to_look_again_it_does_not_wait_for_the_time_to_live(open_manager: Open, path: Path) -> None:
    give(path, "old")
    manager = open_manager(path)
    manager.look_again(IMAGE)
    assert await manager.get_model_names(IMAGE) == ["old"]
    give(path, "new", "newer")
    assert await manager.get_model_names(IMAGE) == ["old"]
    manager.look_again(TEXT)
    assert await manager.get_model_names(IMAGE) == ["old"]
    manager.look_again(IMAGE)
    assert await manager.get_model_names(IMAGE) == ["new", "newer"]


async def test_new_content_is_announced_and_nothing_else(
    client: httpx.AsyncClient, clock: SteeredClock, path: Path
) -> None:
    announced: list[tuple[MODEL_REFERENCE_CATEGORY, str]] = []

    async def announce(category: MODEL_REFERENCE_CATEGORY, revision: str) -> None:
        announced.append((category, revision))

    give(path, "old")
    settings = load_settings(sources={"image_generation": str(path)}, cache_ttl_seconds=TTL)
    manager = ModelReferenceManager(settings, client, clock, announce)
    first = await manager.get_catalogue(IMAGE)
    for change in (None, vanish, lambda file: give(file, "new", "newer"), become_html):
        if change is not None:
            change(path)
        clock.wait(TTL)
        await manager.get_catalogue(IMAGE)
    second = await manager.get_catalogue(IMAGE)
    await ModelReferenceManager(settings, client, clock, announce).get_catalogue(IMAGE)
    assert announced == [(IMAGE, first.revision), (IMAGE, second.revision)]


async def test_a_url_that_has_not_changed_is_not_sent_again(
    open_manager: Open, server: FileServer, clock: SteeredClock
) -> None:
    server.content, server.headers = content_of("a"), {"ETag": '"v1"'}
    manager = open_manager(server.url)
    first = await manager.get_catalogue(IMAGE)
    clock.wait(TTL)
    assert await manager.get_catalogue(IMAGE) is first
    assert server.statuses == [200, 304]


async def test_a_kept_copy_is_asked_about_before_it_is_fetched_again(open_manager: Open, server: FileServer) -> None:
    server.content, server.headers = content_of("a"), {"ETag": '"v1"'}
    await open_manager(server.url).get_catalogue(IMAGE)
    catalogue = await open_manager(server.url).get_catalogue(IMAGE)
    assert list(catalogue.records) == ["a"]
    assert catalogue.warnings == ()
    assert server.statuses == [200, 304]


# Many readers.


async def test_concurrent_readers_read_the_source_once(
    open_manager: Open, server: FileServer, clock: SteeredClock
) -> None:
    server.content = content_of("a")
    manager = open_manager(server.url)
    catalogues = await asyncio.gather(*(manager.get_catalogue(IMAGE) for _ in range(8)))
    assert len(server.requests) == 1
    assert len({id(catalogue) for catalogue in catalogues}) == 1
    clock.wait(TTL)
    await asyncio.gather(*(manager.get_catalogue(IMAGE) for _ in range(8)))
    assert len(server.requests) == 2


async def test_concurrent_readers_all_hear_of_a_failure(open_manager: Open, server: FileServer) -> None:
    server.raw = answer(500)
    manager = open_manager(server.url)
    results = await asyncio.gather(*(manager.get_catalogue(IMAGE) for _ in range(4)), return_exceptions=True)
    assert [type(result) for result in results] == [CatalogueSourceError] * 4
    assert len(server.requests) == 1


async def test_readers_do_not_wait_long_for_a_slow_source_while_a_catalogue_is_held(
    open_manager: Open, server: FileServer, clock: SteeredClock
) -> None:
    server.content = content_of("old")
    manager = open_manager(server.url, refresh_patience_seconds=1)
    held = await manager.get_catalogue(IMAGE)
    server.content = content_of("new")
    server.answering.clear()
    clock.wait(TTL)
    with steered_timers() as wait:
        reading = asyncio.create_task(manager.get_catalogue(IMAGE))
        await server.asked()
        wait(1)
        assert await reading is held
        server.answering.set()
        assert await manager.get_model_names(IMAGE) == ["new"]
    assert len(server.requests) == 2


async def test_a_reader_that_gives_up_does_not_end_the_work_of_others(open_manager: Open, server: FileServer) -> None:
    server.content = content_of("a")
    server.answering.clear()
    manager = open_manager(server.url)
    asked = asyncio.create_task(server.asked())
    readers = [asyncio.create_task(manager.get_catalogue(IMAGE)) for _ in range(2)]
    await asked
    readers[0].cancel()
    server.answering.set()
    assert list((await readers[1]).records) == ["a"]
    assert len(server.requests) == 1


async def test_closing_ends_what_is_under_way(open_manager: Open, server: FileServer) -> None:
    server.answering.clear()
    manager = open_manager(server.url)
    asked = asyncio.create_task(server.asked())
    reader = asyncio.create_task(manager.get_catalogue(IMAGE))
    await asked
    await manager.aclose()
    with pytest.raises(asyncio.CancelledError):
        await reader


# Sources that fail.


def vanish(path: Path) -> None:
    path.unlink()


def become_html(path: Path) -> None:
    path.write_text("<!doctype html><title>503</title>")


def be_cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def become_empty(path: Path) -> None:
    path.write_bytes(b"")


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def lose_all_records(path: Path) -> None:
    path.write_bytes(b'{"day": {"a": 1}, "month": {"a": 1}, "total": {"a": 1}}')


def have_a_bad_record(path: Path) -> None:
    path.write_bytes(b'{"a": {"name": "a"}, "bad": null}')


def move(path: Path, target: Path) -> None:
    path.rename(target)


MISHAPS = [vanish, become_html, be_cut_short, become_empty, become_a_folder, lose_all_records]


@pytest.mark.parametrize("mishap", MISHAPS)
async def test_the_first_failure_is_an_error(open_manager: Open, path: Path, mishap: Callable[[Path], None]) -> None:
    give(path, "a")
    mishap(path)
    with pytest.raises(CatalogueError, match=str(path)):
        await open_manager(path).get_catalogue(IMAGE)


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("mishap", MISHAPS)
async def test_the_last_good_copy_is_used_and_said_to_be(
    open_manager: Open, path: Path, clock: SteeredClock, mishap: Callable[[Path], None], restarted: bool
) -> None:
    give(path, "a")
    manager = open_manager(path)
    good = await manager.get_catalogue(IMAGE)
    mishap(path)
    clock.wait(TTL)
    catalogue = await (open_manager(path) if restarted else manager).get_catalogue(IMAGE)
    assert catalogue.records == good.records
    assert (catalogue.revision, catalogue.modified_at) == (good.revision, good.modified_at)
    assert codes(catalogue) == [SOURCE_FAILED]
    assert path.name in catalogue.warnings[0].message
    assert str(path.parent) not in catalogue.warnings[0].message


@pytest.mark.parametrize("restarted", [False, True])
async def test_the_notice_goes_when_the_source_is_back(
    open_manager: Open, path: Path, clock: SteeredClock, restarted: bool
) -> None:
    give(path, "a")
    manager = open_manager(path)
    await manager.get_catalogue(IMAGE)
    away = path.with_name("away")
    move(path, away)
    if restarted:
        manager = open_manager(path)
    for _ in range(3):  # said once, however often it fails
        clock.wait(TTL)
        assert codes(await manager.get_catalogue(IMAGE)) == [SOURCE_FAILED]
    move(away, path)
    clock.wait(TTL - 1)
    assert codes(await manager.get_catalogue(IMAGE)) == [SOURCE_FAILED]
    clock.wait(1)
    catalogue = await manager.get_catalogue(IMAGE)
    assert list(catalogue.records) == ["a"]
    assert catalogue.warnings == ()


async def test_a_source_that_is_back_with_other_content_is_used(
    open_manager: Open, path: Path, clock: SteeredClock
) -> None:
    give(path, "a")
    manager = open_manager(path)
    await manager.get_catalogue(IMAGE)
    become_html(path)
    clock.wait(TTL)
    assert codes(await manager.get_catalogue(IMAGE)) == [SOURCE_FAILED]
    give(path, "b", "c")
    clock.wait(TTL)
    catalogue = await manager.get_catalogue(IMAGE)
    assert (set(catalogue.records), catalogue.warnings) == ({"b", "c"}, ())


async def test_a_failing_url_is_answered_for_by_its_last_good_copy(
    open_manager: Open, server: FileServer, clock: SteeredClock
) -> None:
    server.content, server.headers = content_of("a"), {"ETag": '"v1"', "Last-Modified": "Fri, 20 Nov 2026 12:00:00 GMT"}
    manager = open_manager(server.url)
    good = await manager.get_catalogue(IMAGE)
    server.raw = answer(200, b"<html>")
    clock.wait(TTL)
    for reader in (manager, open_manager(server.url)):
        catalogue = await reader.get_catalogue(IMAGE)
        assert (catalogue.revision, catalogue.modified_at) == (good.revision, good.modified_at)
        assert codes(catalogue) == [SOURCE_FAILED]
    server.raw = None
    clock.wait(TTL)
    assert await manager.get_catalogue(IMAGE) == good
    assert server.statuses == [200, 304]


async def test_notices_of_the_records_stay_beside_that_of_the_source(
    open_manager: Open, path: Path, clock: SteeredClock
) -> None:
    have_a_bad_record(path)
    manager = open_manager(path)
    assert codes(await manager.get_catalogue(IMAGE)) == ["record_skipped"]
    vanish(path)
    clock.wait(TTL)
    assert codes(await manager.get_catalogue(IMAGE)) == ["record_skipped", SOURCE_FAILED]


async def test_another_source_is_not_answered_for_by_the_old_one(open_manager: Open, path: Path) -> None:
    give(path, "a")
    await open_manager(path).get_catalogue(IMAGE)
    with pytest.raises(CatalogueSourceError):
        await open_manager(path.with_name("other.json")).get_catalogue(IMAGE)


@pytest.mark.parametrize("location", ["http://", "ftp://h.example/models.csv", "\ufffd/nowhere"])
async def test_a_senseless_location_is_a_source_error(open_manager: Open, location: str) -> None:
    with pytest.raises(CatalogueSourceError):
        await open_manager(location).get_catalogue(IMAGE)


@pytest.mark.parametrize(("settings", "seconds"), [({}, document.FAILED_FOR), ({"cache_ttl_seconds": 2}, 2)])
async def test_a_failure_is_told_again_for_a_moment_before_the_source_is_asked_again(
    open_manager: Open, server: FileServer, clock: SteeredClock, settings: dict[str, Any], seconds: float
) -> None:
    server.raw = answer(500)
    manager = open_manager(server.url, **settings)
    for passed in (0, 0, 0, seconds - 0.1):
        clock.wait(passed)
        with pytest.raises(CatalogueSourceError, match="answered 500") as caught:
            await manager.get_catalogue(IMAGE)
    assert len(server.requests) == 1
    assert len(traceback.extract_tb(caught.tb)) < 10, "it does not grow with every reader"
    server.raw, server.content = None, content_of("a")
    clock.wait(0.1)
    assert await manager.get_model_names(IMAGE) == ["a"]


async def test_told_to_look_again_it_forgets_the_failure(open_manager: Open, path: Path) -> None:
    become_html(path)
    manager = open_manager(path)
    with pytest.raises(CatalogueFormatError):
        await manager.get_catalogue(IMAGE)
    give(path, "a")
    manager.look_again(IMAGE)
    assert await manager.get_model_names(IMAGE) == ["a"]


async def test_with_a_time_to_live_of_nothing_a_failure_does_not_last(open_manager: Open, path: Path) -> None:
    become_html(path)
    manager = open_manager(path, cache_ttl_seconds=0)
    with pytest.raises(CatalogueFormatError):
        await manager.get_catalogue(IMAGE)
    give(path, "a")
    assert await manager.get_model_names(IMAGE) == ["a"]


async def test_a_doubt_that_comes_up_while_a_source_fails_is_looked_into(
    open_manager: Open, server: FileServer
) -> None:
    server.raw = answer(500)
    server.answering.clear()
    manager = open_manager(server.url)
    asked = asyncio.create_task(server.asked())
    reader = asyncio.create_task(manager.get_catalogue(IMAGE))
    await asked
    manager.look_again(IMAGE)
    server.answering.set()
    with pytest.raises(CatalogueSourceError):
        await reader
    server.raw, server.content = None, content_of("a")
    assert await manager.get_model_names(IMAGE) == ["a"]


def lose_all_models(path: Path) -> None:
    path.write_bytes(b"{}")


def lose_all_rows(path: Path) -> None:
    path.write_bytes(b"name,parameters_bn\n")


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("mishap", [lose_all_models, lose_all_rows])
async def test_a_catalogue_that_loses_all_its_models_is_a_source_that_fails(
    open_manager: Open, path: Path, clock: SteeredClock, mishap: Callable[[Path], None], restarted: bool
) -> None:
    give(path, "a")
    manager = open_manager(path)
    await manager.get_catalogue(IMAGE)
    mishap(path)
    clock.wait(TTL)
    manager = open_manager(path) if restarted else manager
    for _ in range(2):
        catalogue = await manager.get_catalogue(IMAGE)
        assert (list(catalogue.records), codes(catalogue)) == (["a"], [SOURCE_FAILED])
        assert "empty now" in catalogue.warnings[0].message
        clock.wait(TTL)
    give(path, "b")
    catalogue = await manager.get_catalogue(IMAGE)
    assert (list(catalogue.records), catalogue.warnings) == (["b"], ())


async def test_a_catalogue_that_never_had_models_is_empty(open_manager: Open, path: Path, clock: SteeredClock) -> None:
    for mishap in (lose_all_models, lose_all_rows):
        mishap(path)
        for _ in range(2):
            catalogue = await open_manager(path).get_catalogue(IMAGE)
            assert (dict(catalogue.records), catalogue.warnings) == ({}, ())


async def test_a_half_written_file_is_answered_for_by_the_last_good_copy(
    open_manager: Open, path: Path, clock: SteeredClock
) -> None:
    write(path, b"name,parameters_bn\na,1\nb,2\n")
    manager = open_manager(path)
    await manager.get_catalogue(IMAGE)
    write(path, b"name,parameters_bn\na,1\nb")
    clock.wait(TTL)
    catalogue = await manager.get_catalogue(IMAGE)
    assert (set(catalogue.records), codes(catalogue)) == ({"a", "b"}, [SOURCE_FAILED])
    assert "line 3" in catalogue.warnings[0].message


async def test_a_body_that_ended_with_its_connection_within_a_row_is_answered_for_by_the_last_good_copy(
    open_manager: Open, server: FileServer, clock: SteeredClock
) -> None:
    server.content = b"name,parameters_bn\na,1\nb,2\n"
    manager = open_manager(server.url)
    await manager.get_catalogue(IMAGE)
    server.raw = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nname,parameters_bn\na,1\nb"
    clock.wait(TTL)
    catalogue = await manager.get_catalogue(IMAGE)
    assert (set(catalogue.records), codes(catalogue)) == ({"a", "b"}, [SOURCE_FAILED])


async def test_neither_password_nor_token_of_a_url_is_in_the_notice(
    open_manager: Open, server: FileServer, clock: SteeredClock
) -> None:
    location = server.url.replace("http://", "http://user:SECRET@") + "?token=SECRET"
    server.content = content_of("a")
    manager = open_manager(location)
    await manager.get_catalogue(IMAGE)
    for server.raw in (answer(500), answer(200, b"<html>")):
        clock.wait(TTL)
        (warning,) = (await manager.get_catalogue(IMAGE)).warnings
        assert "source failed: models.json" in warning.message
        assert "SECRET" not in warning.message
    with pytest.raises(CatalogueFormatError, match=f"^{server.url}, line 1") as caught:
        await open_manager(location.replace("=SECRET", "=SECRET2")).get_catalogue(IMAGE)
    assert "SECRET" not in caught.value.message


async def test_the_notice_of_a_file_url_names_the_file_alone(
    open_manager: Open, path: Path, clock: SteeredClock
) -> None:
    give(path, "a")
    manager = open_manager(f"file://{path}")
    await manager.get_catalogue(IMAGE)
    vanish(path)
    clock.wait(TTL)
    (warning,) = (await manager.get_catalogue(IMAGE)).warnings
    assert str(path.parent) not in warning.message


# The data folder.


async def test_a_copy_that_is_no_catalogue_counts_as_none(
    open_manager: Open, server: FileServer, tmp_path: Path
) -> None:
    """It may be of a version that was less strict; its source must not be asked whether it has changed."""
    server.content, server.headers = content_of("a"), {"ETag": '"v1"'}
    store = LastGoodStore(tmp_path / "data")
    store.save(server.url, SourceCopy(b"name,parameters_bn\na,1\nb", None, {"If-None-Match": '"v1"'}))
    catalogue = await open_manager(server.url, data_dir=tmp_path / "data").get_catalogue(IMAGE)
    assert (list(catalogue.records), catalogue.warnings) == (["a"], ())


async def test_an_unwritable_data_dir_is_a_notice_and_the_catalogue_works(
    open_manager: Open, path: Path, tmp_path: Path, clock: SteeredClock
) -> None:
    give(path, "a")
    give(tmp_path / "taken")
    manager = open_manager(path, data_dir=tmp_path / "taken")
    catalogue = await manager.get_catalogue(IMAGE)
    assert list(catalogue.records) == ["a"]
    assert codes(catalogue) == [UNWRITABLE]
    clock.wait(TTL)
    assert codes(await manager.get_catalogue(IMAGE)) == [UNWRITABLE]
    away = path.with_name("away")
    move(path, away)
    clock.wait(TTL)
    assert codes(await manager.get_catalogue(IMAGE)) == [UNWRITABLE, SOURCE_FAILED]
    move(away, path)
    clock.wait(TTL)
    assert codes(await manager.get_catalogue(IMAGE)) == [UNWRITABLE]
    vanish(path)
    with pytest.raises(CatalogueSourceError):
        await open_manager(path, data_dir=tmp_path / "taken").get_catalogue(IMAGE)


async def test_an_interrupted_save_leaves_the_old_copy_whole(
    open_manager: Open, path: Path, clock: SteeredClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    give(path, "old")
    manager = open_manager(path)
    await manager.get_catalogue(IMAGE)
    give(path, "new", "newer")
    clock.wait(TTL)
    with monkeypatch.context() as full:
        full.setattr(Path, "replace", fail)
        catalogue = await manager.get_catalogue(IMAGE)
    assert set(catalogue.records) == {"new", "newer"}
    assert [(warning.code, "No space left" in warning.message) for warning in catalogue.warnings] == [
        (UNWRITABLE, True)
    ]
    vanish(path)
    assert await open_manager(path).get_model_names(IMAGE) == ["old"]


async def test_a_damaged_copy_does_not_stand_before_a_source_that_works(
    open_manager: Open, path: Path, tmp_path: Path
) -> None:
    give(path, "a")
    manager = open_manager(path, data_dir=tmp_path / "data")
    await manager.get_catalogue(IMAGE)
    cut_copies(tmp_path / "data")
    catalogue = await open_manager(path, data_dir=tmp_path / "data").get_catalogue(IMAGE)
    assert (list(catalogue.records), catalogue.warnings) == (["a"], ())


def cut_copies(data_dir: Path) -> None:
    copies = [found for found in data_dir.rglob("*") if found.is_file()]
    assert copies
    for copy in copies:
        copy.write_bytes(copy.read_bytes()[:-5])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such paths")
async def test_a_path_that_is_no_utf_8_is_read_and_its_copy_kept(open_manager: Open, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.json"))
    give(path, "a")
    assert await open_manager(path).get_model_names(IMAGE) == ["a"]
    become_html(path)
    assert codes(await open_manager(path).get_catalogue(IMAGE)) == [SOURCE_FAILED]


# A catalogue that lost much (rule 11).

TEN = tuple("abcdefghij")


@pytest.mark.parametrize(
    ("before", "after", "shrunk"),
    [
        (TEN, TEN[:9], False),
        (TEN, TEN[:8], True),
        (TEN, (*TEN[:8], "new", "newer"), True),
        (TEN[:4], TEN[:2], True),
        (TEN[:2], TEN[:1], False),
        (TEN[:1], ("new",), False),
        (TEN, (*TEN, "new"), False),
        (tuple(map(str, range(40))), tuple(map(str, range(36))), False),
        (tuple(map(str, range(40))), tuple(map(str, range(35))), True),
    ],
)
async def test_rule_11_more_than_a_tenth_lost_is_said(
    open_manager: Open, path: Path, clock: SteeredClock, before: tuple[str, ...], after: tuple[str, ...], shrunk: bool
) -> None:
    give(path, *before)
    manager = open_manager(path)
    await manager.get_catalogue(IMAGE)
    give(path, *after)
    clock.wait(TTL)
    catalogue = await manager.get_catalogue(IMAGE)
    assert catalogue.records.keys() == set(after)
    assert codes(catalogue) == ["catalogue_shrunk"] * shrunk


async def test_rule_11_a_shrunk_catalogue_is_said_to_be_so_until_it_is_whole_again_or_accepted(
    open_manager: Open, path: Path, clock: SteeredClock
) -> None:
    """Also by another process, and whatever it loses next: the last good copy stays what it is compared with."""
    give(path, *TEN)
    manager = open_manager(path)
    await manager.get_catalogue(IMAGE)
    for names in (TEN[:5], TEN[:5], (*TEN[:5], "new")):
        give(path, *names)
        clock.wait(TTL)
        catalogue = await manager.get_catalogue(IMAGE)
        assert codes(catalogue) == ["catalogue_shrunk"]
        assert catalogue.warnings[0].message == (
            "5 of the 10 models of the last good copy are missing, among them 'f', 'g', 'h'."
        )
    other = open_manager(path)
    assert codes(await other.get_catalogue(IMAGE)) == ["catalogue_shrunk"]

    give(path, *TEN)
    clock.wait(TTL)
    assert codes(await manager.get_catalogue(IMAGE)) == []

    await other.accept(IMAGE)
    assert codes(await other.get_catalogue(IMAGE)) == []
    assert codes(await open_manager(path).get_catalogue(IMAGE)) == []
