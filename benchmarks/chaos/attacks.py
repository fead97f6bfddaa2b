"""The attacks on a service, each for some seconds; what each sends is bounded, and goes to loopback alone."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path

from benchmarks import bodies
from benchmarks._servers import STATISTICS, Body, ReplayHorde, Served, workers_of
from benchmarks.soak import Redis
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY

HEADER_BYTES = 150_000_000
"""Length of the header that one client tries to send."""
SILENT_CONNECTIONS = 1_200
PLAN_CLIENTS = 7
GLOBS, ALLOWED_GLOBS = 50_000, 1_000
PAUSE = 0.2
"""Seconds between two rounds of an attack, so that it does not win by taking all processor time."""
CLOCK_STEPS = ("-2d", "+0", "+2d", "+0")


@dataclass(frozen=True)
class Target:
    """What is attacked.

    Attributes:
        ours: The service.
        horde: The Horde that it asks.
        redis: The Redis that its workers share.
        stop_postgres: Kills the database server of the history; the returned function starts it again.
        clock: The file that libfaketime reads the step of the service's clock from; None where it is not installed.
    """

    ours: Served
    horde: ReplayHorde
    redis: Redis
    postgres: Callable[[], Callable[[], None]] | None
    clock: Path | None


@dataclass(frozen=True)
class Attack:
    """One way to harm a service.

    Attributes:
        name: What the table of results calls it.
        run: Attacks for some seconds, and returns what came of it in a few words.
        keeps_p99: Whether hot reads must stay about as fast meanwhile.
        breaks_connections: Whether connections may end, because their process does.
    """

    name: str
    run: Callable[[Target, float], Awaitable[str]]
    keeps_p99: bool = True
    breaks_connections: bool = False


async def _body_from_the_horde(target: Target, seconds: float, body: Body) -> str:
    before = target.horde.requests.total()
    target.horde.instead = body
    try:
        await asyncio.sleep(seconds)
    finally:
        target.horde.instead = None
    return f"{target.horde.requests.total() - before} bodies of {len(body.content):,} bytes sent"


async def zstd_bomb(target: Target, seconds: float) -> str:
    """Answer for the Horde with a zstd body that decodes to gigabytes."""
    return await _body_from_the_horde(target, seconds, bodies.zstd_bomb())


async def gzip_bomb(target: Target, seconds: float) -> str:
    """Answer for the Horde with a gzip body within a gzip body."""
    return await _body_from_the_horde(target, seconds, Body(_gzip_bomb(), "gzip, gzip"))


async def small_objects(target: Target, seconds: float) -> str:
    """Answer for the Horde with millions of empty objects."""
    return await _body_from_the_horde(target, seconds, bodies.small_objects())


@cache
def _gzip_bomb() -> bytes:
    return gzip.compress(gzip.compress(bytes(2**28)))


async def header_flood(target: Target, seconds: float) -> str:
    """Send requests whose headers do not end."""
    until, sent, outcomes = _until(seconds), 0, Counter[str]()
    chunk = b"X-Flood: " + b"a" * 65_000 + b"\r\n"
    while _now() < until:
        reader, writer = await asyncio.open_connection("127.0.0.1", target.ours.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        length = 0
        with suppress(OSError):
            while length < HEADER_BYTES and not reader.at_eof() and not reader._buffer:  # type: ignore[attr-defined] # noqa: SLF001
                writer.write(chunk)
                await writer.drain()
                length += len(chunk)
        outcomes[await _status(reader)] += 1
        sent += length
        writer.close()
        await asyncio.sleep(PAUSE)
    return f"{sent / 1e6:,.1f} MB of headers sent; answered: {_listed(outcomes)}"


async def silent_connections(target: Target, seconds: float) -> str:
    """Open many connections and send nothing."""
    opened: list[asyncio.StreamWriter] = []
    refused = 0
    try:
        for _ in range(SILENT_CONNECTIONS):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", target.ours.port)
            except OSError:
                refused += 1
            else:
                opened.append(writer)
        await asyncio.sleep(seconds)
    finally:
        for writer in opened:
            writer.close()
    return f"{len(opened):,} opened, {refused:,} refused"


async def hostile_plans(target: Target, seconds: float) -> str:
    """Ask for plans under policies that cost as much as they can: the dearest that is allowed, and one far beyond."""
    category = MODEL_REFERENCE_CATEGORY.text_generation.value
    requests = cycle(_plan_request(category, globs) for globs in (ALLOWED_GLOBS, GLOBS))
    until, outcomes = _until(seconds), Counter[str]()

    async def client() -> None:
        while _now() < until:
            outcomes[await _exchange(target.ours.port, next(requests), until - _now())] += 1
            await asyncio.sleep(PAUSE)

    await asyncio.gather(*(client() for _ in range(PLAN_CLIENTS)))
    return f"answered: {_listed(outcomes)}"


def _plan_request(category: str, globs: int) -> bytes:
    policy = {"protect": {"names": [f"*a*b*c*{number}*d*" for number in range(globs)]}}
    body = json.dumps({"policy": policy}).encode()
    head = f"POST /api/model_references/v2/{category}/deletion-plan HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    return (head + f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


async def unknown_names(target: Target, seconds: float) -> str:
    """Ask for models that do not exist, by names as long as a URL allows."""
    until, outcomes = _until(seconds), Counter[str]()
    number = 0
    while _now() < until:
        number += 1
        name = f"{number:06}" + "ab-" * 100
        category = MODEL_REFERENCE_CATEGORY.text_generation.value
        target_path = f"{STATISTICS}/{category}/deletion-risk/{name}"
        request = f"GET {target_path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        outcomes[await _exchange(target.ours.port, request, 10)] += 1
        await asyncio.sleep(PAUSE / 10)
    return f"answered: {_listed(outcomes)}"


async def redis_killed(target: Target, seconds: float) -> str:
    """Kill Redis, and start it again after half the time."""
    await asyncio.to_thread(target.redis.stop)
    await asyncio.sleep(seconds / 2)
    await asyncio.to_thread(target.redis.start)
    await asyncio.sleep(seconds / 2)
    return "killed and started"


async def postgres_killed(target: Target, seconds: float) -> str:
    """Kill the history's database, and start it again after half the time."""
    if target.postgres is None:
        return "skipped: PostgreSQL is not installed (Debian and Ubuntu: apt-get install postgresql)"
    start = await asyncio.to_thread(target.postgres)
    await asyncio.sleep(seconds / 2)
    await asyncio.to_thread(start)
    await asyncio.sleep(seconds / 2)
    return "killed and started"


async def worker_killed(target: Target, seconds: float) -> str:
    """Kill one worker; the service starts another."""
    before = set(workers_of(target.ours.process.pid))
    os.kill(min(before), signal.SIGKILL)
    await asyncio.sleep(seconds)
    return f"{len(set(workers_of(target.ours.process.pid)) - before)} new worker"


async def clock_steps(target: Target, seconds: float) -> str:
    """Step the service's clock back and forth by two days."""
    if target.clock is None:
        return "skipped: libfaketime is not installed (Debian and Ubuntu: apt-get install faketime)"
    for step in CLOCK_STEPS:
        target.clock.write_text(step, encoding="utf-8")
        await asyncio.sleep(seconds / len(CLOCK_STEPS))
    return f"steps {', '.join(CLOCK_STEPS)}"


ATTACKS: tuple[Attack, ...] = (
    Attack("zstd bomb from the Horde", zstd_bomb),
    Attack("gzip in gzip from the Horde", gzip_bomb),
    Attack("60 MB of small objects from the Horde", small_objects),
    Attack("header flood", header_flood),
    Attack("silent connections", silent_connections),
    Attack("hostile plans", hostile_plans),
    Attack("unknown names", unknown_names),
    Attack("Redis killed", redis_killed, keeps_p99=False),
    Attack("PostgreSQL killed", postgres_killed, keeps_p99=False),
    Attack("clock steps", clock_steps, keeps_p99=False),
    Attack("worker killed", worker_killed, keeps_p99=False, breaks_connections=True),
)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _until(seconds: float) -> float:
    return _now() + seconds


async def _exchange(port: int, request: bytes, patience: float) -> str:
    """Send a request over a connection of its own; return the status, or how it failed."""
    try:
        async with asyncio.timeout(max(1.0, patience)):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(request)
                return await _status(reader)
            finally:
                writer.close()
    except OSError as error:
        return type(error).__name__


async def _status(reader: asyncio.StreamReader) -> str:
    with suppress(OSError):
        line = await reader.readline()
        return line.split(b" ")[1].decode("ascii") if line.count(b" ") else "closed"
    return "closed"


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} times {what}" for what, count in counts.most_common()) or "nothing"
