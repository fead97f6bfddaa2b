"""The webhook: signed, retried, never in the way, and to public addresses alone."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from horde_model_reference.errors import SettingsError
from horde_model_reference.history.changes import CategoryState, Change, ChangeKind
from horde_model_reference.marks.mark_state import MarkState, deletion_mark
from horde_model_reference.service.notifying import MOST_WAITING, SIGNATURE, message, notifying, signature
from horde_model_reference.setting_groups import NotifySettings
from horde_model_reference.settings import load_settings
from tests.support.builders import IMAGE
from tests.support.marks import mark_of
from tests.support.waiting import eventually

SECRET = "a secret"
STATE = CategoryState(IMAGE, 20_000)
CHANGES = [Change(ChangeKind.MARKED, "a", deletion_mark(mark_of("a"), MarkState.WAITING, []))]


@dataclass
class Receiver:
    """A server on loopback that answers with the statuses it is given, then 204, and keeps what it got."""

    statuses: list[int] = field(default_factory=list)
    got: asyncio.Queue[tuple[dict[str, str], bytes]] = field(default_factory=asyncio.Queue)
    url: str = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
        self.got.put_nowait((headers, body))
        status = self.statuses.pop(0) if self.statuses else 204
        place = f"Location: {self.url}elsewhere\r\n" if status == 302 else ""
        writer.write(f"HTTP/1.1 {status} X\r\n{place}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(*statuses: int) -> AsyncIterator[Receiver]:
    receiver = Receiver(list(statuses))
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server:
        yield receiver


def settings_of(url: str, **more: object) -> NotifySettings:
    given = {"url": url, "secret": SECRET, "allow_private_addresses": True, "pause_seconds": 0.001}
    return NotifySettings.model_validate(given | more)


async def test_changes_are_sent_with_a_signature_that_anybody_can_check() -> None:
    async with receiving() as receiver, notifying(settings_of(receiver.url)) as notify:
        notify(STATE, CHANGES)
        headers, body = await receiver.got.get()
    assert headers[SIGNATURE.lower()] == f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"
    assert headers["content-type"] == "application/json"
    told = json.loads(body)
    assert (told["category"], told["day"]) == ("image_generation", "2024-10-04")
    (change,) = told["changes"]
    assert (change["kind"], change["name"], change["deletion_mark"]["state"]) == ("marked", "a", "waiting")
    assert change["id"].startswith("tag:horde-model-reference,2026:image_generation/2024-10-04/marked/")
    assert signature("another", body) != headers[SIGNATURE.lower()]


async def test_a_receiver_that_fails_is_asked_again_with_the_same_body() -> None:
    async with receiving(500, 503) as receiver, notifying(settings_of(receiver.url)) as notify:
        notify(STATE, CHANGES)
        bodies = [(await receiver.got.get())[1] for _ in range(3)]
        assert len(set(bodies)) == 1
        notify(STATE, CHANGES)
        assert (await receiver.got.get())[1] == bodies[0]


async def test_one_that_never_takes_it_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with receiving(*[500] * 5) as receiver, notifying(settings_of(receiver.url)) as notify:
        notify(STATE, CHANGES)
        for _ in range(5):
            await receiver.got.get()
        notify(STATE, CHANGES)
        await receiver.got.get()
    assert "the webhook did not take the changes: HTTPStatusError" in caplog.messages
    assert SECRET not in caplog.text


async def test_a_redirect_is_not_followed() -> None:
    async with receiving(*[302] * 5) as receiver, notifying(settings_of(receiver.url)) as notify:
        notify(STATE, CHANGES)
        requests = [(await receiver.got.get())[0] for _ in range(5)]
    assert len(requests) == 5


async def test_an_address_of_this_machine_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    async with receiving() as receiver:
        async with notifying(settings_of(receiver.url, allow_private_addresses=False)) as notify:
            notify(STATE, CHANGES)
            (said,) = await eventually(lambda: caplog.messages)
        assert said.startswith("the webhook did not take the changes: ")
        assert receiver.got.empty()


async def test_nothing_waits_for_a_slow_receiver(caplog: pytest.LogCaptureFixture) -> None:
    async with receiving() as receiver, notifying(settings_of(receiver.url)) as notify:
        for _ in range(MOST_WAITING + 5):
            notify(STATE, CHANGES)
    assert caplog.messages == ["the webhook is too slow: 1 change of image_generation not sent"] * 5


async def test_without_an_address_or_a_change_nothing_is_sent() -> None:
    async with notifying(NotifySettings()) as notify:
        notify(STATE, CHANGES)
    async with receiving() as receiver, notifying(settings_of(receiver.url)) as notify:
        notify(STATE, [])
        notify(STATE, CHANGES)
        assert (await receiver.got.get())[1] == message(STATE, CHANGES)
        assert receiver.got.empty()


@pytest.mark.parametrize("given", [{"url": "ftp://x"}, {"url": "x"}, {"url": "https://x.example"}, {"secret": "s"}])
def test_settings_without_sense_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="HORDE_MODEL_REFERENCE_NOTIFY"):
        load_settings(notify=given)
