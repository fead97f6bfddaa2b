"""The one httpx client of a process, and the limits of every answer that it reads."""

from __future__ import annotations

from importlib.metadata import version

import httpx

DISTRIBUTION = "horde-model-reference"


def make_client(timeout: float, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Return a client that names this project to the servers it asks.

    Args:
        timeout: Seconds for connecting and for each read.
        transport: Carries the requests; sockets by default. Tests and the demo put theirs here.
    """
    agent = f"{DISTRIBUTION}/{version(DISTRIBUTION)}"
    return httpx.AsyncClient(
        transport=transport,
        timeout=timeout,
        follow_redirects=True,
        headers={"User-Agent": agent, "Client-Agent": f"{DISTRIBUTION}:{version(DISTRIBUTION)}:github.com/Haidra-Org"},
    )


async def read_bounded(answer: httpx.Response, max_bytes: int) -> bytes:
    """Read a streamed body.

    Raises:
        OverflowError: The body, decompressed, is longer than ``max_bytes``.
    """
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise OverflowError(f"sent more than {max_bytes:,} bytes")
    return bytes(body)
