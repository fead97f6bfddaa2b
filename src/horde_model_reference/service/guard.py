"""Limits and headers for every request that the framework answers."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from horde_model_reference.service.problems import BUSY_RETRY_AFTER, busy, problem
from horde_model_reference.settings import Settings

log = logging.getLogger(__name__)

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)
API_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
MAX_BODY_BYTES = 2**20
"""The longest body of a request: ten times a plan form with every text model ticked and a reason beside each."""
MOST_BODY_VALUES = 20_000
"""Values of a body: ten thousand models ticked and a reason beside each. Parsing more would hold up other requests."""
SEPARATORS = b",[{"
"""Characters of which each begins a value in JSON. A form encodes them; its fields have a bound of their own."""
GRACE = 1.0
"""Seconds beyond the deadline before a request that does not end by itself is ended."""
BUSY = "Too many requests at once; try again in a moment."
ALWAYS_ANSWERED = frozenset({"/api/heartbeat", "/api/metrics"})
"""Paths that no number of requests at once closes: a busy service must not be taken for a dead one."""


class Guard:
    """The ASGI layer around the framework: lengths, requests at once, time, security headers, request ids, logs."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._slots = _Slots(settings.max_concurrent_requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        answer = _Answer(send, request_id)
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            refusal = self._refusal(scope)
            asked = {"method": scope["method"], "path": scope["path"]}
            try:
                await (refusal(scope, receive, answer) if refusal else self._run(scope, receive, answer))
            except Exception:
                log.exception("request failed", extra=asked)
                if not answer.finished:  # Else the client has been told, and the server would only log it once more.
                    raise
            seconds = time.perf_counter() - started
            log.debug("request", extra=asked | {"status": answer.status, "seconds": seconds})

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        if len(scope["raw_path"]) + len(scope["query_string"]) > self._settings.max_url_bytes:
            detail = f"The URL is longer than {self._settings.max_url_bytes} bytes."
            return problem(HTTPStatus.REQUEST_URI_TOO_LONG, "url_too_long", detail)
        if self._slots.full and scope["path"] not in ALWAYS_ANSWERED:
            return busy(BUSY)
        return None

    async def _run(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        body = _Body(scope, receive, self._slots)
        try:
            with self._slots.taken():
                async with asyncio.timeout(self._settings.request_deadline_seconds + GRACE):
                    await self._app(scope, body, answer)
        except TimeoutError:
            if answer.started:
                raise
            log.warning("request ended at its deadline", extra={"method": scope["method"], "path": scope["path"]})
            await (_late_body() if body.awaited else _late_answer())(scope, receive, answer)


def _late_body() -> Response:
    detail = "The body of the request did not arrive in time."
    return problem(HTTPStatus.REQUEST_TIMEOUT, "request_timeout", detail)


def _late_answer() -> Response:
    detail = "The answer was not ready in time; try again in a moment."
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "deadline_exceeded", detail, retry_after=BUSY_RETRY_AFTER)


class _Slots:
    """Places for requests that are worked on at the same time."""

    def __init__(self, number: int) -> None:
        self._free = number

    @property
    def full(self) -> bool:
        """Whether no place is free."""
        return self._free <= 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take a place; the routes that are always answered may take more than there are."""
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1

    @contextmanager
    def released(self) -> Iterator[None]:
        """Give one's place to others for a while.

        Raises:
            HTTPException: No place is free afterwards.
        """
        self._free += 1
        try:
            yield
            if self.full:
                raise HTTPException(
                    HTTPStatus.SERVICE_UNAVAILABLE, BUSY, headers={"Retry-After": f"{BUSY_RETRY_AFTER:.0f}"}
                )
        finally:
            self._free -= 1


class _Body:
    """Hands on a request's body, and refuses one that is too long or has too many values.

    One whose length is told is refused before it is read.

    Refused is where the framework reads, so that it answers in its own way, be it with a problem or with a page. While
    the body arrives, the request takes nobody's place.
    """

    def __init__(self, scope: Scope, receive: Receive, slots: _Slots) -> None:
        self._receive = receive
        self._slots = slots
        self._told = int(dict(scope["headers"]).get(b"content-length", b"0"))
        self._read = 0
        self._values = 0
        self._whole = False
        self.awaited = False

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()  # that the client has gone
        self._check(self._told)
        self.awaited = True
        with self._slots.released():
            message = await self._receive()
        self.awaited = False
        self._whole = not message.get("more_body", False)
        body = message.get("body", b"")
        self._read += len(body)
        self._check(self._read)
        self._values += len(body) - len(body.translate(None, SEPARATORS))
        if self._values <= MOST_BODY_VALUES:
            return message
        if self._whole:
            raise _too_large(f"The body has more than {MOST_BODY_VALUES:,} values; send less")
        return {
            **message,
            "body": b"",
        }  # The rest is taken all the same: a client that still sends may miss the answer.

    def _check(self, size: int) -> None:
        if size > MAX_BODY_BYTES:
            raise _too_large(f"The body is longer than {MAX_BODY_BYTES:,} bytes; send less")


def _too_large(detail: str) -> HTTPException:
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


class _Answer:
    """Adds the headers that every answer carries."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id.encode()
        self.status = 0
        self.finished = False

    @property
    def started(self) -> bool:
        return self.status != 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            headers = [*message["headers"], *SECURITY_HEADERS]
            if not any(name == API_POLICY[0] for name, _ in headers):
                headers.append(API_POLICY)
            message = {**message, "headers": [*headers, (b"x-request-id", self._request_id)]}
        await self._send(message)
        self.finished = message["type"] == "http.response.body" and not message.get("more_body", False)
