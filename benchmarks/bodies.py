"""What hostile bodies cost: the longest pause of the event loop, and memory, against parsers without limits."""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import zstandard
from pydantic_core import from_json

from benchmarks._report import Section, Table
from benchmarks._servers import ROOT, Body, ReplayHorde, memory_mb
from horde_model_reference.bodies import read_body
from horde_model_reference.body_limits import DEFAULT_LIMITS, BodyLimits
from horde_model_reference.http_client import make_client
from horde_model_reference.integrations.horde_api_json import loads
from horde_model_reference.thread_pool import run_in_thread

BODY_BYTES = 60_000_000
BOMB_BYTES = 2**32
MOST_STALL_MS = 100.0
MOST_MB = 300.0
TICK = 0.001
CHILD_SECONDS = 120


@cache
def zstd_bomb() -> Body:
    """Return a small body that decodes to gigabytes."""
    compressor = zstandard.ZstdCompressor(level=3).compressobj(size=BOMB_BYTES)
    block = bytes(2**24)
    parts = [compressor.compress(block) for _ in range(BOMB_BYTES // len(block))]
    return Body(b"".join([*parts, compressor.flush()]), "zstd")


@cache
def small_objects() -> Body:
    """Return a body of millions of empty objects."""
    return Body(b"[" + b"{}," * (BODY_BYTES // 3) + b"{}]", "identity")


BODIES: dict[str, Callable[[], Body]] = {
    "small objects": small_objects,
    "one number": lambda: Body(b'{"a": ' + b"7" * BODY_BYTES + b"}", "identity"),
    "one string": lambda: Body(b'{"a": "' + b"x" * BODY_BYTES + b'"}', "identity"),
    "brackets in brackets": lambda: Body(b"[" * BODY_BYTES, "identity"),
    "zstd of 4 GiB": zstd_bomb,
    "gzip of 256 MiB": lambda: Body(gzip.compress(bytes(2**28)), "gzip"),
}
"""Bodies of 60 MB, or that decode to more."""

ROOMY = BodyLimits(max_bytes=2**26)
"""Limits under which bodies of 60 MB get as far as the parser."""

READERS: dict[str, tuple[BodyLimits, Callable[[bytes], Any]]] = {
    "ours": (DEFAULT_LIMITS, loads),
    "ours, to 64 MiB": (ROOMY, lambda body: loads(body, ROOMY)),
    "json": (ROOMY, json.loads),
    "pydantic-core": (ROOMY, from_json),
}
"""How a body is read: the limits of its bytes, and the parser."""


@dataclass(frozen=True)
class Cost:
    """What reading a body cost.

    Attributes:
        outcome: The error, or that it was read.
        stall_ms: The longest pause of the event loop, in milliseconds.
        peak_mb: Resident memory at most, above what it was before, in MB.
    """

    outcome: str
    stall_ms: float
    peak_mb: float


def run(*, quick: bool) -> Section:
    """Read every body in every way, each in a fresh process."""
    section = Section("Hostile bodies")
    rows = []
    for name, make in BODIES.items():
        with ReplayHorde() as horde:
            horde.instead = make()
            for reader in ("ours",) if quick else READERS:
                cost = _in_a_process(horde.url, reader)
                goal = "none"
                if reader == "ours":
                    met = cost.stall_ms <= MOST_STALL_MS and cost.peak_mb <= MOST_MB
                    goal = section.check(f"{name}: {cost.stall_ms:.0f} ms, {cost.peak_mb:.0f} MB", met=met)
                rows.append([name, reader, cost.outcome, f"{cost.stall_ms:.0f} ms", f"{cost.peak_mb:,.0f} MB", goal])
    section.add(
        f"Bodies of {BODY_BYTES / 1e6:.0f} MB, or that decode to more, from a server on loopback, each read in a fresh "
        "process: the longest pause of its event loop, and its memory above what it held before. The other parsers get "
        f"bodies of up to {ROOMY.max_bytes / 2**20:.0f} MiB. Goals: at most {MOST_STALL_MS:.0f} ms and "
        f"{MOST_MB:.0f} MB.",
        Table(("body", "read by", "outcome", "longest pause", "memory", "goal"), rows),
    )
    return section


def _in_a_process(url: str, reader: str) -> Cost:
    command = [sys.executable, "-m", "benchmarks.bodies", url, reader]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=CHILD_SECONDS, check=False)
    if done.returncode:
        return Cost(f"the process ended: {done.stderr.strip().splitlines()[-1:]}", float("inf"), float("inf"))
    return Cost(**json.loads(done.stdout))


async def measure(url: str, reader: str) -> Cost:
    """Read the answer of a server while the event loop ticks."""
    limits, parse = READERS[reader]
    before = memory_mb("self", "VmRSS") or 0.0
    longest, ended = 0.0, asyncio.Event()

    async def tick() -> None:
        nonlocal longest
        last = time.perf_counter()
        while not ended.is_set():
            await asyncio.sleep(TICK)
            longest, last = max(longest, time.perf_counter() - last), time.perf_counter()

    ticking = asyncio.create_task(tick())
    try:
        async with make_client(CHILD_SECONDS) as client, client.stream("GET", url) as answer:
            await run_in_thread(parse, await read_body(answer, limits))
        outcome = "read"
    except (ValueError, RecursionError, MemoryError) as error:
        outcome = str(error).partition(";")[0][:60]
    ended.set()
    await ticking
    return Cost(outcome, 1000 * longest, (memory_mb("self", "VmHWM") or 0.0) - before)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("reader", choices=READERS)
    print(json.dumps(vars(asyncio.run(measure(**vars(parser.parse_args()))))))
