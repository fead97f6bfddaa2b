"""Limits and headers for every request that the framework answers."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from horde_model_reference.service.problems import problem
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
GRACE = 1.0
"""Seconds beyond the deadline before a request that does not end by itself is ended."""
BUSY_RETRY_AFTER = 1.0
ALWAYS_ANSWERED = frozenset({"/api/heartbeat", "/api/metrics"})
"""Paths that no number of requests at once closes: a busy service must not be taken for a dead one."""


class Guard:
    """The ASGI layer around the framework: lengths, requests at once, time, security headers, request ids, logs."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._running = 0

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
        if self._running >= self._settings.max_concurrent_requests and scope["path"] not in ALWAYS_ANSWERED:
            detail = "Too many requests at once; try again in a moment."
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "service_busy", detail, retry_after=BUSY_RETRY_AFTER)
        return None

    async def _run(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        self._running += 1
        try:
            async with asyncio.timeout(self._settings.request_deadline_seconds + GRACE):
                await self._app(scope, _Body(scope, receive), answer)
        except TimeoutError:
            if answer.started:
                raise
            log.warning("request ended at its deadline", extra={"method": scope["method"], "path": scope["path"]})
            detail = "The answer was not ready in time; try again in a moment."
            late = problem(HTTPStatus.SERVICE_UNAVAILABLE, "deadline_exceeded", detail, retry_after=BUSY_RETRY_AFTER)
            await late(scope, receive, answer)
        finally:
            self._running -= 1


class _Body:
    """Hands on a request's body, and refuses one that is too long: before it is read if its length is told, else then.

    Refused is where the framework reads, so that it answers in its own way, be it with a problem or with a page.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._told = int(dict(scope["headers"]).get(b"content-length", b"0"))
        self._read = 0

    async def __call__(self) -> Message:
        self._check(self._told)
        message = await self._receive()
        self._read += len(message.get("body", b""))
        self._check(self._read)
        return message

    def _check(self, size: int) -> None:
        if size > MAX_BODY_BYTES:
            raise HTTPException(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is longer than {MAX_BODY_BYTES:,} bytes; send less"
            )


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
