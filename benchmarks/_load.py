"""Load by wrk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks._report import SkippedError
from benchmarks._servers import BenchmarkError, Served, cpu_seconds

CONNECTIONS = 16


@dataclass(frozen=True)
class Question:
    """What is asked over and over."""

    target: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Load:
    """What one round of load saw.

    Attributes:
        requests: Answers.
        failed: Those that were not one of success or took over two seconds, and connections that failed.
        per_second: Answers per second.
        p99_ms: The latency that 99 of 100 answers stayed under, in milliseconds.
        slowest_ms: The longest latency, in milliseconds.
        busy: The share of the time in which the server's process was on a processor, where the system tells.
        cpu_us: Microseconds of processor time that the server took for an answer, where the system tells.
    """

    requests: int
    failed: int
    per_second: float
    p99_ms: float
    slowest_ms: float
    busy: float | None
    cpu_us: float | None


def need_wrk() -> str:
    """Return where wrk is.

    Raises:
        SkippedError: Nowhere.
    """
    found = shutil.which("wrk")
    if found is None:
        raise SkippedError("the load generator wrk is not installed (Debian and Ubuntu: apt-get install wrk)")
    return found


def load(
    served: Served,
    question: Question,
    *,
    seconds: int,
    cores: frozenset[int] | None = None,
    connections: int = CONNECTIONS,
) -> Load:
    """Ask a server for one thing over and over, on several connections at once.

    Raises:
        BenchmarkError: An answer failed, or there was none.
    """
    seen = trying_load(served, question, seconds=seconds, cores=cores, connections=connections)
    if seen.failed:
        raise BenchmarkError(f"{seen.failed} of {seen.requests} answers failed: {question.target}")
    return seen


def trying_load(
    served: Served, question: Question, *, seconds: int, cores: frozenset[int] | None = None, connections: int
) -> Load:
    """Do what :func:`load` does, and count the answers that fail.

    Raises:
        BenchmarkError: There was no answer.
    """
    threads = min(len(cores), 2) if cores else 1
    command = [need_wrk(), f"-t{threads}", f"-c{connections}", f"-d{seconds}s"]
    command += ["-s", str(Path(__file__).with_name("wrk.lua"))]
    command += [part for name, value in question.headers.items() for part in ("-H", f"{name}: {value}")]
    command = _kept_on(cores, [*command, f"http://127.0.0.1:{served.port}{question.target}"])
    before, started = cpu_seconds(served.process.pid), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=True)
    after, took = cpu_seconds(served.process.pid), time.perf_counter() - started
    counted = json.loads(done.stdout.strip().splitlines()[-1])
    if not counted["requests"]:
        raise BenchmarkError(f"there was no answer: {question.target}")
    used = None if before is None or after is None else after - before
    return Load(
        requests=counted["requests"],
        failed=counted["bad"],
        per_second=counted["requests"] / counted["seconds"],
        p99_ms=counted["p99_ms"],
        slowest_ms=counted["max_ms"],
        busy=None if used is None else used / took,
        cpu_us=None if used is None else used / counted["requests"] * 1e6,
    )


def _kept_on(cores: frozenset[int] | None, command: list[str]) -> list[str]:
    taskset = shutil.which("taskset")
    if cores is None or taskset is None or not hasattr(os, "sched_setaffinity"):
        return command
    return [taskset, "-c", ",".join(str(core) for core in sorted(cores)), *command]
