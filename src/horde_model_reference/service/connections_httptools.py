"""Bounded connections on httptools, which itself takes headers of any length."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from horde_model_reference.service.connections import BoundedConnection


class HttpToolsConnection(BoundedConnection, HttpToolsProtocol):
    """A connection whose requests httptools parses."""

    @property
    def head_begun(self) -> bool:
        """Whether the head of a request has arrived in part: its scope is made at its begin, its cycle at its end."""
        return self.scope is not None and (self.cycle is None or self.cycle.scope is not self.scope)
