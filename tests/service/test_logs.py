"""Logs: one JSON object a line, with the request's id, and nothing that a request should keep to itself."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
import uvicorn

from horde_model_reference.service import logs
from horde_model_reference.service.app import create_service
from horde_model_reference.settings import load_settings
from tests.support.file_server import FileServer
from tests.support.file_server import answer as error_answer
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.misbehaving_horde import SECRET as HORDES_SECRET
from tests.support.misbehaving_horde import SERVER_ERROR, MisbehavingHorde, Route
from tests.support.service import IMAGE_RISK, TEXT_RISK, V2, a_world, serving, write_catalogues

SECRET = "SECRET-apikey-0000000000"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Whatever a test configures is taken back."""
    loggers = [
        logging.getLogger(name) for name in ("", "uvicorn", "uvicorn.error", "uvicorn.access", "httpx", "httpcore")
    ]
    before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    yield
    structlog.reset_defaults()
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was logged: every line is one JSON object."""
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def broken(request: httpx.Request) -> httpx.Response:
    raise RuntimeError("a surprise")


@pytest.mark.parametrize("name", ["ours", "httpx", "uvicorn.error", "asyncio"])
def test_whatever_is_logged_is_one_json_object_a_line(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Ours and the libraries', uvicorn's too; with traceback and all."""
    uvicorn.Config("app:none", log_level=logging.WARNING)  # brings its own handlers, as under ``serve``
    logs.configure()
    logging.getLogger(name).warning("two\nlines of %s", "text")
    logging.getLogger(name).error("it broke", exc_info=ValueError("a surprise"))
    plain, failure = lines(capsys)
    assert (plain["event"], plain["level"], plain["logger"]) == ("two\nlines of text", "warning", name)
    assert plain["timestamp"].endswith("Z")
    assert (failure["event"], failure["level"]) == ("it broke", "error")
    assert "ValueError: a surprise" in failure["exception"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_rule_13_nothing_that_is_logged_acts(capsys: pytest.CaptureFixture[str], name: str) -> None:
    logs.configure()
    logging.getLogger("ours").warning(HOSTILE_NAMES[name], extra={"path": HOSTILE_NAMES[name]})
    written = capsys.readouterr().err
    assert written.removesuffix("\n").isprintable()
    assert written.isascii()
    said = json.loads(written)
    assert said["event"] == said["path"] == HOSTILE_NAMES[name]


def test_what_is_of_no_use_to_an_operator_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logging.getLogger("httpx").info("HTTP Request: GET https://horde.example/?apikey=x")
    logging.getLogger("ours").debug("details")
    logging.getLogger("ours").info("news")
    assert [line["event"] for line in lines(capsys)] == ["news"]


async def test_a_request_is_logged_with_its_id_only_where_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Requests are no news: at the ordinary level they are not logged."""
    async with a_world(tmp_path) as world:
        logs.configure()
        await world.client.get(IMAGE_RISK)
        assert lines(capsys) == []
        logs.configure(logging.DEBUG)
        answers = [await world.client.get(url) for url in ("/api/heartbeat", TEXT_RISK, "/nowhere")]
        said = [line for line in lines(capsys) if line["event"] == "request"]
    assert [line["request_id"] for line in said] == [answer.headers["x-request-id"] for answer in answers]
    assert [line["path"] for line in said] == ["/api/heartbeat", TEXT_RISK, "/nowhere"]
    assert [line["status"] for line in said] == [200, 200, 404]
    assert all(line["method"] == "GET" and line["seconds"] > 0 for line in said)


async def test_what_broke_is_logged_once_with_the_id_that_the_client_was_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings(sources=write_catalogues(tmp_path))
    async with serving(create_service(settings, httpx.MockTransport(broken), hydrate=False)) as client:
        logs.configure()
        answer = await client.get(IMAGE_RISK)
        said = lines(capsys)
    assert answer.status_code == 500
    assert [line["request_id"] for line in said] == [answer.headers["x-request-id"]]
    assert (said[0]["level"], said[0]["path"]) == ("error", IMAGE_RISK)
    assert "RuntimeError: a surprise" in said[0]["exception"]


@pytest.mark.parametrize("url", [IMAGE_RISK, "/api/heartbeat", "/nowhere", f"{IMAGE_RISK}?limit=0"])
async def test_no_key_no_query_and_no_body_is_logged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    """At any level, whether the request goes well or not; nor what the Horde sends."""
    sent = {
        "apikey": SECRET,
        "Authorization": f"Bearer {SECRET}",
        "Cookie": f"session={SECRET}",
        "Client-Agent": SECRET,
        "Referer": f"https://x.example/?apikey={SECRET}",
    }
    with_secret = f"{url}{'&' if '?' in url else '?'}apikey={SECRET}"
    logs.configure(logging.DEBUG)
    async with a_world(tmp_path, max_url_bytes=256) as world:
        world.horde.queue(Route.IMAGE_STATS, SERVER_ERROR)
        for method in ("GET", "POST"):
            await world.client.request(method, with_secret, headers=sent, content=SECRET.encode())
        await world.client.get(f"{with_secret}&{'x' * 256}")
    settings = load_settings(sources=write_catalogues(tmp_path))
    async with serving(create_service(settings, httpx.MockTransport(broken), hydrate=False)) as client:
        await client.get(with_secret, headers=sent)
    said = lines(capsys)
    assert len([line for line in said if line["event"] == "request"]) == 4
    assert any(line["event"] == "stamina.retry_scheduled" for line in said) == (url == IMAGE_RISK)
    for secret in (SECRET, "apikey", HORDES_SECRET):
        assert secret not in json.dumps(said)


async def test_no_password_and_no_token_of_an_address_is_logged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the Horde, and of a catalogue that cannot be had, is none, or is answered for by its last good copy."""
    logs.configure(logging.DEBUG)
    async with MisbehavingHorde() as horde, FileServer(raw=error_answer(500)) as source:
        horde.all_routes(SERVER_ERROR)
        where = source.url.replace("http://", f"http://user:{SECRET}@") + f"?token={SECRET}"
        settings = load_settings(
            ai_horde_url=horde.url.replace("http://", f"http://user:{SECRET}@"),
            sources=write_catalogues(tmp_path) | {"image_generation": where},
            cache_ttl_seconds=0,
        )
        async with serving(create_service(settings, hydrate=True)) as client:
            answers = [await client.get(IMAGE_RISK)]
            source.raw = error_answer(200, b"<html>")
            answers.append(await client.get(IMAGE_RISK))
            source.raw, source.content = None, b'{"a": {"name": "a"}}'
            answers.append(await client.get(IMAGE_RISK))
            source.raw = error_answer(500)
            answers.append(await client.get(f"{V2}/image_generation"))
    assert [answer.status_code for answer in answers] == [500, 500, 502, 200]
    said = json.dumps(lines(capsys))
    for logged in ("catalogue_unavailable", "stamina.retry_scheduled", "background refresh", f"{source.url}: answered"):
        assert logged in said
    assert SECRET not in said + "".join(answer.text for answer in answers)


async def test_a_failing_horde_is_logged_without_what_it_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with a_world(tmp_path) as world:
        logs.configure()
        world.horde.all_routes(SERVER_ERROR)
        assert (await world.client.get(IMAGE_RISK)).status_code == 502
    assert HORDES_SECRET not in capsys.readouterr().err
