"""Files and URLs as sources; a real web server on loopback."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from horde_model_reference.body_limits import BodyLimits
from horde_model_reference.catalogue.sources import (
    FileSource,
    SourceCopy,
    UrlSource,
    base_name_of,
    make_source,
    shown,
    time_of,
)
from horde_model_reference.errors import CatalogueSourceError
from tests.support.builders import MODIFIED
from tests.support.file_server import FileServer, answer

CONTENT = b'{"a": {"name": "a"}}'
LAST_MODIFIED = "Fri, 20 Nov 2026 12:00:00 GMT"


def change(path: Path, content: bytes, moved: int = 0, *, replaced: bool = False) -> None:
    """Write a file whose time is MODIFIED and some seconds, in place or as another file."""
    if replaced:
        path.rename(path.with_suffix(".old"))
    path.write_bytes(content)
    os.utime(path, (MODIFIED.timestamp() + moved,) * 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "models.json"
    change(file, CONTENT)
    return file


# Files.


async def test_a_file_is_read_with_its_time(path: Path) -> None:
    copy = await FileSource(str(path)).fetch(None)
    assert copy.content == CONTENT
    assert copy.modified_at == MODIFIED


async def test_a_file_that_has_not_changed_is_not_read_again(path: Path) -> None:
    source = FileSource(str(path))
    held = await source.fetch(None)
    assert await source.fetch(held) is held


@pytest.mark.parametrize(
    ("content", "moved", "replaced"),
    [(CONTENT + b"\n", 0, False), (CONTENT[::-1], 1, False), (CONTENT[::-1], 0, True)],
    ids=["size", "time", "another file of the same size and time"],
)
async def test_a_file_that_has_changed_is_read_again(path: Path, content: bytes, moved: int, replaced: bool) -> None:
    source = FileSource(str(path))
    held = await source.fetch(None)
    change(path, content, moved, replaced=replaced)
    assert (await source.fetch(held)).content == content


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.json", "No such file or directory"),
        ("", "Is a directory"),
        ("models.json/below", "Not a directory"),
        ("n" * 300, "File name too long"),
        ("a\0b", "null byte"),
    ],
)
@pytest.mark.parametrize("held", [None, SourceCopy(CONTENT, MODIFIED)])
async def test_a_file_that_cannot_be_read_is_a_source_error(
    path: Path, name: str, reason: str, held: SourceCopy | None
) -> None:
    location = f"{path.parent}/{name}"
    with pytest.raises(CatalogueSourceError) as caught:
        await FileSource(location).fetch(held)
    assert caught.value.message.startswith(f"{location}: ")
    assert reason in caught.value.message
    assert "SOURCES__" in caught.value.hint


async def test_a_file_beyond_the_limit_is_a_source_error(path: Path) -> None:
    enough, short = BodyLimits(max_bytes=len(CONTENT)), BodyLimits(max_bytes=len(CONTENT) - 1)
    assert (await FileSource(str(path), enough).fetch(None)).content == CONTENT
    with pytest.raises(CatalogueSourceError, match=r"more than 19 bytes; the limit is .*BODY_LIMITS__MAX_BYTES"):
        await FileSource(str(path), short).fetch(None)


@pytest.mark.parametrize("seconds", [253_402_300_800, 1e300, -1e18])
def test_a_file_s_time_that_no_calendar_has_is_unknown(seconds: float) -> None:
    """Some file systems keep times in the year 10000; others cut them, so that the time itself is read here."""
    assert time_of(seconds) is None


# URLs.


@pytest.fixture
def source(server: FileServer, client: httpx.AsyncClient) -> UrlSource:
    server.content = CONTENT
    return UrlSource(server.url, client, 5.0)


async def test_a_url_is_read_with_its_time(source: UrlSource, server: FileServer) -> None:
    server.headers = {"Last-Modified": LAST_MODIFIED}
    copy = await source.fetch(None)
    assert copy.content == CONTENT
    assert copy.modified_at == MODIFIED
    assert not {"if-none-match", "if-modified-since"} & server.requests[0].keys()


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ({"ETag": '"v1"'}, {"if-none-match": '"v1"'}),
        ({"ETag": 'W/"v1"'}, {"if-none-match": 'W/"v1"'}),
        ({"Last-Modified": LAST_MODIFIED}, {"if-modified-since": LAST_MODIFIED}),
        ({"ETag": '"v1"', "Last-Modified": LAST_MODIFIED},
         {"if-none-match": '"v1"', "if-modified-since": LAST_MODIFIED}),
        ({}, {}),
        ({"ETag": '"caf\xe9"'}, {}),
    ],
)  # fmt: skip
async def test_etag_and_last_modified_are_sent_back(
    source: UrlSource, server: FileServer, headers: dict[str, str], sent: dict[str, str]
) -> None:
    server.headers = headers
    await source.fetch(await source.fetch(None))
    conditions = {name: value for name, value in server.requests[1].items() if name.startswith("if-")}
    assert conditions == sent


async def test_not_modified_keeps_the_same_copy(source: UrlSource, server: FileServer) -> None:
    server.headers = {"ETag": '"v1"'}
    held = await source.fetch(None)
    assert await source.fetch(held) is held
    assert server.statuses == [200, 304]
    server.headers, server.content = {"ETag": '"v2"'}, b"{}"
    fresh = await source.fetch(held)
    assert fresh.content == b"{}"
    assert await source.fetch(fresh) is fresh


@pytest.mark.parametrize(
    ("value", "modified_at"),
    [
        (LAST_MODIFIED, MODIFIED),
        ("Fri, 20 Nov 2026 14:00:00 +0200", MODIFIED),
        ("Fri, 20 Nov 2026 12:00:00 -0000", MODIFIED),
        ("yesterday", None),
        ("Fri, 20 Nov 99999 12:00:00 GMT", None),
        ("Fri, 20 Nov 2026 12:00:00 +9999999999999999999", None),
    ],
)
async def test_last_modified_is_a_time_in_utc_or_unknown(
    source: UrlSource, server: FileServer, value: str, modified_at: datetime | None
) -> None:
    server.headers = {"Last-Modified": value}
    copy = await source.fetch(None)
    assert copy.modified_at == modified_at
    assert copy.modified_at is None or copy.modified_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (answer(404, b"<h1>Not Found</h1>"), "answered 404"),
        (answer(500), "answered 500"),
        (answer(304), "answered 304"),
        (answer(302, Location="ftp://127.0.0.1/"), "unsupported protocol"),
        (answer(302, Location="http://other.example/SECRET"), "a redirect to host 'other.example', which the setting"),
        (answer(200, gzip.compress(CONTENT), Content_Encoding="gzip, gzip"), "encoding that was not asked for"),
        (answer(200, CONTENT, Content_Encoding="br"), "a content encoding that was not asked for: 'br'"),
        (answer(302, Location="http://[::1/SECRET"), "no whole HTTP answer"),
        (answer(302, Location="/models.json"), "Exceeded maximum allowed redirects"),
        (b"", "no whole HTTP answer"),
        (answer(200, CONTENT, Content_Length="1000"), "no whole HTTP answer"),
        (answer(200, CONTENT, Content_Encoding="gzip"), "a body that is no whole gzip"),
        (b"220 smtp.example SECRET\r\n\r\n", "no whole HTTP answer"),
    ],
)
async def test_a_url_that_gives_no_file_is_a_source_error(
    source: UrlSource, server: FileServer, raw: bytes, reason: str
) -> None:
    server.raw = raw
    with pytest.raises(CatalogueSourceError) as caught:
        await source.fetch(None)
    assert caught.value.message.startswith(f"{server.url}: ")
    assert reason in caught.value.message
    assert "SECRET" not in caught.value.message
    assert caught.value.hint


async def test_neither_password_nor_token_of_a_url_is_told(server: FileServer, client: httpx.AsyncClient) -> None:
    location = server.url.replace("http://", "http://user:SECRET@") + "?token=SECRET"
    server.content = CONTENT
    assert (await make_source(location, client, 5.0).fetch(None)).content == CONTENT
    assert "authorization" in server.requests[0]
    server.raw = answer(500)
    with pytest.raises(CatalogueSourceError) as caught:
        await make_source(location, client, 5.0).fetch(None)
    assert caught.value.message == f"{server.url}: answered 500."
    with pytest.raises(CatalogueSourceError) as caught:
        make_source("ftp://user:SECRET@h.example/models.csv?token=SECRET", client, 5.0)
    assert caught.value.message == "ftp://h.example/models.csv: no http(s) URL and no file."


async def test_a_url_nobody_listens_at_is_a_source_error(client: httpx.AsyncClient) -> None:
    async with FileServer() as gone:
        url = gone.url
    with pytest.raises(CatalogueSourceError, match="Connection refused"):
        await UrlSource(url, client, 5.0).fetch(None)


async def test_a_url_that_is_too_slow_is_a_source_error(server: FileServer, client: httpx.AsyncClient) -> None:
    server.answering.clear()
    with pytest.raises(CatalogueSourceError, match="gave no answer in time"):
        await UrlSource(server.url, client, 0.05).fetch(None)


@pytest.mark.parametrize("compressed", [False, True])
async def test_a_url_beyond_the_limit_is_a_source_error(
    server: FileServer, client: httpx.AsyncClient, compressed: bool
) -> None:
    body = b" " * 10_001
    server.raw = answer(200, gzip.compress(body), Content_Encoding="gzip") if compressed else answer(200, body)
    enough, short = BodyLimits(max_bytes=10_001), BodyLimits(max_bytes=10_000)
    assert (await UrlSource(server.url, client, 5.0, enough).fetch(None)).content == body
    with pytest.raises(CatalogueSourceError, match="sent more than 10,000 bytes"):
        await UrlSource(server.url, client, 5.0, short).fetch(None)


# Locations.


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("/data/models.csv", FileSource),
        ("models.csv", FileSource),
        ("C:\\models.csv", FileSource),
        ("file:///data/models.csv", FileSource),
        ("https://h.example/models.csv", UrlSource),
        ("HTTP://h.example:8080/models.csv", UrlSource),
    ],
)
async def test_a_location_is_a_file_or_a_url(client: httpx.AsyncClient, location: str, kind: type) -> None:
    assert type(make_source(location, client, 1.0)) is kind


async def test_a_file_url_is_its_file(client: httpx.AsyncClient, path: Path) -> None:
    assert (await make_source(f"file://{path}", client, 1.0).fetch(None)).content == CONTENT


@pytest.mark.parametrize(
    "location",
    ["http://", "https:///models.csv", "https://[::1/models.csv", "http://h.example:port/", "ftp://h.example/models.csv",
     "s3://bucket/models.csv", "://models.csv", "http://a\x00b/"],
)  # fmt: skip
async def test_a_url_that_is_none_is_a_source_error(client: httpx.AsyncClient, location: str) -> None:
    with pytest.raises(CatalogueSourceError, match="no http") as caught:
        make_source(location, client, 1.0)
    assert caught.value.message.startswith(location)
    assert "SOURCES__" in caught.value.hint


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("/data/models.csv", "models.csv"),
        ("models.csv", "models.csv"),
        ("C:\\data\\models.csv", "models.csv"),
        ("file://models.csv", "models.csv"),
        ("https://h.example/a/models.csv?token=x/y", "models.csv"),
        ("https://h.example/", "catalogue"),
        ("https://h.example/a/", "catalogue"),
        ("https://h.example/?file=models.csv", "catalogue"),
        ("https://h.example?file=models.csv", "catalogue"),
        ("HTTPS://user:password@h.example:8080", "catalogue"),
        ("https://h.example/a/..", "catalogue"),
    ],
)
def test_every_location_has_a_base_name(location: str, name: str) -> None:
    assert base_name_of(location) == name


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("/data/a@b/models.csv?x#y", "/data/a@b/models.csv?x#y"),
        ("file:///data/models.csv", "/data/models.csv"),
        ("C:\\data\\models.csv", "C:\\data\\models.csv"),
        ("https://h.example:8080/a@main/models.csv", "https://h.example:8080/a@main/models.csv"),
        ("https://user:SECRET@h.example/a@main/models.csv?token=SECRET#SECRET", "https://h.example/a@main/models.csv"),
        ("https://SECRET@h.example", "https://h.example"),
        ("https://h.example?token=SECRET", "https://h.example"),
        ("https://user:SE?C@RE#T@h.example/models.csv", "https://h.example/models.csv"),
    ],
)
def test_messages_show_a_location_without_what_is_secret(location: str, place: str) -> None:
    assert shown(location) == place
