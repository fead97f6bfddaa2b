"""The hosts of the sample's files: most files are there, some are gone, and some ask for a login."""

from __future__ import annotations

import hashlib
from http import HTTPStatus

import httpx

STATUSES = (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED, *(HTTPStatus.OK,) * 14)
"""The statuses of addresses, by their hash."""


class SimulatedFileHosts(httpx.AsyncBaseTransport):
    """Answers for every host, always the same for an address; no socket is opened."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return httpx.Response(STATUSES[hashlib.sha256(str(request.url).encode()).digest()[0] % len(STATUSES)])
