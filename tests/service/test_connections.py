"""Bounds on connections, at real sockets, with every event loop and both parsers."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from horde_model_reference.service import connections
from horde_model_reference.service.connections import RESERVE, BoundedConfig, BoundedConnection, ConnectionLimits
from horde_model_reference.service.server import BACKLOG, H11, HTTPTOOLS, fitted, listen
from tests.support.clock import steered_timers
from tests.support.waiting import PATIENCE, eventually

LIMITS = ConnectionLimits(head_bytes=16_384, head_seconds=60, connections=100)
PARSERS = [HTTPTOOLS, H11]
LOOPS: list[Callable[[], asyncio.AbstractEventLoop]] = [asyncio.new_event_loop, uvloop.new_event_loop]


class Inner:
    """An app that reads the body and answers, ``/slow`` only when it is let."""

    def __init__(self) -> None:
        self.arrived = asyncio.Semaphore(0)
        self.go_on = asyncio.Event()
        self.headers: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/slow":
            self.arrived.release()
            await self.go_on.wait()
        while (await receive()).get("more_body") and scope["path"] != "/unread":
            pass
        self.headers = scope["headers"]
        body = b"done" * (250_000 if scope["path"] == "/large" else 1)
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Service:
    """A server on a socket of this machine, and the app behind it."""

    def __init__(self, server: uvicorn.Server, inner: Inner, address: tuple[str, int]) -> None:
        self.server = server
        self.inner = inner
        self.address = address

    @property
    def open(self) -> set[BoundedConnection]:
        """The connections that the server holds."""
        return self.server.server_state.connections  # type: ignore[return-value]

    async def connect(self, sent: bytes = b"") -> Client:
        """Open a connection, and send something."""
        reader, writer = await asyncio.open_connection(*self.address)
        writer.write(sent)
        return Client(reader, writer)

    async def ask(self, sent: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send something on a connection of its own, and return the first answer's status, headers and body."""
        client = await self.connect(sent)
        answer = await client.answer()
        client.close()
        return answer


class Client:
    """One connection as a client has it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Return the next answer's status, headers and body."""
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE)).decode()
        status, *lines = head.rstrip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await asyncio.wait_for(self.reader.readexactly(int(headers["content-length"])), PATIENCE)
        return int(status.split()[1]), headers, body

    async def ended(self) -> bytes:
        """Wait until the server closes the connection, and return what it still sent."""
        try:
            return await asyncio.wait_for(self.reader.read(), PATIENCE)
        except ConnectionResetError:
            return b""
        finally:
            self.close()

    async def send_on(self, sent: bytes) -> None:
        """Send the same thing again and again."""
        for _ in range(100_000):
            self.writer.write(sent)
            await asyncio.wait_for(self.writer.drain(), PATIENCE)
            await asyncio.sleep(0)

    def close(self) -> None:
        """Close the connection."""
        self.writer.close()


@asynccontextmanager
async def serving(parser: str = HTTPTOOLS, **limits: Any) -> AsyncIterator[Service]:
    """Serve on a free port until the block ends."""
    inner = Inner()
    config = BoundedConfig(
        inner,
        replace(LIMITS, **limits),
        http=parser,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=logging.ERROR,
        timeout_keep_alive=10 * PATIENCE,  # The 5 seconds of uvicorn's own may pass between two requests of a test.
    )
    config.load()
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup([listener])
    ticking = asyncio.create_task(server.main_loop())
    try:
        yield Service(server, inner, listener.getsockname())
    finally:
        inner.go_on.set()
        server.should_exit = True
        await ticking
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        await server.shutdown([listener])


def run(make_loop: Callable[[], asyncio.AbstractEventLoop], work: Callable[[], Awaitable[None]]) -> None:
    """Run a coroutine on an event loop of a kind."""

    async def working() -> None:
        await work()

    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(working())


GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
SLOW = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"


def get(head_bytes: int) -> bytes:
    """Return a request whose head has so many bytes."""
    request = b"GET / HTTP/1.1\r\nHost: x\r\nPadding: %b\r\n\r\n"
    return request % (b"x" * (head_bytes - len(request % b"")))


@pytest.mark.parametrize("make_loop", LOOPS, ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("parser", PARSERS, ids=["httptools", "h11"])
def test_accepted_connections_do_not_delay_small_answers(
    make_loop: Callable[[], asyncio.AbstractEventLoop], parser: str
) -> None:
    async def work() -> None:
        async with serving(parser) as service:
            client = await service.connect(GET)
            assert (await client.answer())[0] == 200
            (accepted,) = service.open
            found = socket.socket(fileno=socket.dup(accepted.transport.get_extra_info("socket").fileno()))
            with found:
                assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            client.close()

    run(make_loop, work)


@pytest.mark.parametrize("make_loop", LOOPS, ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("parser", PARSERS, ids=["httptools", "h11"])
class TestBothParsersAndLoops:
    """What holds whatever the server stands on."""

    def test_a_head_may_be_as_long_as_the_limit(
        self, make_loop: Callable[[], asyncio.AbstractEventLoop], parser: str
    ) -> None:
        async def work() -> None:
            async with serving(parser) as service:
                for length, status in ((LIMITS.head_bytes, 200), (LIMITS.head_bytes + 1, 431), (200_000, 431)):
                    assert (await service.ask(get(length)))[0] == status

        run(make_loop, work)

    def test_a_head_without_end_is_refused_while_it_arrives(
        self, make_loop: Callable[[], asyncio.AbstractEventLoop], parser: str
    ) -> None:
        async def work() -> None:
            async with serving(parser) as service:
                for begin in (b"GET /", b"GET / HTTP/1.1\r\nX: ", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 100):
                    client = await service.connect(begin)
                    for _ in range(1_000):
                        client.writer.write(b"y" * 1_000)
                        if client.reader.at_eof() or client.writer.transport.is_closing():
                            break
                        await asyncio.sleep(0)
                    status, headers, body = await client.answer()
                    assert (status, headers["connection"], json.loads(body)["code"]) == (
                        431,
                        "close",
                        "headers_too_long",
                    )
                    assert f"{LIMITS.head_bytes:,}" in json.loads(body)["detail"]
                    await client.ended()

        run(make_loop, work)

    def test_requests_sent_in_one_go_are_told_apart(
        self, make_loop: Callable[[], asyncio.AbstractEventLoop], parser: str
    ) -> None:
        async def work() -> None:
            async with serving(parser) as service:
                client = await service.connect(GET * 500 + GET[:10])
                for _ in range(500):
                    assert (await client.answer())[0] == 200
                client.writer.write(GET[10:])
                assert (await client.answer())[0] == 200
                client.close()

        run(make_loop, work)

    def test_whoever_sends_nothing_is_closed(
        self, make_loop: Callable[[], asyncio.AbstractEventLoop], parser: str
    ) -> None:
        async def work() -> None:
            async with serving(parser, head_seconds=0.01) as service:
                assert await (await service.connect()).ended() == b""

        run(make_loop, work)

    def test_the_longest_waiting_go_where_there_are_too_many(
        self, make_loop: Callable[[], asyncio.AbstractEventLoop], parser: str
    ) -> None:
        async def work() -> None:
            async with serving(parser, connections=20) as service:
                busy = await service.connect(SLOW)
                await service.inner.arrived.acquire()
                silent = [await service.connect() for _ in range(60)]
                assert (await service.ask(GET))[0] == 200
                for client in silent[:40]:
                    assert await client.ended() == b""
                assert len(service.open) <= 20
                service.inner.go_on.set()
                assert (await busy.answer())[0] == 200
                for client in (*silent, busy):
                    client.close()

        run(make_loop, work)

    def test_health_is_told_where_all_are_busy(
        self, make_loop: Callable[[], asyncio.AbstractEventLoop], parser: str
    ) -> None:
        async def work() -> None:
            async with serving(parser, connections=3) as service:
                busy = [await service.connect(SLOW) for _ in range(3)]
                for _ in busy:
                    await service.inner.arrived.acquire()
                status, headers, body = await service.ask(GET)
                assert (status, headers["connection"], json.loads(body)["code"]) == (503, "close", "service_busy")
                for path in (b"/api/heartbeat", b"/api/readiness", b"/api/metrics"):
                    assert (await service.ask(GET.replace(b"/", path, 1)))[0] == 200
                service.inner.go_on.set()
                assert [(await client.answer())[0] for client in busy] == [200] * 3
                assert (await service.ask(GET))[0] == 200
                for client in busy:
                    client.close()

        run(make_loop, work)


@pytest.mark.parametrize("parser", PARSERS, ids=["httptools", "h11"])
async def test_whoever_sends_no_whole_head_is_told(parser: str) -> None:
    async with serving(parser) as service:
        with steered_timers() as wait:
            halfway, after = [await service.connect(sent) for sent in (GET[:20], GET + GET[:20])]
            assert (await after.answer())[0] == 200
            await eventually(lambda: all(connection.head_begun for connection in service.open))
            wait(LIMITS.head_seconds)
            for client in (halfway, after):
                assert (await client.answer())[0] == 408
                assert await client.ended() == b""


@pytest.mark.parametrize("parser", PARSERS, ids=["httptools", "h11"])
async def test_a_request_under_way_is_waited_for(parser: str) -> None:
    async with serving(parser) as service:
        with steered_timers() as wait:
            busy = await service.connect(SLOW)
            await service.inner.arrived.acquire()
            for _ in range(3):
                silent = await service.connect()
                await eventually(lambda: len(service.open) == 2)
                wait(LIMITS.head_seconds)
                await silent.ended()
            service.inner.go_on.set()
            assert (await busy.answer())[0] == 200
            busy.close()


@pytest.mark.parametrize("parser", PARSERS, ids=["httptools", "h11"])
async def test_nobody_is_let_in_beyond_the_reserve(parser: str) -> None:
    async with serving(parser, connections=2) as service:
        busy = [await service.connect(SLOW) for _ in range(2)]
        for _ in busy:
            await service.inner.arrived.acquire()
        for _ in range(3 * RESERVE):
            busy.append(await service.connect())
            assert len(service.open) <= 2 + RESERVE
        assert (await service.ask(GET.replace(b"/", b"/api/heartbeat", 1)))[0] == 200
        for client in busy:
            client.close()


@pytest.mark.parametrize("parser", PARSERS, ids=["httptools", "h11"])
async def test_what_is_sent_after_the_answer_is_bounded(parser: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that nobody reads, and trailers, which uvicorn would keep."""
    monkeypatch.setattr(connections, "MESSAGE_BYTES", 200_000)
    head = b"POST /unread HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with serving(parser) as service:
        for body in (b"400\r\n%b\r\n" % (b"x" * 1024), b"0\r\n" + b"Trailer: " + b"x" * 1024):
            client = await service.connect(head)
            with pytest.raises(ConnectionError):
                await client.send_on(body)
            client.close()


@pytest.mark.parametrize("parser", PARSERS, ids=["httptools", "h11"])
async def test_a_client_that_takes_nothing_is_left(parser: str) -> None:
    async with serving(parser, head_seconds=0.1) as service:
        client = await service.connect()
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        with pytest.raises(ConnectionError):
            await client.send_on(GET.replace(b"/", b"/large", 1))
        client.close()


async def test_requests_that_wait_behind_others_are_bounded() -> None:
    """By reading no more while some wait, and of those that arrive in one go by their number."""
    async with serving() as service:
        client = await service.connect(SLOW)
        await service.inner.arrived.acquire()
        client.writer.write(GET * 2_000)
        assert await client.ended() == b""


@pytest.mark.parametrize("parser", PARSERS, ids=["httptools", "h11"])
async def test_what_is_no_http_is_a_problem_too(parser: str) -> None:
    async with serving(parser) as service:
        status, headers, body = await service.ask(b"\x16\x03\x01 nonsense\r\n\r\n")
        assert (status, headers["content-type"]) == (400, "application/problem+json")
        assert json.loads(body)["code"] == "request_malformed"


@pytest.mark.parametrize(
    ("files", "asked", "connections_", "backlog"),
    [
        (20_000, 1024, 1024, BACKLOG),
        (1024, 1024, 755, 125),
        (1024, 100, 100, 780),
        (256, 1024, 96, 16),
        (10, 1024, 1, 1),
    ],
)
def test_connections_fit_into_the_files_that_may_be_open(
    files: int, asked: int, connections_: int, backlog: int
) -> None:
    limits, kept = fitted(replace(LIMITS, connections=asked), files)
    assert (limits.connections, kept) == (connections_, backlog)
