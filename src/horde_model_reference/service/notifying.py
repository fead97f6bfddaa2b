"""The webhook: new changes of a category, sent as signed JSON to one address, in the background."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import httpx
import stamina

from horde_model_reference.history.change_record import sentence_of
from horde_model_reference.history.changes import CategoryState, Change, change_id
from horde_model_reference.history.days import day_of_number
from horde_model_reference.links.safe_transport import AddressRefusedError, SafeTransport
from horde_model_reference.reports.words import counted
from horde_model_reference.setting_groups import NotifySettings

log = logging.getLogger(__name__)

SIGNATURE = "X-Signature-256"
"""The header with the signature: ``sha256=`` and the HMAC-SHA256 of the body under the secret, in hex digits."""
ATTEMPTS = 5
MOST_WAITING = 100
"""Messages that wait at most; more are dropped, and said in the log: the feed has them all the same."""

Notify = Callable[[CategoryState, Sequence[Change]], None]
"""Takes the changes that led to a state, and returns at once."""


def message(state: CategoryState, changes: Sequence[Change]) -> bytes:
    """Return the body of a message: category, day, and the changes with their stable ids."""
    day = day_of_number(state.day).isoformat()
    entries = [
        {
            "id": change_id(state.category, day, change),
            "kind": change.kind.value,
            "name": change.name,
            "sentence": sentence_of(change),
            "deletion_mark": None if change.mark is None else change.mark.model_dump(mode="json"),
        }
        for change in changes
    ]
    return json.dumps({"category": state.category.value, "day": day, "changes": entries}).encode()


def signature(secret: str, body: bytes) -> str:
    """Return the value of the header ``SIGNATURE``."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


@asynccontextmanager
async def notifying(settings: NotifySettings) -> AsyncIterator[Notify]:
    """Give the function that sends changes; without an address it does nothing.

    Redirects are not followed, and an address in a private range is refused like that of a download.
    """
    if not settings.url:
        yield lambda _, __: None
        return
    waiting: asyncio.Queue[bytes] = asyncio.Queue(MOST_WAITING)
    transport = SafeTransport(allow_private=settings.allow_private_addresses, connections=1)
    async with httpx.AsyncClient(transport=transport, timeout=settings.timeout_seconds, trust_env=False) as client:
        task = asyncio.create_task(_send_all(waiting, client, settings))
        try:
            yield lambda state, changes: _put(waiting, state, changes)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _put(waiting: asyncio.Queue[bytes], state: CategoryState, changes: Sequence[Change]) -> None:
    if not changes:
        return
    if waiting.full():
        log.warning("the webhook is too slow: %s of %s not sent", counted(len(changes), "change"), state.category.value)
    else:
        waiting.put_nowait(message(state, changes))


async def _send_all(waiting: asyncio.Queue[bytes], client: httpx.AsyncClient, settings: NotifySettings) -> None:
    while True:
        body = await waiting.get()
        try:
            await _send(body, client, settings)
        except (httpx.HTTPError, AddressRefusedError, OSError) as error:
            log.warning("the webhook did not take the changes: %s", type(error).__name__)


async def _send(body: bytes, client: httpx.AsyncClient, settings: NotifySettings) -> None:
    headers = {"Content-Type": "application/json", SIGNATURE: signature(settings.secret, body)}
    failures = (httpx.TransportError, httpx.HTTPStatusError)
    pause = settings.pause_seconds
    attempts = stamina.retry_context(
        on=failures, attempts=ATTEMPTS, timeout=None, wait_initial=pause, wait_max=16 * pause, wait_jitter=pause / 2
    )
    async for attempt in attempts:
        with attempt:
            (await client.post(settings.url, content=body, headers=headers)).raise_for_status()
