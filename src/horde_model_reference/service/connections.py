"""Bounds on connections, for both of uvicorn's HTTP protocols.

A connection is *busy* while a request of it is answered, else *waiting* for a request. A busy one is bounded by the
deadline of its request; a waiting one is closed after a while, or sooner where its place is needed.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config

from horde_model_reference.service.guard import ALWAYS_ANSWERED, MAX_BODY_BYTES
from horde_model_reference.service.problems import busy, phrase, problem
from horde_model_reference.settings import Settings

MESSAGE_BYTES = 4 * MAX_BODY_BYTES
"""The longest request on the wire: the longest body in small chunks, or one that is refused and sent all the same."""
RESERVE = 16
"""Connections beyond the bound, on which only the routes of ``HEALTH_ROUTES`` are answered."""
BATCH = 16
"""The share of all connections, as a divisor, that is closed at once where places are needed."""
PIPELINED = 1000
"""Requests that may wait for the answer to an earlier one of their connection, besides those of one piece of data."""
_numbers = count()
HEALTH_ROUTES = ALWAYS_ANSWERED | {"/api/readiness"}


@dataclass(frozen=True)
class ConnectionLimits:
    """Bounds of one process.

    Attributes:
        head_bytes: Bytes of a request line and its headers.
        head_seconds: Seconds until a client must have sent a request's head, or have taken more of an answer.
        connections: Connections at once.
    """

    head_bytes: int
    head_seconds: float
    connections: int

    @classmethod
    def from_settings(cls, settings: Settings) -> ConnectionLimits:
        """Return the limits that the settings ask for."""
        return cls(settings.max_header_bytes, settings.header_timeout_seconds, settings.max_connections)


class BoundedConfig(Config):
    """Configuration of a server whose connections are bounded."""

    def __init__(self, app: ASGIApp | str, limits: ConnectionLimits, **options: Any) -> None:
        super().__init__(app, **options)
        self.limits = limits


@dataclass(frozen=True)
class Refusal:
    """An error that is answered before a request reaches the app."""

    status: int
    code: str
    detail: str

    def encoded(self) -> bytes:
        """Return the answer as HTTP/1.1; the connection is closed after it."""
        answer = problem(self.status, self.code, self.detail)
        headers = b"".join(b"%b: %b\r\n" % header for header in answer.raw_headers)
        line = f"HTTP/1.1 {self.status} {phrase(self.status)}\r\n"
        return line.encode() + headers + b"connection: close\r\n\r\n" + bytes(answer.body)


PIPELINE_TOO_LONG = Refusal(
    HTTPStatus.TOO_MANY_REQUESTS, "pipeline_too_long", f"More than {PIPELINED} requests wait on this connection."
)
MALFORMED = Refusal(HTTPStatus.BAD_REQUEST, "request_malformed", "The request is not valid HTTP/1.1.")
HEAD_LATE = Refusal(HTTPStatus.REQUEST_TIMEOUT, "request_timeout", "The request did not arrive in time.")


def head_too_long(limits: ConnectionLimits) -> Refusal:
    """Return the refusal of a request whose head is longer than the limit."""
    detail = f"The request line and the headers are longer than {limits.head_bytes:,} bytes."
    return Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_long", detail)


class BoundedConnection(asyncio.Protocol):
    """Mixin in front of one of uvicorn's HTTP protocols.

    Attributes:
        waiting_since: When the client was last answered, or connected; in the loop's seconds.
        number: Orders connections of the same moment: uvloop's clock ticks in milliseconds.
        received: Bytes that arrived since then, or of the present request.
        refused: Whether nothing more is read.
        fault: The refusal for the next error that uvicorn finds.
    """

    # Beyond 30 attributes in its dictionary, an object of Python 3.11 takes longer for each of them.
    __slots__ = (
        "_timer",
        "_unsent",
        "fault",
        "limits",
        "number",
        "received",
        "refused",
        "waiting_since",
    )
    config: Any  # BoundedConfig
    app: Any
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    connections: Any  # set[BoundedConnection]
    scope: Any
    cycle: Any
    flow: Any
    pipeline: Any = ()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection in; close others where there are too many."""
        super().connection_made(transport)
        self.limits = self.config.limits
        self.waiting_since = self.loop.time()
        self.number = next(_numbers)
        self.received = 0
        self.refused = False
        self.fault = MALFORMED
        self._unsent = 0
        self._timer = self.loop.call_later(self.limits.head_seconds, self._look)
        self._find_place()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse the received bytes, and end a request that is too long.

        While a head arrives, no more is parsed at once than a head may have, so that a longer one is not answered.
        """
        if self.refused or self.received + len(data) >= self.limits.head_bytes:
            self._receive_in_pieces(data)
        else:
            self._receive(data)

    def _receive_in_pieces(self, data: bytes) -> None:
        at = 0
        while at < len(data) and not self.refused:
            most = self.limits.head_bytes - self.received if self.head_begun else self.limits.head_bytes
            self._receive(data[at : at + most])
            self._check_length()
            at += most
        self.received += len(data[at:])
        self._check_length()

    def _receive(self, data: bytes) -> None:
        cycle, scope = self.cycle, self.scope
        super().data_received(data)
        if self.cycle is not cycle or (self.scope is not scope and (self.received or self.busy)):
            self.received = 0  # A head ended, or began behind other bytes: where in the data is not known.
        else:
            self.received += len(data)

    def _check_length(self) -> None:
        if self.received > MESSAGE_BYTES:
            self.leave()
        elif self.refused:
            return
        elif len(self.pipeline) > PIPELINED:
            self.refuse(PIPELINE_TOO_LONG)
        elif self.head_begun and self.received >= self.limits.head_bytes:
            self.refuse(head_too_long(self.limits))

    def on_response_complete(self) -> None:
        """Wait for the next request; read more when none is left that has arrived."""
        self.waiting_since = self.loop.time()
        self.received = 0
        super().on_response_complete()  # type: ignore[misc] # uvicorn's protocols have it
        if self.pipeline:
            self.flow.pause_reading()

    def send_400_response(self, _: str) -> None:
        """Refuse a request that uvicorn cannot parse."""
        self.refuse(self.fault)

    @property
    def busy(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def head_begun(self) -> bool:
        """Whether the head of a request has arrived in part."""
        raise NotImplementedError

    def shutdown(self) -> None:
        """Close the connection when its request is answered, since the server ends."""
        if self.refused:
            self.leave()
        else:
            super().shutdown()  # type: ignore[misc] # uvicorn's protocols have it

    def refuse(self, refusal: Refusal) -> None:
        """Answer with an error, unless another answer is under way, and close the connection.

        Bytes that the client still sends are read for a while; else its system might discard the answer.
        """
        self.refused = True
        self.received = 0
        self.waiting_since = self.loop.time()
        if self.busy or self.transport.is_closing():
            self.transport.close()
        else:
            self.transport.write(refusal.encoded())
            self.transport.write_eof()

    def leave(self) -> None:
        """Close the connection at once, without sending the rest."""
        self.connections.discard(self)
        self.transport.abort()

    def _look(self) -> None:
        """Close the connection if its client is late, else look again when it could be."""
        unsent, before = self.transport.get_write_buffer_size(), self._unsent
        due = self.waiting_since + self.limits.head_seconds
        late = self.loop.time() >= due
        if (before and unsent >= before) or (self.refused and late):
            self.leave()
            return
        if late and not self.busy and not unsent:
            self.refuse(HEAD_LATE) if self.head_begun else self.transport.close()
        self._unsent = unsent
        self._timer = self.loop.call_at(max(due, self.loop.time() + self.limits.head_seconds / 2), self._look)

    def _find_place(self) -> None:
        """Make room where there are too many connections: those that have waited longest go.

        Where all are busy, the new one is for the health routes, or closed.
        """
        excess = len(self.connections) - self.limits.connections
        if excess <= 0:
            return
        connections: set[BoundedConnection] = self.connections
        waiting = [each for each in connections if each is not self and not each.busy]
        waiting.sort(key=lambda each: (each.waiting_since, each.number))
        for connection in waiting[: max(excess, self.limits.connections // BATCH)]:
            connection.leave()
        if len(self.connections) > self.limits.connections + RESERVE:
            self.leave()
        elif len(self.connections) > self.limits.connections:
            self.app = health_routes_only(self.app)


def health_routes_only(app: ASGIApp) -> ASGIApp:
    """Return an app that answers the health routes, and that it is busy to everything else."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in HEALTH_ROUTES:
            await app(scope, receive, send)
        else:
            await _closing(busy("Too many connections at once; try again in a moment."))(scope, receive, send)

    return answer


def _closing(answer: Response) -> Response:
    answer.headers["Connection"] = "close"
    return answer
