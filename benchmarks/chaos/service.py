"""The service under attack: steady hot reads, calm and attacked in turn, and what changes for them."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median, quantiles

from tests.support.postgres import PostgresServer, binaries

from benchmarks._report import Section, SkippedError, Table
from benchmarks._servers import (
    STATISTICS,
    ReplayHorde,
    Served,
    ask,
    described_inputs,
    memory_mb,
    prefixed,
    serving,
    wait_for,
    workers_of,
)
from benchmarks.chaos.attacks import ATTACKS, Attack, Target
from benchmarks.soak import SETTINGS, Client, Question, Redis, Seen
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY

WORKERS = 2
READS_A_SECOND = 200.0
MOST_P99_RATIO = 2.0
LEAST_P99_MS = 5.0
"""Latencies below this are no worse than calm ones: at such speeds a machine's own noise is larger."""
LEAST_READS = 1_000
"""Reads of an attack below which its p99 says nothing; only a long run has goals of speed."""
MOST_MEMORY_MB = 600.0
LEAST_PRIORITY = 19
LIBFAKETIME = tuple(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


class HotReads:
    """The mix of questions of the steady readers: answers that are in memory."""

    def __init__(self) -> None:
        targets = [f"{STATISTICS}/{category.value}/deletion-risk?limit=50" for category in _CATEGORIES]
        self._questions = [Question(target) for target in targets]
        self._at = 0

    def next(self) -> Question:
        """Return the next question."""
        self._at += 1
        return self._questions[self._at % len(self._questions)]


_CATEGORIES = (MODEL_REFERENCE_CATEGORY.image_generation, MODEL_REFERENCE_CATEGORY.text_generation)


@dataclass(frozen=True)
class Round:
    """One attack, with the calm before it.

    Attributes:
        attack: The attack.
        outcome: What came of it.
        calm: The reads before it.
        attacked: The reads meanwhile.
        peak_mb: The largest resident memory of a worker afterwards, in MB.
    """

    attack: Attack
    outcome: str
    calm: Seen
    attacked: Seen
    peak_mb: float


def run(section: Section, *, seconds: float) -> None:
    """Attack a service for some seconds, and add what was seen to a section.

    Raises:
        SkippedError: A program that it needs is not installed.
    """
    if find_spec("redis") is None or find_spec("asyncpg") is None:
        raise SkippedError("the clients of Redis and PostgreSQL are not installed (pip install -e '.[redis,postgres]')")
    with ExitStack() as stack:
        target = _started(stack)
        figures = _figures(target.ours)
        rounds = asyncio.run(_rounds(target, seconds / len(ATTACKS) / 2))
        wait_for(target.ours.port, "/api/readiness", target.ours.process)
        _add(section, rounds, unchanged=_figures(target.ours) == figures)


def _started(stack: ExitStack) -> Target:
    redis, horde = stack.enter_context(Redis()), stack.enter_context(ReplayHorde())
    settings = dict(SETTINGS) | {"REDIS__URL": f"redis://127.0.0.1:{redis.port}/0", "REDIS__KEY_PREFIX": "chaos"}
    programs, postgres = binaries(), None
    if programs is not None:
        postgres = stack.enter_context(PostgresServer(programs))
        settings["HISTORY__URL"] = postgres.url
    clock = stack.enter_context(_steerable_clock())
    ours = stack.enter_context(serving(horde, workers=WORKERS, environment=prefixed(settings) | _faked(clock)))
    for _ in range(20):
        wait_for(ours.port, "/api/readiness", ours.process)
    return Target(ours, horde, redis, _killer(postgres) if postgres is not None else None, clock)


def _killer(postgres: PostgresServer) -> Callable[[], Callable[[], None]]:
    def kill() -> Callable[[], None]:
        postgres.kill()
        return postgres.start

    return kill


@contextmanager
def _steerable_clock() -> Iterator[Path | None]:
    """Give the file that holds the step of a service's clock; None where libfaketime is not installed."""
    if not LIBFAKETIME:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        clock = Path(folder) / "clock"
        clock.write_text("+0", encoding="utf-8")
        yield clock


def _faked(clock: Path | None) -> dict[str, str]:
    if clock is None:
        return {}
    return {
        "LD_PRELOAD": str(LIBFAKETIME[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # A mend for old C libraries, which makes waiting threads slow.
    }


def read_hot(port: int, seconds: float) -> Seen:
    """Ask a service for hot answers for some seconds; run in a process that does nothing else."""
    return asyncio.run(Client(port, HotReads()).ask_for(seconds, READS_A_SECOND))


async def _rounds(target: Target, seconds: float) -> list[Round]:
    """Attack in turn.

    The reads have a process of their own, and the attacks leave the processors to others: an attacker far away takes
    no time from the machine of the service, nor from those who measure.
    """
    loop, port = asyncio.get_running_loop(), target.ours.port
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as reader:
        await loop.run_in_executor(reader, read_hot, port, min(seconds, 2.0))  # Warms up.
        os.nice(LEAST_PRIORITY)
        found = []
        for attack in ATTACKS:
            calm = await loop.run_in_executor(reader, read_hot, port, seconds)
            attacked, outcome = await asyncio.gather(
                loop.run_in_executor(reader, read_hot, port, seconds), attack.run(target, seconds)
            )
            peak = max((memory_mb(pid, "VmHWM") or 0.0) for pid in workers_of(target.ours.process.pid))
            found.append(Round(attack, outcome, calm, attacked, peak))
    return found


def _figures(ours: Served) -> object:
    answers = [
        json.loads(ask(ours.port, f"{STATISTICS}/{category.value}/deletion-risk").body) for category in _CATEGORIES
    ]
    return [[(row["name"], row["usage_month"], row["worker_count"]) for row in answer["models"]] for answer in answers]


def _add(section: Section, rounds: list[Round], *, unchanged: bool) -> None:
    calm = median(_p99_ms(found.calm) for found in rounds)
    errors = sum(_server_errors(found.calm) + _server_errors(found.attacked) for found in rounds)
    broken = Counter[str]()
    for found in rounds:
        broken.update(found.calm.wrong)
        if not found.attack.breaks_connections:
            broken.update(found.attacked.wrong)
    peak = max(found.peak_mb for found in rounds)
    answers = sum(found.calm.answers + found.attacked.answers for found in rounds)
    checks = [
        ("no 5xx while a usable table exists", f"{errors} of {answers:,}", errors == 0),
        ("no broken connection, but where a worker was killed", str(dict(broken) or "none"), not broken),
        ("the figures are the same afterwards", "the same" if unchanged else "changed", unchanged),
        (f"memory of a worker at most {MOST_MEMORY_MB:.0f} MB", f"{peak:.0f} MB", peak <= MOST_MEMORY_MB),
    ]
    for found in rounds:
        if found.attack.keeps_p99 and len(found.attacked.seconds) >= LEAST_READS:
            limit = max(calm * MOST_P99_RATIO, LEAST_P99_MS)
            p99 = _p99_ms(found.attacked)
            goal = f"{found.attack.name}: p99 of hot reads below {MOST_P99_RATIO:g} times the calm one"
            checks.append((goal, f"{p99:.1f} ms against {calm:.1f} ms", p99 < limit))
    section.add(
        f"{described_inputs()} {WORKERS} workers, Redis, PostgreSQL; {READS_A_SECOND:g} hot reads a second by the "
        f"clock, calm and attacked in turn. The calm p99 is the median of all calm rounds: {calm:.1f} ms.",
        Table(("goal", "seen", "verdict"), [[what, how, section.check(what, met=met)] for what, how, met in checks]),
        Table(
            ("attack", "what came of it", "p99", "longest", "memory of a worker"),
            [
                [
                    found.attack.name,
                    found.outcome,
                    f"{_p99_ms(found.attacked):.1f} ms",
                    f"{1000 * max(found.attacked.seconds, default=0):.0f} ms",
                    f"at most {found.peak_mb:.0f} MB so far",
                ]
                for found in rounds
            ],
        ),
    )


def _p99_ms(seen: Seen) -> float:
    return 1000 * quantiles(seen.seconds, n=100)[98] if len(seen.seconds) > 1 else float("inf")


def _server_errors(seen: Seen) -> int:
    return sum(count for status, count in seen.statuses.items() if status >= 500)
