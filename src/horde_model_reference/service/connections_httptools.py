"""Bounded connections on httptools, which itself takes headers of any length."""

from __future__ import annotations

from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from horde_model_reference.service.connections import BoundedConnection, Refusal, head_size, head_too_long

PIPELINED = 1000
"""Requests of one connection that may wait for the answer to an earlier one."""
PIPELINE_TOO_LONG = Refusal(
    HTTPStatus.TOO_MANY_REQUESTS, "pipeline_too_long", f"More than {PIPELINED} requests wait on this connection."
)


class RefusedError(Exception):
    """Ends the parsing of a request."""


class HttpToolsConnection(BoundedConnection, HttpToolsProtocol):
    """A connection whose requests httptools parses."""

    _in_head = False
    _first_piece = 0

    @property
    def head_begun(self) -> bool:
        """Whether the head of a request has arrived in part."""
        return self._in_head

    def on_message_begin(self) -> None:
        """Begin a request; the piece of data in which it begins may hold others before it, and is not counted."""
        self._in_head = True
        self._first_piece = self.piece
        self.received = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin to answer a request, if its head is short enough."""
        self._in_head = False
        most = self.limits.head_bytes
        if self._first_piece + self.received > most and head_size(self.url, self.headers) > most:
            self.fault = head_too_long(self.limits)
            raise RefusedError
        if len(self.pipeline) >= PIPELINED:
            self.fault = PIPELINE_TOO_LONG
            raise RefusedError
        super().on_headers_complete()
