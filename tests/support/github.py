"""GitHub's API for comments of pull requests, as far as a review needs it, on a port of this machine."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.support.file_server import answer

REPOSITORY = "some/catalogue"
TOKEN = "token-0000"
HEAD = "a" * 40


@dataclass
class FakeGitHub:
    """An async context manager with one pull request, number 7.

    Attributes:
        comments: Its comments.
        requests: Method and path of every request that changes something.
        refused: The status that such requests get; 0 for none.
        raw: Sent as each answer instead, where it is not None.
    """

    comments: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    refused: int = 0
    raw: bytes | None = None
    url: str = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def comment(self, body: str, kind: str = "Bot") -> None:
        """Add a comment of a bot or a user."""
        self.comments.append({"id": len(self.comments) + 1, "body": body, "user": {"type": kind}})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.splitlines()
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            method, target, _ = first.split(" ")
            known = headers.get("authorization") == f"Bearer {TOKEN}"
            status, found = self._answer(method, target, json.loads(body or b"null")) if known else (401, {})
            writer.write(self.raw or answer(status, json.dumps(found).encode(), Content_Type="application/json"))
            await writer.drain()
        writer.close()

    def _answer(self, method: str, target: str, body: Any) -> tuple[int, Any]:
        parts = urlsplit(target)
        path = parts.path.removeprefix(f"/repos/{REPOSITORY}/")
        if method != "GET":
            self.requests.append(f"{method} {path}")
            if self.refused:
                return self.refused, {}
        match method, path.split("/"):
            case "GET", ["pulls", "7"]:
                return 200, {"head": {"sha": HEAD}}
            case "GET", ["issues", "7", "comments"]:
                query = parse_qs(parts.query)
                size, page = int(query["per_page"][0]), int(query["page"][0])
                return 200, self.comments[(page - 1) * size : page * size]
            case "POST", ["issues", "7", "comments"]:
                self.comment(body["body"])
                return 201, self.comments[-1]
            case "PATCH", ["issues", "comments", number]:
                self.comments[int(number) - 1]["body"] = body["body"]
                return 200, {}
        return 404, {}
