"""Warm answers from nginx's cache beside our own, in one run."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.support.nginx import Nginx, program

from benchmarks._load import CONNECTIONS, Load, Question, load, need_wrk
from benchmarks._report import Section, SkippedError, Table, spread
from benchmarks._servers import (
    BenchmarkError,
    Cores,
    ReplayHorde,
    Served,
    ask,
    described_inputs,
    pinned,
    prefixed,
    serving,
    wait_for,
)
from benchmarks.throughput import CASES, Case

LEAST_RATIO = 3.0
MEASURED = ("image, all", "text, all", "image, limit=50", "text, grouped", "text, all, 304")
"""Cases of the throughput benchmark: long, short and empty bodies."""
LASTING = {"CACHE_TTL_SECONDS": "600", "DELETION_RISK_CACHE_TTL": "600"}
"""Times so long that no answer goes stale during the run: hits are measured."""


@dataclass(frozen=True)
class Pair:
    """Our service, and nginx in front of it, which are loaded in turn."""

    ours: Served
    cache: Served
    cores: Cores

    def load(self, question: Question, *, seconds: int) -> tuple[Load, Load]:
        """Load both, one after the other; every answer must be good."""
        first, second = (
            load(served, question, seconds=seconds, cores=self.cores.client) for served in (self.ours, self.cache)
        )
        return first, second


def run(*, quick: bool) -> Section:
    """Measure cases of the throughput benchmark.

    Raises:
        SkippedError: nginx or wrk is not installed.
    """
    need_wrk()
    if program() is None:
        raise SkippedError("nginx is not installed (Debian and Ubuntu: apt-get install nginx-light)")
    rounds, seconds = (2, 1) if quick else (5, 1)
    section, cores = Section("Behind nginx"), Cores.apart()
    with ExitStack() as stack:
        horde = stack.enter_context(ReplayHorde())
        ours = stack.enter_context(serving(horde, cores=cores.server, environment=prefixed(LASTING)))
        wait_for(ours.port, "/api/readiness", ours.process)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="benchmark-")))
        with pinned(cores.server):
            nginx = stack.enter_context(Nginx(folder, [f"127.0.0.1:{ours.port}"], workers="1"))
        pair = Pair(ours, Served(nginx.process, nginx.port), cores)
        rows = [_measured(case, pair, rounds, seconds, section) for case in CASES if case.name in MEASURED]
    section.add(
        f"{described_inputs()} One process of ours, and one worker of nginx with the configuration of "
        f"`examples/nginx`, asked in turn, {rounds} rounds of {seconds} s after one of warm-up; every answer of nginx "
        f"is a hit. {CONNECTIONS} connections; {cores}. Ratios are nginx's requests per second to ours, per pair of "
        f"rounds: median (range). Goal: at least {LEAST_RATIO:g}.",
        Table(("case", "bytes", "ours/s", "nginx/s", "ratio", "p99 ours", "p99 nginx", "goal"), rows),
    )
    return section


def _measured(case: Case, pair: Pair, rounds: int, seconds: int, section: Section) -> list[str]:
    headers = dict(case.headers)
    if case.revalidating:
        headers["If-None-Match"] = ask(pair.ours.port, case.target, headers).header("etag")
    ask(pair.cache.port, case.target, headers)
    hit = ask(pair.cache.port, case.target, headers)
    if hit.status != (304 if case.revalidating else 200) or hit.header("x-cache-status") != "HIT":
        raise BenchmarkError(f"{case.name}: status {hit.status}, {hit.header('x-cache-status')} instead of a hit")
    question = Question(case.target, headers)
    _warm_up, *loads = [pair.load(question, seconds=seconds) for _ in range(1 + rounds)]
    rates = [cached.per_second / ours.per_second for ours, cached in loads]
    return [
        case.name,
        f"{len(hit.body):,}",
        f"{median(ours.per_second for ours, _ in loads):,.0f}",
        f"{median(cached.per_second for _, cached in loads):,.0f}",
        spread(rates),
        f"{median(ours.p99_ms for ours, _ in loads):.2f} ms",
        f"{median(cached.p99_ms for _, cached in loads):.2f} ms",
        section.check(f"{case.name}: {median(rates):.2f} times our rate", met=median(rates) >= LEAST_RATIO),
    ]
