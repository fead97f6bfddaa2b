"""One file over HTTP on a free port of this machine, with the answers a web server gives, or any others."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self


@dataclass
class FileServer:
    """An async context manager; every answer closes its connection.

    Attributes:
        content: The file.
        headers: What is sent with it; requests that repeat the ``ETag`` are answered with 304.
        raw: Sent instead, as it is, where it is not None.
        requests: The headers of every request by lower-case name, in the order they came.
        statuses: The statuses that were sent.
        answering: While cleared, requests wait.
    """

    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    requests: list[dict[str, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    answering: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def __aenter__(self) -> Self:
        self.answering.set()
        self._asked = asyncio.Event()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/models.json"
        self._connections: set[asyncio.Task[None]] = set()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.answering.set()
        await asyncio.gather(*self._connections)

    async def asked(self) -> None:
        """Wait for the next request."""
        self._asked.clear()
        await self._asked.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            lines = [line.partition(":") for line in head.splitlines()[1:] if line]
            self.requests.append({name.lower(): value.strip() for name, _, value in lines})
            self._asked.set()
            await self.answering.wait()
            writer.write(self._answer())
            await writer.drain()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        self._connections.discard(task)

    def _answer(self) -> bytes:
        if self.raw is not None:
            return self.raw
        etag = self.headers.get("ETag")
        unchanged = etag is not None and self.requests[-1].get("if-none-match") == etag
        status, body = (304, b"") if unchanged else (200, self.content)
        self.statuses.append(status)
        return answer(status, body, **self.headers)


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """Return the bytes of an answer; headers are given with ``_`` for ``-``."""
    sent = {"Connection": "close", "Content-Length": str(len(body))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in sent.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
