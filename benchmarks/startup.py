"""Start-up, memory, and what more workers bring."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from benchmarks._load import Question, load, need_wrk
from benchmarks._report import Section, SkippedError, Table, spread
from benchmarks._servers import (
    BenchmarkError,
    ReplayHorde,
    Served,
    ask,
    described_inputs,
    memory_mb,
    serving,
    wait_for,
    wait_until_listening,
    workers_of,
)
from benchmarks.throughput import CASES, GZIP, IMAGE

MOST_SECONDS = 1.0
MOST_MB = 150.0
WORKERS = (1, 2, 4)
CONNECTIONS = 32


def run(*, quick: bool) -> Section:
    """Measure all three."""
    section = Section("Start-up, memory and workers")
    starts = [_start() for _ in range(3 if quick else 9)]
    rates: list[list[str]] = []
    memory: list[tuple[float, ...]] = []
    for workers in WORKERS:
        with ReplayHorde() as horde, serving(horde, workers=workers) as ours:
            rates.append([str(workers), _rate(ours, seconds=1 if quick else 4, rounds=1 if quick else 5)])
            memory += _memory(ours)
    met = median(starts) < MOST_SECONDS
    words = section.check(f"start-up {median(starts):.2f} s", met=met)
    section.add(
        f"{described_inputs()} From the start of the process to the last byte of its first answer (all image models), "
        f"catalogues in local files, {len(starts)} starts: {spread(starts)} s, the first {starts[0]:.2f} s "
        f"(goal: the median under {MOST_SECONDS:g} s: {words}).",
        _memory_text(section, memory),
        f"Requests per second for all image models with gzip, by number of workers; {CONNECTIONS} connections, not "
        "pinned: workers and the load generator share the cores, so that with as many workers as cores they are in "
        "each other's way.",
        Table(("workers", "requests per second"), rates),
    )
    return section


def _start() -> float:
    with ReplayHorde() as horde:
        started = time.perf_counter()
        with serving(horde) as ours:
            wait_until_listening(ours.port, ours.process)
            answer = ask(ours.port, IMAGE)
            took = time.perf_counter() - started
    if answer.status != 200:
        raise BenchmarkError(f"the first answer has status {answer.status}")
    return took


def _rate(ours: Served, *, seconds: int, rounds: int) -> str:
    _everywhere(ours, lambda: wait_for(ours.port, "/api/readiness", ours.process))
    for case in CASES:
        _everywhere(ours, lambda target=case.target: ask(ours.port, target, GZIP))  # type: ignore[misc]
    try:
        need_wrk()
    except SkippedError as reason:
        return f"unknown: {reason}"
    question = Question(IMAGE, GZIP)
    load(ours, question, seconds=1, connections=CONNECTIONS)
    loads = [load(ours, question, seconds=seconds, connections=CONNECTIONS) for _ in range(rounds)]
    return spread([seen.per_second for seen in loads], digits=0)


def _everywhere(ours: Served, act: Callable[[], object]) -> None:
    """Do something often enough that every worker has most probably had its turn."""
    workers = len(workers_of(ours.process.pid))
    for _ in range(1 if workers == 1 else 8 * workers):
        act()


def _memory(ours: Served) -> list[tuple[float, ...]]:
    """Return each worker's memory in MB: resident now, at its peak, and how much of it now are files."""
    asked = ("VmRSS", "VmHWM", "RssFile")
    workers = [[memory_mb(pid, field) for field in asked] for pid in workers_of(ours.process.pid)]
    return [tuple(figure for figure in figures if figure is not None) for figures in workers if None not in figures]


def _memory_text(section: Section, memory: list[tuple[float, ...]]) -> str:
    if not memory:
        return "Memory: unknown on this system."
    now, peak, of_files = (list(figures) for figures in zip(*memory, strict=True))
    word = section.check(f"{max(now):.0f} MB resident", met=max(now) <= MOST_MB)
    return (
        f"Resident memory per worker after both categories were answered in every way of the throughput cases and "
        f"under load, over all {len(memory)} workers of the runs below: {spread(now, 0)} MB (goal: at most "
        f"{MOST_MB:g} MB: {word}); at their peaks {spread(peak, 0)} MB. Of it, {spread(of_files, 0)} MB are programs "
        "and libraries as they lie on the disk, which all workers have in common, and which count in full for each."
    )
