"""A Horde on loopback that answers from given payloads, and misbehaves when told to.

::

    async with MisbehavingHorde() as horde:
        horde.payloads[Route.TEXT_STATS] = stats_of({"koboldcpp/a": 3})
        horde.queue(Route.TEXT_STATS, SERVER_ERROR, MASKED)  # one answer each, then good ones again
        horde.always(Route.IMAGE_STATUS, NO_HEADERS)  # until told otherwise
        settings = horde.settings(horde_api_cache_ttl=0)
        ...
        assert horde.count(Route.TEXT_STATS) == 2

Every answer closes its connection, so that a closed port is noticed. An answer that hangs goes on when
``horde.release`` is set, and ends with the server.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from http import HTTPStatus
from typing import Any, Final, Self, TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx

from horde_model_reference.http_client import make_client
from horde_model_reference.settings import Settings, load_settings
from tests.support.builders import stats_of, status_of
from tests.support.clock import steered_timers

T = TypeVar("T")

SECRET: Final = "apikey-0000-SECRET"
"""Stands in every body that is not the payload: no message of ours may ever show it."""


class Route(StrEnum):
    """The four questions that the Horde answers."""

    IMAGE_STATUS = "status/models?type=image"
    TEXT_STATUS = "status/models?type=text"
    IMAGE_STATS = "stats/img/models"
    TEXT_STATS = "stats/text/models"


IMAGE_ROUTES = (Route.IMAGE_STATUS, Route.TEXT_STATUS, Route.IMAGE_STATS)
"""What an observation of image models asks; the text status is asked for name clashes."""
TEXT_ROUTES = (Route.TEXT_STATUS, Route.TEXT_STATS)


class Delivery(Enum):
    """How an answer goes over the wire."""

    WHOLE = auto()
    RESET = auto()  # the connection is reset instead
    CUT = auto()  # half of the announced body, then the connection ends
    NO_HEADERS = auto()  # nothing until released
    HALF_A_BODY = auto()  # headers and half of the body, the rest when released
    ENDLESS = auto()  # an answer that never ends, though something always comes


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One way to answer a question.

    Attributes:
        name: What a test's id shows.
        change: Makes the body from the route's payload: bytes as they are, anything else as JSON.
        status: The HTTP status.
        headers: Headers besides the ordinary ones.
        delivery: How the answer is sent.
    """

    name: str
    change: Callable[[Any], Any] = lambda payload: payload
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    delivery: Delivery = Delivery.WHOLE

    def __str__(self) -> str:
        return self.name


def _either(of_status: Callable[[Any], Any], of_stats: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Change a status list one way and a statistics object another."""
    return lambda payload: of_status(payload) if isinstance(payload, list) else of_stats(payload)


def _saying(body: Any) -> Callable[[Any], Any]:
    return lambda payload: body


_HTML = f"<!doctype html><title>Not Found</title><p>{SECRET}</p>".encode()
_MESSAGE = {"message": f"Something went wrong with {SECRET}."}
_HTML_TYPE = (("Content-Type", "text/html; charset=utf-8"),)

GOOD = Behaviour("good")

# No answer, or none within the time.
RESET = Behaviour("connection reset", delivery=Delivery.RESET)
CUT = Behaviour("connection cut in the body", delivery=Delivery.CUT)
NO_HEADERS = Behaviour("slow headers", delivery=Delivery.NO_HEADERS)
HALF_A_BODY = Behaviour("slow body", delivery=Delivery.HALF_A_BODY)
ENDLESS = Behaviour("endless body", delivery=Delivery.ENDLESS)

# Another status than 200.
SERVER_ERROR = Behaviour("500", _saying(_MESSAGE), status=500)
BAD_GATEWAY = Behaviour("502 in HTML", _saying(_HTML), status=502, headers=_HTML_TYPE)
BAD_REQUEST = Behaviour("400", _saying(_MESSAGE), status=400)
NOT_FOUND = Behaviour("404 in HTML", _saying(_HTML), status=404, headers=_HTML_TYPE)
TOO_MANY = Behaviour("429", _saying(_MESSAGE), status=429)
TOO_MANY_WAIT = Behaviour("429 with Retry-After", _saying(_MESSAGE), status=429, headers=(("Retry-After", "30"),))

# 200, but not what was asked for.
TRUNCATED = Behaviour("truncated JSON", lambda payload: json.dumps(payload).encode()[:-3] + SECRET.encode())
HTML = Behaviour("HTML at 200", _saying(_HTML), headers=_HTML_TYPE)
TEXT = Behaviour("a JSON string", _saying(SECRET))

# 200 in the right shape, but without figures.
EMPTY = Behaviour("empty", _either(lambda status: [], lambda stats: {period: {} for period in stats}))
MASKED = Behaviour(
    "masked by another client's fields",
    _either(
        lambda status: [{"name": entry["name"], "count": entry["count"]} for entry in status],
        lambda stats: {"day": stats["day"]},
    ),
)
NULLS = Behaviour(
    "null figures",
    _either(
        lambda status: [dict.fromkeys(entry) | {"name": entry["name"]} for entry in status],
        lambda stats: {period: dict.fromkeys(found) for period, found in stats.items()},
    ),
)

HANGING = (NO_HEADERS, HALF_A_BODY, ENDLESS)
LATE_OR_NEVER = (RESET, CUT, *HANGING)
REFUSING = (SERVER_ERROR, BAD_GATEWAY, BAD_REQUEST, NOT_FOUND, TOO_MANY, TOO_MANY_WAIT)
SENSELESS = (TRUNCATED, HTML, TEXT)
FAILING = (*LATE_OR_NEVER, *REFUSING, *SENSELESS)
"""Everything after which there is no answer to use."""
UNKNOWING = (EMPTY, MASKED, NULLS)
"""Everything that can be read and holds no figures."""
MISBEHAVING = (*FAILING, *UNKNOWING)


class MisbehavingHorde:
    """The Horde's routes on a free port of this machine; an async context manager.

    Attributes:
        payloads: What a good answer of each route holds; may be changed at any time.
        workers: The lists of workers by type of model, which no observation asks for; a type without one is a 404.
        targets: Path and query of every request, in the order they came.
        release: Set, it lets every hanging answer go on.
        hung: How many answers have hung so far.
    """

    def __init__(self, payloads: Mapping[Route, Any] | None = None) -> None:
        self.payloads: dict[Route, Any] = {
            Route.IMAGE_STATUS: status_of({"Deliberate": 2}),
            Route.TEXT_STATUS: status_of({"koboldcpp/Stheno": 3}),
            Route.IMAGE_STATS: stats_of({"Deliberate": (1, 20, 300)}),
            Route.TEXT_STATS: stats_of({"koboldcpp/Stheno": (2, 30, 400)}),
        } | dict(payloads or {})
        self.workers: dict[str, Any] = {}
        self.targets: list[str] = []
        self.release = asyncio.Event()
        self.hung = 0
        self._queued: dict[Route, deque[Behaviour]] = {route: deque() for route in Route}
        self._lasting: dict[Route, Behaviour] = {}
        self._arrival = asyncio.Condition()
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.open_port()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close_port()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    @property
    def url(self) -> str:
        """What ``AI_HORDE_URL`` must be."""
        return f"http://127.0.0.1:{self._port}/api/"

    def settings(self, **overrides: Any) -> Settings:
        """Return settings that lead here; whoever asks for hanging answers uses :meth:`outlast`."""
        return load_settings(**{"ai_horde_url": self.url} | overrides)

    @staticmethod
    def client(settings: Settings) -> httpx.AsyncClient:
        """Return the project's client with real sockets, but no certificates: loading them takes most of a test."""
        return make_client(settings.horde_api_timeout, httpx.AsyncHTTPTransport(verify=False))

    def queue(self, route: Route, *behaviours: Behaviour) -> None:
        """Answer the route's next requests like this, one each."""
        self._queued[route].extend(behaviours)

    def always(self, route: Route, behaviour: Behaviour) -> None:
        """Answer the route's requests like this from now on; ``GOOD`` ends it."""
        self._lasting[route] = behaviour

    def all_routes(self, behaviour: Behaviour) -> None:
        """Answer every request like this from now on; ``GOOD`` ends it."""
        self._lasting = dict.fromkeys(Route, behaviour)

    def close_port(self) -> None:
        """Refuse connections from now on."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def open_port(self) -> None:
        """Take connections, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def count(self, route: Route | None = None) -> int:
        """Return how many requests came, for a route or for all."""
        return sum(route is None or _route(target) == route for target in self.targets)

    async def asked(self, route: Route, times: int = 1) -> None:
        """Wait until a route has been asked so many times."""
        async with self._arrival:
            await self._arrival.wait_for(lambda: self.count(route) >= times)

    async def outlast(
        self, work: Coroutine[Any, Any, T], answers: int, seconds: float, *others: Awaitable[object]
    ) -> T:
        """Do some work, and let time go by at once when answers hang.

        Args:
            work: The work; no time-out ends it sooner, and no pause of it ends.
            answers: How many answers must hang.
            seconds: The time that goes by then.
            others: What must have happened, too.
        """
        hung = self.hung + answers

        async def all_happened() -> None:
            async with self._arrival:
                await self._arrival.wait_for(lambda: self.hung >= hung)
            await asyncio.gather(*others)

        with steered_timers() as wait:
            working, happening = asyncio.create_task(work), asyncio.create_task(all_happened())
            await asyncio.wait((working, happening), return_when=asyncio.FIRST_COMPLETED)
            happening.cancel()
            wait(seconds)
            return await working

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._answer((await reader.readuntil(b"\r\n\r\n")).split()[1].decode(), writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            self._connections.discard(task)

    async def _answer(self, target: str, writer: asyncio.StreamWriter) -> None:
        route = _route(target)
        async with self._arrival:
            self.targets.append(target)
            self._arrival.notify_all()
        if route is None:
            listed = self.workers.get(target.partition("workers?type=")[2])
            await self._send(NOT_FOUND if listed is None else GOOD, listed, writer)
            return
        queued = self._queued[route]
        behaviour = queued.popleft() if queued else self._lasting.get(route, GOOD)
        if behaviour in HANGING:
            async with self._arrival:
                self.hung += 1
                self._arrival.notify_all()
        await self._send(behaviour, self.payloads[route], writer)

    async def _send(self, behaviour: Behaviour, payload: Any, writer: asyncio.StreamWriter) -> None:
        content = behaviour.change(payload)
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        half = len(body) // 2
        match behaviour.delivery:
            case Delivery.WHOLE:
                writer.write(_head(behaviour, len(body)) + body)
            case Delivery.RESET:
                connection: socket.socket = writer.get_extra_info("socket")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            case Delivery.CUT:
                writer.write(_head(behaviour, len(body)) + body[:half])
            case Delivery.NO_HEADERS:
                await self.release.wait()
                writer.write(_head(behaviour, len(body)) + body)
            case Delivery.HALF_A_BODY:
                writer.write(_head(behaviour, len(body)) + body[:half])
                await writer.drain()
                await self.release.wait()
                writer.write(body[half:])
            case Delivery.ENDLESS:
                writer.write(_head(behaviour, None))
                while not self.release.is_set():
                    writer.write(b" " * 1024)
                    await writer.drain()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self.release.wait(), 0.01)
        if not writer.is_closing():
            await writer.drain()


def _route(target: str) -> Route | None:
    """Return which question a request asks."""
    parts = urlsplit(target)
    path = parts.path.removeprefix("/api/v2/")
    types = parse_qs(parts.query).get("type", [])
    named = f"{path}?type={types[0]}" if types else path
    return next((route for route in Route if route == named), None)


def _head(behaviour: Behaviour, length: int | None) -> bytes:
    # The real server sends Retry-After with every answer; it means a wait only on a 429.
    headers = {"Content-Type": "application/json; charset=utf-8", "Server": "waitress", "Connection": "close"}
    if behaviour.status != HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = "60"
    if length is not None:
        headers["Content-Length"] = str(length)
    lines = [f"{name}: {value}" for name, value in (headers | dict(behaviour.headers)).items()]
    return "\r\n".join([f"HTTP/1.1 {behaviour.status} {HTTPStatus(behaviour.status).phrase}", *lines, "", ""]).encode()
