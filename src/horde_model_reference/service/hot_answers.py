"""Answers kept as bytes, sent by a small ASGI layer in front of the framework.

An answer is made once by the framework, with all its validation, and then kept with what identifies it: the path and
the query as the client wrote them. It is good as long as the publication it was made from; see
:class:`~horde_model_reference.service.tables.Publication`.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from horde_model_reference.service.encodings import ENCODERS, negotiate
from horde_model_reference.service.metrics import Instruments
from horde_model_reference.service.tables import Publication

Key = tuple[bytes, bytes]
Headers = list[tuple[bytes, bytes]]

MARK = "keepable"
"""The key in a request's ``state`` under which a route says which publication its answer was made from."""

STALE_WHILE_REVALIDATE = 300
RETRY_STALE_AFTER = 5
"""Seconds that an answer from stale data may be kept by caches."""


@dataclass(frozen=True, slots=True)
class Keepable:
    """What a route says of its answer.

    Attributes:
        publication: What it was made from.
        keep: Whether the same question is worth answering from memory; free-text searches are not.
        route: The route's path as metrics name it.
    """

    publication: Publication
    keep: bool
    route: str


@dataclass(slots=True)
class _Encoded:
    body: bytes
    etag: bytes
    headers: Headers
    not_modified_headers: Headers


@dataclass(slots=True)
class HotAnswer:
    """One answer with its encodings, each made when it is first asked for."""

    body: bytes
    headers: Headers
    origin: Keepable
    observe: Callable[[float], None]
    encodings: dict[str, _Encoded] = field(default_factory=dict)
    cache_control: tuple[int, bytes] = (-1, b"")

    def size(self) -> int:
        """Bytes that it occupies, roughly."""
        return len(self.body) + sum(len(encoded.body) for encoded in self.encodings.values()) + 1024

    def cache_control_at(self, now: float) -> bytes:
        """Return the ``Cache-Control`` of this moment: what is left of the table's time, in whole seconds."""
        second = int(now)
        if self.cache_control[0] != second:
            publication = self.origin.publication
            left = max(0, int(publication.due_at - now))
            if publication.table.data_as_of.stale:
                left = min(left, RETRY_STALE_AFTER)
            value = f"public, max-age={left}, stale-while-revalidate={STALE_WHILE_REVALIDATE}"
            self.cache_control = (second, value.encode())
        return self.cache_control[1]


class HotAnswers:
    """The ASGI layer: sends what it holds, else asks the framework and holds what may be held.

    Args:
        app: The framework's app.
        max_bytes: How much is held; the answers used longest ago go first.
        instruments: Where requests are counted.
        clock: Seconds of the epoch.
    """

    def __init__(
        self, app: ASGIApp, *, max_bytes: int, instruments: Instruments, clock: Callable[[], float] = time.time
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._instruments = instruments
        self._clock = clock
        self._held: OrderedDict[Key, HotAnswer] = OrderedDict()
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        started = time.perf_counter()
        answer = self._held.get((scope["raw_path"], scope["query_string"]))
        if answer is not None and answer.origin.publication.serves(self._clock()):
            self._instruments.hot_hits.inc()
            await self._send(answer, scope, send)
            answer.observe(time.perf_counter() - started)
            return
        await self._answer_cold(scope, receive, send, started)

    async def _answer_cold(self, scope: Scope, receive: Receive, send: Send, started: float) -> None:
        recorder = _Recorder(send, scope["state"])
        await self._app({**scope, "method": "GET"} if scope["method"] == "HEAD" else scope, receive, recorder)
        mark = scope["state"].get(MARK)
        route = mark.route if mark else "other"
        if recorder.held_back:
            observe = self._instruments.latency(route, recorder.status)
            answer = HotAnswer(bytes(recorder.body), recorder.headers, mark, observe)
            await self._send(answer, scope, send)
            if mark.keep:
                self._keep((scope["raw_path"], scope["query_string"]), answer)
        self._instruments.hot_misses.inc()
        self._instruments.latency(route, recorder.status)(time.perf_counter() - started)

    async def _send(self, answer: HotAnswer, scope: Scope, send: Send) -> None:
        accept_encoding = if_none_match = b""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                accept_encoding = value
            elif name == b"if-none-match":
                if_none_match = value
        encoding = negotiate(accept_encoding)
        encoded = answer.encodings.get(encoding)
        if encoded is None:
            encoded = await self._encode(answer, encoding)
        cache_control = (b"cache-control", answer.cache_control_at(self._clock()))
        if if_none_match and matches(if_none_match, encoded.etag):
            await send(
                {
                    "type": "http.response.start",
                    "status": 304,
                    "headers": [*encoded.not_modified_headers, cache_control],
                }
            )
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.start", "status": 200, "headers": [*encoded.headers, cache_control]})
        await send({"type": "http.response.body", "body": encoded.body if scope["method"] == "GET" else b""})

    async def _encode(self, answer: HotAnswer, encoding: str) -> _Encoded:
        body = await asyncio.to_thread(ENCODERS[encoding], answer.body)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
        shared: Headers = [(b"etag", etag), (b"vary", b"Accept-Encoding")]
        headers = [*answer.headers, *shared, (b"content-length", str(len(body)).encode())]
        if encoding != "identity":
            headers.append((b"content-encoding", encoding.encode()))
        answer.encodings[encoding] = encoded = _Encoded(body, etag, headers, shared)
        return encoded

    def _keep(self, key: Key, answer: HotAnswer) -> None:
        self._drop(key)
        for old in [key for key, held in self._held.items() if held.origin.publication.retired]:
            self._drop(old)
        self._held[key] = answer
        self._bytes += answer.size()
        while self._bytes > self._max_bytes and self._held:
            self._drop(next(iter(self._held)))

    def _drop(self, key: Key) -> None:
        dropped = self._held.pop(key, None)
        if dropped is not None:
            self._bytes -= dropped.size()


def matches(if_none_match: bytes, etag: bytes) -> bool:
    """Whether an ``If-None-Match`` header names an entity tag (weak comparison, RFC 9110, 13.1.2)."""
    wanted = [tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")]
    return etag in wanted or wanted == [b"*"]


PER_ANSWER = frozenset({b"content-length", b"x-request-id"})
"""Headers that belong to one answer, and not to the bytes that are kept."""


class _Recorder:
    """Passes an answer on, but for a keepable one, which it holds back whole."""

    def __init__(self, send: Send, state: dict[str, Any]) -> None:
        self._send = send
        self._state = state
        self.status = 500
        self.headers: Headers = []
        self.body = bytearray()
        self.held_back = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.held_back = self.status == 200 and MARK in self._state
            self.headers = [(name, value) for name, value in message["headers"] if name not in PER_ANSWER]
        if not self.held_back:
            await self._send(message)
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
