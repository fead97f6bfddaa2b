"""Warm requests per second and latency, against a bare ASGI app that sends the same bytes and headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

from benchmarks._load import CONNECTIONS, Load, Question, load, need_wrk
from benchmarks._report import Section, Table, spread
from benchmarks._servers import (
    STATISTICS,
    Answer,
    BenchmarkError,
    Cores,
    ReplayHorde,
    Served,
    ask,
    described_inputs,
    serving,
    serving_bare,
    wait_for,
)
from horde_model_reference.analytics.filter_presets import PRESETS

IMAGE = f"{STATISTICS}/image_generation/deletion-risk"
TEXT = f"{STATISTICS}/text_generation/deletion-risk"
GZIP = {"Accept-Encoding": "gzip"}

LEAST_RATIO = 0.8
MOST_P99_RATIO = 1.5


@dataclass(frozen=True)
class Case:
    """One question that is asked over and over."""

    name: str
    target: str
    headers: Mapping[str, str] = field(default_factory=lambda: GZIP)
    revalidating: bool = False


CASES: tuple[Case, ...] = (
    Case("image, all", IMAGE),
    Case("text, all", TEXT),
    Case("image, limit=50", f"{IMAGE}?limit=50"),
    *(Case(f"image, preset={name}", f"{IMAGE}?preset={name}") for name in PRESETS),
    Case("text, grouped", f"{TEXT}?group_text_models=true"),
    Case("text, all, 304", TEXT, revalidating=True),
    Case("older clients: text, with-stats", f"{STATISTICS}/text_generation/with-stats"),
    Case("older clients: text, statistics", f"{STATISTICS}/text_generation"),
    Case("older clients: text, records", "/api/model_references/v2/text_generation"),
)


PROCESSES = 3


@dataclass(frozen=True)
class Effort:
    """How long and how often each case is measured."""

    rounds: int
    seconds: int
    warm_up: int


def run(*, quick: bool) -> Section:
    """Measure every case."""
    need_wrk()
    effort = Effort(rounds=2, seconds=1, warm_up=1) if quick else Effort(rounds=15, seconds=1, warm_up=1)
    section = Section("Throughput of warm answers")
    cores = Cores.apart()
    with ExitStack() as stack:
        horde = stack.enter_context(ReplayHorde())
        ours = [stack.enter_context(serving(horde, cores=cores.server)) for _ in range(PROCESSES)]
        for served in ours:
            wait_for(served.port, "/api/readiness", served.process)
        rows = [_measured(case, ours, cores, effort, section) for case in CASES]
    section.add(
        f"{described_inputs()} {effort.rounds} rounds in turn of {effort.seconds} s after {effort.warm_up} s of "
        f"warm-up, spread over {PROCESSES} processes each, since a process may be lucky in its memory; "
        f"{CONNECTIONS} connections; {cores}. Ratios are ours to the bare app's, per pair of rounds: median "
        f"(range). Goals: at least {LEAST_RATIO} of the requests per second, p99 at most {MOST_P99_RATIO} times.",
        Table(
            (
                "case",
                "bytes",
                "ours/s",
                "bare/s",
                "ratio",
                "p99 ours",
                "p99 bare",
                "p99 ratio",
                "CPU ours / bare",
                "server busy",
                "goal",
            ),
            rows,
        ),
    )
    return section


def _measured(case: Case, ours: Sequence[Served], cores: Cores, effort: Effort, section: Section) -> list[str]:
    _, answer = _asked(case, ours[0])
    with ExitStack() as stack:
        pairs = [(served, stack.enter_context(serving_bare(answer, cores=cores.server))) for served in ours]
        rounds = []
        for at in range(-len(pairs), effort.rounds):
            pair = pairs[at % len(pairs)]
            question, _ = _asked(case, pair[0])
            seconds = effort.warm_up if at < 0 else effort.seconds
            both = [load(served, question, seconds=seconds, cores=cores.client) for served in pair]
            if at >= 0:
                rounds.append(both)
    rates = [our.per_second / its.per_second for our, its in rounds]
    tails = [our.p99_ms / its.p99_ms for our, its in rounds]
    busy = [seen.busy for both in rounds for seen in both if seen.busy is not None]
    met = median(rates) >= LEAST_RATIO and median(tails) <= MOST_P99_RATIO
    return [
        case.name,
        f"{len(answer.body):,}",
        f"{median(our.per_second for our, _ in rounds):,.0f}",
        f"{median(its.per_second for _, its in rounds):,.0f}",
        spread(rates),
        f"{median(our.p99_ms for our, _ in rounds):.2f} ms",
        f"{median(its.p99_ms for _, its in rounds):.2f} ms",
        spread(tails),
        _cpu([our for our, _ in rounds], [its for _, its in rounds]),
        f"at least {min(busy):.0%}" if busy else "unknown",
        section.check(f"{case.name}: {median(rates):.2f} of the rate, p99 {median(tails):.2f} times", met=met),
    ]


def _asked(case: Case, ours: Served) -> tuple[Question, Answer]:
    """Return the question of a case, and its answer; a tag is the present one, for tables are refreshed meanwhile."""
    headers = dict(case.headers)
    answer = _expected(ask(ours.port, case.target, headers), 200, case)
    if case.revalidating:
        headers["If-None-Match"] = answer.header("etag")
        answer = _expected(ask(ours.port, case.target, headers), 304, case)
    return Question(case.target, headers), answer


def _cpu(ours: list[Load], bares: list[Load]) -> str:
    """Return the processor time of an answer: what the servers really do, whatever else the machine is busy with."""
    our, its = ([seen.cpu_us for seen in loads if seen.cpu_us is not None] for loads in (ours, bares))
    return f"{median(our):.0f} / {median(its):.0f} µs" if our and its else "unknown"


def _expected(answer: Answer, status: int, case: Case) -> Answer:
    if answer.status != status:
        raise BenchmarkError(f"{case.name}: status {answer.status} instead of {status}")
    return answer
