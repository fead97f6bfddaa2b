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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from horde_model_reference.service.encodings import ENCODERS, IDENTITY, negotiate
from horde_model_reference.service.metrics import Instruments
from horde_model_reference.service.tables import Publication
from horde_model_reference.single_flight import SingleFlight

Key = tuple[bytes, bytes]
Header = tuple[bytes, bytes]
Headers = list[Header]

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
    """

    publication: Publication
    keep: bool


@dataclass(slots=True)
class _Encoded:
    body: bytes
    etag: bytes
    headers: Headers
    not_modified_headers: Headers


@dataclass(slots=True)
class HotAnswer:
    """One answer with its encodings, each made when it is first asked for."""

    key: Key
    body: bytes
    headers: Headers
    origin: Keepable
    observe: dict[int, Callable[[float], None]]
    encodings: dict[str, _Encoded] = field(default_factory=dict)
    cache_control: tuple[int, bytes] = (-1, b"")
    counted: int = 0
    """The bytes that the store counts it as."""

    def size(self) -> int:
        """Bytes that it occupies, roughly."""
        encoded = sum(len(encoded.body) for name, encoded in self.encodings.items() if name != IDENTITY)
        return sum(map(len, self.key)) + len(self.body) + encoded + 1024

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
        vary: What answers depend on beside the address, as the ``Vary`` header names it.
        instruments: Where requests are counted.
        clock: Seconds of the epoch.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_bytes: int,
        instruments: Instruments,
        vary: str = "Accept-Encoding",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._vary = vary.encode()
        self._app = app
        self._max_bytes = max_bytes
        self._instruments = instruments
        self._clock = clock
        self._held: OrderedDict[Key, HotAnswer] = OrderedDict()
        self._publications: list[Publication] = []
        self._bytes = 0
        self._encodings: SingleFlight[tuple[int, str], _Encoded] = SingleFlight()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        started = time.perf_counter()
        key = (scope["raw_path"], scope["query_string"])
        answer = self._held.get(key)
        if answer is not None and answer.origin.publication.serves(self._clock()):
            self._held.move_to_end(key)
            self._instruments.hot_hits.inc()
            status = await self._send(answer, scope, send)
            answer.observe[status](time.perf_counter() - started)
            return
        await self._answer_cold(key, scope, receive, send, started)

    async def _answer_cold(self, key: Key, scope: Scope, receive: Receive, send: Send, started: float) -> None:
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        recorder = _Recorder(send, scope["state"])
        try:
            await self._app(asked, receive, recorder)
            if recorder.held_back:
                answer = self._answer(key, recorder, scope["state"][MARK], _route(asked))
                recorder.status = await self._send(answer, scope, send, recorder.own_headers)
        finally:
            self._instruments.hot_misses.inc()
            self._instruments.latency(_route(asked), recorder.status)(time.perf_counter() - started)

    def _answer(self, key: Key, recorder: _Recorder, origin: Keepable, route: str) -> HotAnswer:
        """Return what the framework answered, from memory where another request was quicker, and keep it."""
        observe = {status: self._instruments.latency(route, status) for status in (200, 304)}
        answer = HotAnswer(key, bytes(recorder.body), recorder.headers, origin, observe)
        return self._keep(answer) if origin.keep else answer

    async def _send(self, answer: HotAnswer, scope: Scope, send: Send, own_headers: Sequence[Header] = ()) -> int:
        """Send an answer, or that it has not changed; return the status."""
        accept_encoding = if_none_match = b""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                accept_encoding = b"%b,%b" % (accept_encoding, value) if accept_encoding else value
            elif name == b"if-none-match":
                if_none_match = b"%b,%b" % (if_none_match, value) if if_none_match else value
        encoding = negotiate(accept_encoding)
        encoded = answer.encodings.get(encoding)
        if encoded is None:
            encoded = await self._encodings.run((id(answer), encoding), partial(self._encode, answer, encoding))
        unchanged = bool(if_none_match) and matches(if_none_match, encoded.etag)
        headers = encoded.not_modified_headers if unchanged else encoded.headers
        cache_control = (b"cache-control", answer.cache_control_at(self._clock()))
        status = 304 if unchanged else 200
        await send(
            {"type": "http.response.start", "status": status, "headers": [*headers, cache_control, *own_headers]}
        )
        body = b"" if unchanged or scope["method"] == "HEAD" else encoded.body
        await send({"type": "http.response.body", "body": body})
        return status

    async def _encode(self, answer: HotAnswer, encoding: str) -> _Encoded:
        body = await asyncio.to_thread(ENCODERS[encoding], answer.body)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
        shared: Headers = [(b"etag", etag), (b"vary", self._vary)]
        headers = [*answer.headers, *shared, (b"content-length", str(len(body)).encode())]
        if encoding != IDENTITY:
            headers.append((b"content-encoding", encoding.encode()))
        answer.encodings[encoding] = encoded = _Encoded(body, etag, headers, shared)
        if self._held.get(answer.key) is answer:
            self._make_room(answer)
        return encoded

    def _keep(self, answer: HotAnswer) -> HotAnswer:
        """Hold an answer, unless one of the same table is held; return the one to send."""
        publication = answer.origin.publication
        held = self._held.get(answer.key)
        if held is not None and held.origin.publication is publication:
            return held
        self._drop(answer.key)
        self._let_go()
        if not any(known is publication for known in self._publications):
            self._publications.append(publication)
        self._held[answer.key] = answer
        self._make_room(answer)
        return answer

    def _let_go(self) -> None:
        """Drop what was made from tables that are out of service."""
        if any(publication.retired for publication in self._publications):
            self._publications = [publication for publication in self._publications if not publication.retired]
            for key in [key for key, held in self._held.items() if held.origin.publication.retired]:
                self._drop(key)

    def _make_room(self, answer: HotAnswer) -> None:
        """Count a held answer as what it occupies now, and drop others until all fit; what never fits is not held."""
        size = answer.size()
        self._bytes += size - answer.counted
        answer.counted = size
        if size > self._max_bytes:
            self._drop(answer.key)
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._held)))

    def _drop(self, key: Key) -> None:
        dropped = self._held.pop(key, None)
        if dropped is not None:
            self._bytes -= dropped.counted


def _route(scope: Scope) -> str:
    """Return the path of the route that the framework chose, as metrics name it: with parameters, not their values."""
    included = scope.get("fastapi", {}).get("effective_route_context")  # knows the prefix, which newer routes do not
    return getattr(included or scope.get("route"), "path", "other")


def matches(if_none_match: bytes, etag: bytes) -> bool:
    """Whether an ``If-None-Match`` header names an entity tag (weak comparison, RFC 9110, 13.1.2)."""
    if if_none_match == etag:  # What a cache that holds one answer sends.
        return True
    wanted = [tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")]
    return etag in wanted or wanted == [b"*"]


REQUEST_ID = b"x-request-id"
PER_ANSWER = frozenset({b"content-length", REQUEST_ID})
"""Headers that belong to one answer, and not to the bytes that are kept."""


class _Recorder:
    """Passes an answer on, but for a keepable one, which it holds back whole."""

    def __init__(self, send: Send, state: dict[str, Any]) -> None:
        self._send = send
        self._state = state
        self.status = 500
        self.headers: Headers = []
        self.own_headers: Headers = []
        self.body = bytearray()
        self.held_back = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.held_back = self.status == 200 and MARK in self._state
            self.headers = [(name, value) for name, value in message["headers"] if name not in PER_ANSWER]
            self.own_headers = [(name, value) for name, value in message["headers"] if name == REQUEST_ID]
        if not self.held_back:
            await self._send(message)
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
