"""Bounded connections on h11, for interpreters and systems without httptools."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from horde_model_reference.service.connections import BoundedConnection, head_too_long

HEAD_TOO_LONG = h11.RemoteProtocolError("head too long", HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
_LINE, _HEADER, _END = len(b"  HTTP/1.1\r\n"), len(b": \r\n"), len(b"\r\n")


def head_size(request: h11.Request) -> int:
    """Return the bytes of a request's head, as they usually are on the wire."""
    headers = sum(len(name) + len(value) + _HEADER for name, value in request.headers)
    return len(request.method) + len(request.target) + _LINE + headers + _END


class H11Connection(BoundedConnection, H11Protocol):
    """A connection whose requests h11 parses."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Bound the parser."""
        super().connection_made(transport)
        self.conn = _BoundedParser(self)

    @property
    def head_begun(self) -> bool:
        """Whether the head of a request has arrived in part."""
        return self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])


class _BoundedParser(h11.Connection):
    """A parser that refuses heads that arrive whole and are too long; h11 itself bounds those that are incomplete."""

    def __init__(self, connection: BoundedConnection) -> None:
        super().__init__(h11.SERVER, connection.limits.head_bytes)
        self._connection = connection

    def next_event(self) -> Any:
        """Return the next event; errors as for ``h11.Connection``."""
        limits = self._connection.limits
        try:
            event = super().next_event()
            if isinstance(event, h11.Request) and head_size(event) > limits.head_bytes:
                raise HEAD_TOO_LONG
        except h11.RemoteProtocolError as error:
            if error.error_status_hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
                self._connection.fault = head_too_long(limits)
            raise
        return event
