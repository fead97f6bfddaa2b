"""A soak: half the measured capacity for minutes, the Horde failing one call in three, Redis restarted twice."""

from __future__ import annotations

import asyncio
import json
import random
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any, Protocol, Self
from urllib.parse import quote

from benchmarks._report import Section, SkippedError, Table
from benchmarks._servers import (
    STATISTICS,
    Fault,
    ReplayHorde,
    Served,
    ask,
    catalogue_files,
    described_inputs,
    free_port,
    memory_mb,
    prefixed,
    running,
    serving,
    wait_for,
    wait_until_listening,
    workers_of,
)
from benchmarks.throughput import IMAGE
from horde_model_reference.analytics.filter_presets import PRESETS
from horde_model_reference.catalogue.catalogue import read_catalogue
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY

WORKERS = 2
CONNECTIONS = 16
CAPACITY_SECONDS = 10.0
SAMPLE_SECONDS = 2.0
REDIS_AWAY_SECONDS = 3.0
REDIS_RESTARTS = 2
MOST_GROWTH = 0.10
MANY = 40
"""Requests over connections of their own, so that every worker answers some of them."""
PAST = {"first_seen", "last_used", "trend_30d"}
"""Fields that come from the history, which begins with the run: they change rightly, whatever the Horde does."""
REJOIN_SECONDS = 6.0
"""Redis is tried again five seconds after it was found away."""

SETTINGS: Mapping[str, str] = {
    "HORDE_API_TIMEOUT": "1",
    "HORDE_API_CACHE_TTL": "2",
    "HORDE_API_BREAKER_RESET_SECONDS": "1",
    "DELETION_RISK_CACHE_TTL": "2",
    "CACHE_TTL_SECONDS": "2",
    "CACHE_HYDRATION_INTERVAL_SECONDS": "2",
    "REDIS__USE_REDIS": "true",
    "REDIS__KEY_PREFIX": "soak",
}
"""Times so short that a run of minutes sees as many refreshes as days of ordinary service."""

# What is asked


@dataclass(frozen=True)
class Question:
    """One request, and the statuses that are right for it."""

    target: str
    statuses: frozenset[int] = frozenset({200})
    encoding: str = "gzip"
    revalidating: bool = False


class Mix:
    """Questions as clients ask them: mostly hot ones, and of every other kind some."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        risks = [f"{STATISTICS}/{category.value}/deletion-risk" for category in catalogue_files()]
        names = {
            f"{STATISTICS}/{category.value}/deletion-risk": list(
                read_catalogue(path.read_bytes(), category, category.value).records
            )
            for category, path in catalogue_files().items()
        }
        text = f"{STATISTICS}/{MODEL_REFERENCE_CATEGORY.text_generation.value}"
        queries = ("", "?limit=50", "?group_text_models=true", "?sort=removal&limit=25", "?risk_level=high")
        hot = [risk + query for risk in risks for query in (*queries, *(f"?preset={name}" for name in PRESETS))]
        one_of = self._random.choice
        self._kinds: tuple[tuple[int, Callable[[], Question]], ...] = (
            (70, lambda: Question(one_of(hot), encoding=one_of(("gzip", "gzip", "zstd", "identity")))),
            (15, lambda: Question(one_of(hot), frozenset({200, 304}), revalidating=True)),
            (3, lambda: Question(f"{one_of(risks)}?limit=20&offset={self._random.randrange(700)}")),
            (2, lambda: Question(f"{one_of(risks)}?search={one_of('abcdefghijklmnopqrstuvwxyz')}&limit=10")),
            (3, lambda: self._model(*one_of(list(names.items())))),
            (2, lambda: Question(f"{one_of(risks)}.csv")),
            (1, lambda: Question(f"{text}/attribution")),
            (2, lambda: Question("/api/heartbeat")),
            (1, lambda: Question("/api/readiness")),
            (1, lambda: Question(f"{one_of(risks)}?preset=unheard_of", frozenset({400}))),
        )

    def next(self) -> Question:
        """Return the next question."""
        weights = [weight for weight, _ in self._kinds]
        return self._random.choices([make for _, make in self._kinds], weights)[0]()

    def _model(self, risk: str, names: Sequence[str]) -> Question:
        return Question(f"{risk}/{quote(self._random.choice(names))}")


# Who asks


@dataclass
class Seen:
    """What came back."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    @property
    def answers(self) -> int:
        """How many answers came."""
        return self.statuses.total()


class Questions(Protocol):
    """An endless supply of questions."""

    def next(self) -> Question:
        """Return the next question."""
        ...


class Client:
    """Asks over connections that are kept open."""

    def __init__(self, port: int, mix: Questions) -> None:
        self._port = port
        self._mix = mix
        self._tags: dict[str, str] = {}

    async def ask_for(self, seconds: float, per_second: float | None) -> Seen:
        """Ask for some time: so many a second by the clock, or as fast as answers come.

        By the clock, a latency counts from when its request was due, so that a server that stalls is not spared.
        """
        seen = Seen()
        started = time.perf_counter()
        due = iter(_timetable(started, started + seconds, per_second))
        await asyncio.gather(*(self._connection(due, seen, paced=per_second is not None) for _ in range(CONNECTIONS)))
        return seen

    async def _connection(self, due: Iterator[float], seen: Seen, *, paced: bool) -> None:
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        for at in due:
            if paced:
                await asyncio.sleep(max(0.0, at - time.perf_counter()))
            counted_from = at if paced else time.perf_counter()
            question = self._mix.next()
            try:
                streams = streams or await asyncio.open_connection("127.0.0.1", self._port)
                status = await asyncio.wait_for(self._exchange(question, *streams), 30)
            except (OSError, EOFError, TimeoutError) as error:
                seen.wrong[type(error).__name__] += 1
                if streams is not None:
                    streams[1].close()
                streams = None
                continue
            seen.seconds.append(time.perf_counter() - counted_from)
            seen.statuses[status] += 1
            if status not in question.statuses:
                seen.wrong[f"{status} for {question.target}"] += 1
        if streams is not None:
            streams[1].close()

    async def _exchange(self, question: Question, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        tag = self._tags.get(question.target) if question.revalidating else None
        lines = [f"GET {question.target} HTTP/1.1", "Host: localhost", f"Accept-Encoding: {question.encoding}"]
        lines += [f"If-None-Match: {tag}"] if tag else []
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = _LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length else 0)
        found = _TAG.search(head)
        if found and question.encoding == "gzip":
            self._tags[question.target] = found[1]
        return int(head.split(" ", 2)[1])


_LENGTH = re.compile(r"^content-length: (\d+)", re.MULTILINE | re.IGNORECASE)
_TAG = re.compile(r"^etag: (\S+)", re.MULTILINE | re.IGNORECASE)


def _timetable(start: float, end: float, per_second: float | None) -> Iterator[float]:
    if per_second is None:
        while (now := time.perf_counter()) < end:
            yield now
        return
    for number in range(int((end - start) * per_second)):
        yield start + number / per_second


# What goes wrong meanwhile


class Redis:
    """A Redis of this run's own, that keeps nothing; a context manager."""

    def __init__(self) -> None:
        found = shutil.which("redis-server")
        if found is None:
            raise SkippedError("redis-server is not installed (Debian and Ubuntu: apt-get install redis-server)")
        self.port = free_port()
        self.starts = 0
        self._command = [found, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._life = ExitStack()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it listens."""
        folder = Path(self._life.enter_context(TemporaryDirectory(prefix="benchmark-")))
        wait_until_listening(self.port, self._life.enter_context(running(self._command, cwd=folder)))
        self.starts += 1

    def stop(self) -> None:
        """End it."""
        self._life.close()


@dataclass
class Watched:
    """What was seen of the service meanwhile.

    Attributes:
        at: Seconds from the start, for each look.
        resident_mb: Resident memory of each worker, for each look.
        states: What heartbeats said about sharing.
        figures: The figures of the first look, each as ``field of model``.
        changes: Fields that were different at a later look, and how often; there should be none.
        stale: Looks at which the data was said to be stale.
    """

    at: list[float] = field(default_factory=list)
    resident_mb: dict[int, list[float]] = field(default_factory=dict)
    states: Counter[str] = field(default_factory=Counter)
    figures: dict[str, object] = field(default_factory=dict)
    changes: Counter[str] = field(default_factory=Counter)
    stale: int = 0


async def _watch(ours: Served, watched: Watched) -> None:
    started = time.perf_counter()
    while True:
        at = time.perf_counter() - started
        await asyncio.to_thread(_look, ours, watched, at)
        await asyncio.sleep(SAMPLE_SECONDS)


def _look(ours: Served, watched: Watched, at: float) -> None:
    watched.at.append(at)
    for pid in workers_of(ours.process.pid):
        watched.resident_mb.setdefault(pid, []).append(memory_mb(pid) or 0.0)
    watched.states[_sharing(ours)] += 1
    answer = json.loads(ask(ours.port, IMAGE).body)
    watched.stale += answer["data_as_of"]["stale"]
    figures = _figures(answer)
    watched.figures = watched.figures or figures
    changed = {of for of in figures.keys() | watched.figures if figures.get(of) != watched.figures.get(of)}
    watched.changes.update(of.partition(" ")[0] for of in changed)


def _figures(answer: dict[str, Any]) -> dict[str, object]:
    """Return the figures of an answer, each by what it is of."""
    models = {f"{key} of {model['name']}": model[key] for model in answer["models"] for key in model.keys() - PAST}
    return models | {f"{key} of the category": answer[key] for key in ("attribution", "summary", "total_count")}


def _sharing(ours: Served) -> str:
    state: str = json.loads(ask(ours.port, "/api/heartbeat").body)["sharing"]
    return state


async def _restart(redis: Redis, every: float) -> None:
    for _ in range(REDIS_RESTARTS):
        await asyncio.sleep(every - REDIS_AWAY_SECONDS)
        await asyncio.to_thread(redis.stop)
        await asyncio.sleep(REDIS_AWAY_SECONDS)
        await asyncio.to_thread(redis.start)


def _one_call_in_three(seed: int = 1) -> Callable[[], Fault | None]:
    chance = random.Random(seed)
    return lambda: chance.choice(list(Fault)) if chance.randrange(3) == 0 else None


# The run


@dataclass(frozen=True)
class Outcome:
    """All that the run saw."""

    seconds: float
    capacity: float
    seen: Seen
    watched: Watched
    horde_requests: int
    faults: Mapping[Fault, int]
    redis_starts: int
    tables: int
    states_at_end: Counter[str]


def run(*, minutes: float) -> Section:
    """Run the soak.

    Raises:
        SkippedError: Something it needs is not there.
    """
    if find_spec("redis") is None:
        raise SkippedError("the Redis client is not installed (pip install -e '.[redis]')")
    section = Section("Soak")
    with ExitStack() as stack:
        store = stack.enter_context(Redis())
        horde = stack.enter_context(ReplayHorde())
        settings = dict(SETTINGS) | {"REDIS__URL": f"redis://127.0.0.1:{store.port}/0"}
        ours = stack.enter_context(serving(horde, workers=WORKERS, environment=prefixed(settings)))
        for _ in range(MANY):
            wait_for(ours.port, "/api/readiness", ours.process)
        outcome = asyncio.run(_soak(ours, horde, store, minutes * 60))
    return _section(section, outcome)


async def _soak(ours: Served, horde: ReplayHorde, store: Redis, seconds: float) -> Outcome:
    client = Client(ours.port, Mix())
    capacity = (await client.ask_for(CAPACITY_SECONDS, None)).answers / CAPACITY_SECONDS
    before, tables_before = horde.requests.total(), _tables(ours)
    horde.misbehave = _one_call_in_three()
    watched = Watched()
    watching = asyncio.create_task(_watch(ours, watched))
    restarting = asyncio.create_task(_restart(store, seconds / (REDIS_RESTARTS + 1)))
    try:
        seen = await client.ask_for(seconds, capacity / 2)
        await restarting
    finally:
        watching.cancel()
        restarting.cancel()
    if watching.done() and not watching.cancelled():
        await watching  # It never ends by itself, so this raises what ended it.
    asked, tables = horde.requests.total() - before, _tables(ours) - tables_before
    horde.misbehave = lambda: None
    await asyncio.sleep(REJOIN_SECONDS)
    return Outcome(
        seconds=seconds,
        capacity=capacity,
        seen=seen,
        watched=watched,
        horde_requests=asked,
        faults=horde.faults.copy(),
        redis_starts=store.starts,
        tables=tables,
        states_at_end=Counter([_sharing(ours) for _ in range(MANY)]),
    )


def _tables(ours: Served) -> int:
    """Return how many risk tables all workers have made so far."""
    text = ask(ours.port, "/api/metrics").body.decode()
    return int(sum(float(count) for count in _COMPUTATIONS.findall(text)))


_COMPUTATIONS = re.compile(r"^horde_model_reference_table_computation_seconds_count\{[^}]*\} (\S+)", re.MULTILINE)


def _section(section: Section, outcome: Outcome) -> Section:
    seen, watched = outcome.seen, outcome.watched
    server_errors = sum(count for status, count in seen.statuses.items() if status >= 500)
    growth = max(_growth(figures) for figures in watched.resident_mb.values())
    checks = (
        ("no 5xx", f"{server_errors} of {seen.answers:,}", server_errors == 0),
        ("no other wrong answer, no broken connection", listed(seen.wrong), not seen.wrong),
        (
            f"memory after the first quarter grows by less than {MOST_GROWTH:.0%}",
            f"{growth:+.1%}",
            growth < MOST_GROWTH,
        ),
        ("the figures never change", f"changed: {listed(watched.changes)}", not watched.changes),
        (f"the same {WORKERS} workers throughout", str(len(watched.resident_mb)), len(watched.resident_mb) == WORKERS),
        ("sharing again at the end", listed(outcome.states_at_end), set(outcome.states_at_end) == {"shared"}),
        ("the Horde failed, Redis restarted", *_disturbances(outcome)),
    )
    section.add(
        f"{described_inputs()} {outcome.seconds / 60:g} minutes, {WORKERS} workers and {CONNECTIONS} connections, "
        f"{outcome.capacity / 2:,.0f} requests a second: half of the {outcome.capacity:,.0f} that this client and this "
        f"mix of questions reached flat out. The Horde fails one call in three, Redis is away "
        f"{REDIS_RESTARTS} times for {REDIS_AWAY_SECONDS:g} s, and the times of caches are two seconds.",
        Table(("goal", "seen", "verdict"), [[what, how, section.check(what, met=met)] for what, how, met in checks]),
        Table(
            ("what", "seen"),
            [
                ["answers by status", listed({str(status): count for status, count in sorted(seen.statuses.items())})],
                ["answers a second", f"{seen.answers / outcome.seconds:,.0f}"],
                [
                    "latency from when due",
                    latencies(seen.seconds),
                ],
                [
                    "requests to the Horde",
                    f"{outcome.horde_requests:,}, failed: "
                    + listed({fault.name.lower(): count for fault, count in outcome.faults.items()}),
                ],
                ["risk tables made", f"{outcome.tables:,}"],
                ["looks that found stale data", f"{watched.stale} of {len(watched.at)}"],
                ["heartbeats", listed(watched.states)],
                *(
                    [f"memory of worker {number}", _by_quarter(figures)]
                    for number, figures in enumerate(watched.resident_mb.values(), 1)
                ),
            ],
        ),
    )
    return section


def latencies(seconds: Sequence[float]) -> str:
    cuts = quantiles([one * 1000 for one in seconds], n=1000)
    middle, high, higher = cuts[499], cuts[989], cuts[998]
    return f"median {middle:.1f} ms, 99 % {high:.1f} ms, 99.9 % {higher:.1f} ms, worst {max(seconds) * 1000:.0f} ms"


def _disturbances(outcome: Outcome) -> tuple[str, bool]:
    failed = sum(outcome.faults.values())
    share = failed / max(outcome.horde_requests, 1)
    restarts = outcome.redis_starts - 1
    return f"{share:.0%} of calls, {restarts} restarts", share > 0.2 and restarts == REDIS_RESTARTS


def _growth(figures: Sequence[float]) -> float:
    """Return by how much the last tenth lies above the tenth that follows the first quarter (medians)."""
    tenth = max(1, len(figures) // 10)
    quarter = len(figures) // 4
    return median(figures[-tenth:]) / median(figures[quarter : quarter + tenth]) - 1


def _by_quarter(figures: Sequence[float]) -> str:
    size = max(1, len(figures) // 4)
    quarters = [median(figures[start : start + size]) for start in range(0, 4 * size, size)]
    return "by quarter " + ", ".join(f"{mb:.0f}" for mb in quarters) + f" MB, at most {max(figures):.0f} MB"


def listed(counts: Mapping[str, int]) -> str:
    listed = [f"{count:,} {name}" for name, count in counts.items()]
    return ", ".join(listed[:5]) + (", ..." if len(listed) > 5 else "") if listed else "none"
