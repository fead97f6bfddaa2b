"""A server of files on a port of this machine, under any number of names, that misbehaves as its paths say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

from horde_model_reference.clock import Clock
from horde_model_reference.links.checking import open_prober
from horde_model_reference.links.probing import LinkProber
from horde_model_reference.setting_groups import LinksSettings
from tests.support.file_server import answer

HASH = "ab" * 32
OTHER = "cd" * 32
BUSY = b"HTTP/1.1 429 Wait\r\nRetry-After: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n"
ANSWERS: dict[str, bytes] = {
    "/gone": answer(404),
    "/login-needed": answer(401),
    "/private": answer(403),
    "/broken": b"nonsense\r\n\r\n",
    "/error": answer(500),
    "HEAD /endless": answer(405),
    "GET /endless": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
    "HEAD /no-head": answer(405),
    "GET /no-head": answer(206, b"x", Content_Range="bytes 0-0/1000"),
    "/moved": answer(302, Location="/ok"),
    "/loop": answer(302, Location="/loop"),
    "/to-login": answer(307, Location="/login?return=/x"),
    "/to-user": answer(302, Location="http://user:secret@files.example/ok"),
    "/to-file": answer(302, Location="file:///etc/passwd"),
    "/hub": answer(302, Location="/ok", X_Linked_Etag=f'"{HASH}"', X_Linked_Size="1000"),
    "/busy": BUSY % b"0",
    "/always-busy": BUSY % b"0",
    "/busy-for-long": BUSY % b"86400",
    "/busy-for-ever": BUSY % b"soon",
}
"""The answer to each path, or to a method and a path; others are fine, and say a size."""


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    host: str
    path: str
    agent: str


@dataclass
class LinkHost:
    """An async context manager.

    Attributes:
        log: Every request, in order.
        most: The most requests at once.
        hanging: Released by every request that gets no answer.
    """

    log: list[Asked] = field(default_factory=list)
    most: int = 0
    hanging: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    port: int = 0

    async def __aenter__(self) -> Self:
        self._active = 0
        self._connections: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def url(self, path: str, host: str = "files.example") -> str:
        """The address of a path under a name of this server."""
        return f"http://{host}:{self.port}{path}"

    async def resolve(self, _: str, __: int) -> list[str]:
        """Resolve every name to this server."""
        return ["127.0.0.1"]

    @asynccontextmanager
    async def prober(self, **settings: object) -> AsyncIterator[LinkProber]:
        """An prober for which every name leads here."""
        given = {"allow_private_addresses": True, "pause_seconds": 0.0, **settings}
        async with open_prober(LinksSettings.model_validate(given), Clock(), self.resolve) as found:
            yield found

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await self._exchange(reader, writer)
        finally:
            writer.close()
            self._connections.discard(task)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.splitlines()
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            method, path, _ = first.split(" ")
            self.log.append(Asked(method, headers["host"].partition(":")[0], path, headers.get("user-agent", "")))
            self._active += 1
            self.most = max(self.most, self._active)
            try:
                await asyncio.sleep(0)
                sent = self._answer(method, path)
                if sent is None:
                    self.hanging.release()
                    await asyncio.Event().wait()
                writer.write(sent or b"")
            finally:
                self._active -= 1
            while path == "/endless" and method == "GET":
                writer.write(b"x" * 65536)
                await writer.drain()
            await writer.drain()

    def _answer(self, method: str, path: str) -> bytes | None:
        if path == "/slow":
            return None
        if path == "/to-other":
            return answer(302, Location=self.url("/ok", "other.example"))
        if path == "/busy" and [found.path for found in self.log].count(path) > 1:
            return FINE
        return ANSWERS.get(f"{method} {path}", ANSWERS.get(path, FINE))
