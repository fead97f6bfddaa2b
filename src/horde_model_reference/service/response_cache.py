"""Answers kept as bytes, sent by a small ASGI layer in front of the framework.

An answer is made once by the framework, with all its validation, and then kept by its key: the path and
the query as the client wrote them. It is valid as long as the data that it was made from; see
:class:`~horde_model_reference.service.served.Period`. A request for a
question that the framework is answering already waits for that answer: when a new table takes over, all clients ask at
once.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from horde_model_reference.clock import Clock
from horde_model_reference.service.cacheable import ORIGIN, Origin
from horde_model_reference.service.encodings import ENCODERS, IDENTITY, negotiate
from horde_model_reference.service.metrics import Instruments
from horde_model_reference.service.response_store import (
    CachedResponse,
    Encoded,
    Header,
    Headers,
    Key,
    ResponseStore,
)
from horde_model_reference.single_flight import SingleFlight
from horde_model_reference.thread_pool import run_in_thread


@dataclass(slots=True)
class Refusal:
    """A problem that the framework answered with; it depends on nothing but the question.

    Attributes:
        start: The message with its status and headers.
        body: Its bytes.
        count: Counts a request that was answered with it.
    """

    start: Message
    body: bytes
    count: Callable[[], None]


Shared = asyncio.Future[CachedResponse | Refusal | None]
"""The framework's response to one request; None if it depends on more than the request."""


class ResponseCache:
    """The ASGI layer: sends a cached response, else asks the framework and caches its response where allowed.

    Args:
        app: The framework's app.
        max_bytes: How much is held; the answers used longest ago go first.
        instruments: Where requests are counted.
        clock: The time.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_bytes: int,
        instruments: Instruments,
        clock: Clock,
    ) -> None:
        self._app = app
        self._instruments = instruments
        self._now = clock.monotonic
        self._store = ResponseStore(max_bytes)
        self._asked: dict[Key, Shared] = {}
        self._encodings: SingleFlight[tuple[int, str], Encoded] = SingleFlight()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = self._now()
        if scope["method"] not in {"GET", "HEAD"}:
            await self._pass_on(scope, receive, send, started)
            return
        key = (scope["raw_path"], scope["query_string"])
        answer = self._store.get(key, started) or await self._pending_response(key)
        if answer is None:
            await self._answer_cold(key, scope, receive, send, started)
        elif isinstance(answer, CachedResponse):
            encoding, if_none_match = _wishes(scope["headers"])
            encoded = answer.encodings.get(encoding) or await self._encoded(answer, encoding)
            status, headers, body = _reply(answer, encoded, if_none_match, scope["method"], started)
            await send(_start(status, headers))
            await send(body)
            answer.count[status]()
        else:
            await send({**answer.start})  # A copy, since layers in front may write into it.
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})
            answer.count()

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, started: float) -> None:
        status = 500

        async def passing(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, passing)
        finally:
            self._count_miss(scope, status, started)

    async def _pending_response(self, key: Key) -> CachedResponse | Refusal | None:
        """Wait for a response to the same question that is under way; None where it cannot be shared."""
        shared = self._asked.get(key)
        answer = await asyncio.shield(shared) if shared is not None else None
        # A table that went out of service meanwhile is not what somebody should see who may know its successor.
        return None if isinstance(answer, CachedResponse) and answer.origin.served.retired else answer

    async def _answer_cold(self, key: Key, scope: Scope, receive: Receive, send: Send, started: float) -> None:
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        shared: Shared = asyncio.get_running_loop().create_future()
        self._asked.setdefault(key, shared)
        recorder = _Recorder(send, partial(self._share, key, shared, None))
        try:
            await self._app(asked, receive, recorder)
            if recorder.origin is not None:
                answer = self._answer(key, recorder, recorder.origin, _route(asked))
                self._share(key, shared, answer)
                recorder.status = await self._send(answer, scope, send, recorder.own_headers)
            elif recorder.refused:
                count = self._instruments.hit(_route(asked), recorder.status)
                self._share(key, shared, Refusal(recorder.start, bytes(recorder.body), count))
        finally:
            self._share(key, shared, None)
            self._count_miss(asked, recorder.status, started)

    def _count_miss(self, scope: Scope, status: int, started: float) -> None:
        self._instruments.request(_route(scope), status, self._now() - started)

    def _share(self, key: Key, shared: Shared, answer: CachedResponse | Refusal | None) -> None:
        """Resolve the waiting requests with this response; later requests are handled afresh."""
        if not shared.done():
            shared.set_result(answer)
        if self._asked.get(key) is shared:
            del self._asked[key]

    def _answer(self, key: Key, recorder: _Recorder, origin: Origin, route: str) -> CachedResponse:
        """Return the framework's response, from memory where another request was quicker, and cache it."""
        count = {status: self._instruments.hit(route, status) for status in (200, 304)}
        answer = CachedResponse(key, bytes(recorder.body), recorder.headers, origin, count)
        return self._store.keep(answer) if origin.keep else answer

    async def _send(self, answer: CachedResponse, scope: Scope, send: Send, own_headers: Sequence[Header]) -> int:
        """Send an answer to the request that it was made for; return the status."""
        encoding, if_none_match = _wishes(scope["headers"])
        encoded = answer.encodings.get(encoding) or await self._encoded(answer, encoding)
        status, headers, body = _reply(answer, encoded, if_none_match, scope["method"], self._now())
        await send(_start(status, [*headers, *own_headers]))
        await send(body)
        return status

    async def _encoded(self, answer: CachedResponse, encoding: str) -> Encoded:
        return await self._encodings.run((id(answer), encoding), partial(self._encode, answer, encoding))

    async def _encode(self, answer: CachedResponse, encoding: str) -> Encoded:
        body = await run_in_thread(ENCODERS[encoding], answer.body)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
        shared: Headers = [(b"etag", etag), VARY]
        headers = [*answer.headers, *shared, (b"content-length", str(len(body)).encode())]
        if encoding != IDENTITY:
            headers.append((b"content-encoding", encoding.encode()))
        lasting = [header for header in answer.headers if header[0] not in OF_THE_BODY]
        answer.encodings[encoding] = encoded = Encoded(body, etag, {200: headers, 304: [*lasting, *shared]})
        self._store.grown(answer)
        return encoded


def _wishes(headers: Headers) -> tuple[str, bytes]:
    """Return the encoding that a request asks for, and its ``If-None-Match``."""
    accept_encoding = if_none_match = b""
    for name, value in headers:
        if name == b"accept-encoding":
            accept_encoding = b"%b,%b" % (accept_encoding, value) if accept_encoding else value
        elif name == b"if-none-match":
            if_none_match = b"%b,%b" % (if_none_match, value) if if_none_match else value
    return negotiate(accept_encoding), if_none_match


def _start(status: int, headers: Headers) -> Message:
    return {"type": "http.response.start", "status": status, "headers": headers}


def _reply(
    answer: CachedResponse, encoded: Encoded, if_none_match: bytes, method: str, now: float
) -> tuple[int, Headers, Message]:
    """Return the status, the headers and the body's message of an answer to one request."""
    status = 304 if if_none_match and matches(if_none_match, encoded.etag) else 200
    body = encoded.body if status == 200 and method != "HEAD" else b""
    return status, answer.headers_at(now, encoded, status), {"type": "http.response.body", "body": body}


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


VARY = (b"vary", b"Accept-Encoding")
REQUEST_ID = b"x-request-id"
PER_ANSWER = frozenset({b"content-length", REQUEST_ID})
"""Headers that belong to one answer, and not to the bytes that are kept."""
OF_THE_BODY = frozenset({b"content-type", b"content-disposition"})
"""Headers that an answer without body does not have."""


class _Recorder:
    """Passes an answer on, but for a cacheable one, which it holds back whole; of a problem it takes a copy.

    Args:
        send: Where answers are passed on to.
        unlike_others: Called when the answer turns out to be one that depends on more than the question.
    """

    def __init__(self, send: Send, unlike_others: Callable[[], None]) -> None:
        self._send = send
        self._unlike_others = unlike_others
        self.status = 500
        self.start: Message = {}
        self.headers: Headers = []
        self.own_headers: Headers = []
        self.body = bytearray()
        self.origin: Origin | None = None
        self.refused = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started(message)
        elif self.origin is not None or self.refused:
            self.body += message.get("body", b"")
        if self.origin is None:
            await self._send(message)

    def _started(self, message: Message) -> None:
        self.status = message["status"]
        self.origin = message.get(ORIGIN)
        self.refused = self.status >= HTTPStatus.BAD_REQUEST
        self.headers = [(name, value) for name, value in message["headers"] if name not in PER_ANSWER]
        self.own_headers = [(name, value) for name, value in message["headers"] if name == REQUEST_ID]
        if self.refused:
            shared_headers = [(name, value) for name, value in message["headers"] if name != REQUEST_ID]
            self.start = {**message, "headers": shared_headers}
        elif self.origin is None:
            self._unlike_others()
