"""Start-up, memory, and what more workers bring."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from benchmarks.throughput import CASES, GZIP, IMAGE, TEXT
from horde_model_reference.cli.main import COMMANDS

MOST_SECONDS = 1.0
MOST_HELP_SECONDS = 0.3
MOST_MB = 150.0
WORKERS = (1, 2, 4)
CONNECTIONS = 32


@dataclass(frozen=True)
class Memory:
    """What a process holds, in MB.

    Attributes:
        resident: All of it.
        of_files: How much of it are files.
    """

    resident: float
    of_files: float


def run(*, quick: bool) -> Section:
    """Measure all three."""
    section = Section("Start-up, memory and workers")
    starts = [_start() for _ in range(3 if quick else 9)]
    command_line = _command_line(section, rounds=3 if quick else 9)
    rates: list[list[str]] = []
    in_service: list[Memory] = []
    in_the_end: list[Memory] = []
    for workers in WORKERS:
        with ReplayHorde() as horde, serving(horde, workers=workers) as ours:
            _everywhere(ours, lambda served: wait_for(served.port, "/api/readiness", served.process))
            for target in (IMAGE, TEXT):
                _everywhere(ours, _asking(target))
            in_service += _memory(ours)
            rates.append([str(workers), _rate(ours, seconds=1 if quick else 4, rounds=1 if quick else 5)])
            in_the_end += _memory(ours)
    met = median(starts) < MOST_SECONDS
    words = section.check(f"start-up {median(starts):.2f} s", met=met)
    section.add(
        f"{described_inputs()} From the start of the process to the last byte of its first answer (all image models), "
        f"catalogues in local files, {len(starts)} starts: {spread(starts)} s, the first {starts[0]:.2f} s "
        f"(goal: the median under {MOST_SECONDS:g} s: {words}).",
        "Seconds that a process of the command line takes; of the commands' helps, the slowest (goal: the median under "
        f"{MOST_HELP_SECONDS:g} s):",
        Table(("command line", "seconds"), command_line),
        _memory_text(section, in_service, in_the_end),
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


def _command_line(section: Section, *, rounds: int) -> list[list[str]]:
    """Measure the help and the version; of the commands' helps, the slowest."""
    runs = {" ".join(asked): [_took(asked) for _ in range(rounds)] for asked in (["--version"], ["--help"])}
    helps = [[_took([command, "--help"]) for _ in range(rounds)] for command in COMMANDS]
    runs["COMMAND --help"] = max(helps, key=median)
    for name, seconds in runs.items():
        section.check(f"{name} {median(seconds):.2f} s", met=median(seconds) < MOST_HELP_SECONDS)
    return [[f"`{name}`", spread(seconds)] for name, seconds in runs.items()]


def _took(arguments: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "horde_model_reference", *arguments], check=True, capture_output=True)
    return time.perf_counter() - started


def _rate(ours: Served, *, seconds: int, rounds: int) -> str:
    for case in CASES:
        _everywhere(ours, _asking(case.target))
    try:
        need_wrk()
    except SkippedError as reason:
        return f"unknown: {reason}"
    question = Question(IMAGE, GZIP)
    load(ours, question, seconds=1, connections=CONNECTIONS)
    loads = [load(ours, question, seconds=seconds, connections=CONNECTIONS) for _ in range(rounds)]
    return spread([seen.per_second for seen in loads], digits=0)


def _asking(target: str) -> Callable[[Served], object]:
    return lambda served: ask(served.port, target, GZIP)


def _everywhere(ours: Served, act: Callable[[Served], object]) -> None:
    """Do something often enough that every worker has most probably had its turn."""
    workers = len(workers_of(ours.process.pid))
    for _ in range(1 if workers == 1 else 8 * workers):
        act(ours)


def _memory(ours: Served) -> list[Memory]:
    """Return each worker's memory."""
    asked = ("VmRSS", "RssFile")
    workers = [[memory_mb(pid, field) for field in asked] for pid in workers_of(ours.process.pid)]
    return [Memory(*figures) for figures in workers if None not in figures]  # type: ignore[arg-type]


def _memory_text(section: Section, in_service: list[Memory], in_the_end: list[Memory]) -> str:
    if not in_service:
        return "Memory: unknown on this system."
    most = max(worker.resident for worker in in_service)
    word = section.check(f"{most:.0f} MB resident", met=most <= MOST_MB)
    return (
        f"Resident memory per worker, over all {len(in_service)} workers of the runs below: {_spread(in_service)} once "
        f"all models of both catalogues have been answered (goal: at most {MOST_MB:g} MB: {word}); "
        f"{_spread(in_the_end)} after every way of asking of the throughput cases, load, and the first collection of "
        "the history, which brings SQLAlchemy. Files are programs and libraries as they lie on the disk, which all "
        "workers have in common, and which count in full for each."
    )


def _spread(workers: list[Memory]) -> str:
    resident, of_files = ([getattr(worker, name) for worker in workers] for name in ("resident", "of_files"))
    return f"{spread(resident, 0)} MB (of them {spread(of_files, 0)} MB files)"
