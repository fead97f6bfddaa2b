"""What readers notice of the moment at which a new table takes over."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks._load import Load, Question, need_wrk, trying_load
from benchmarks._report import Section, Table
from benchmarks._servers import ReplayHorde, Served, ask, catalogue_files, described_inputs, prefixed, serving, wait_for
from benchmarks.throughput import GZIP, TEXT
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY

READERS = (16, 100, 400)
CHANGE_EVERY = 2.5
"""Seconds between two changes of the catalogue, each of which is seen within about a second."""
SETTINGS = {"CACHE_TTL_SECONDS": "1", "CACHE_HYDRATION_INTERVAL_SECONDS": "5", "HISTORY__ENABLED": "false"}


def run(*, quick: bool) -> Section:
    """Measure every number of readers."""
    need_wrk()
    section = Section("When a new table takes over")
    seconds = 4 if quick else 12
    rows = [_row(readers, _measured(readers, seconds), section) for readers in READERS]
    section.add(
        f"{described_inputs()} All text models with gzip, for {seconds} s, while a model is taken out of the catalogue "
        f"every {CHANGE_EVERY:g} s: each change makes a new table, at which every reader's answer is gone from memory "
        "at once. Without history; not pinned. A failed answer is one that is no success, or took over two seconds.",
        Table(("readers", "tables", "answers", "failed", "p99", "slowest", "goal"), rows),
    )
    return section


def _row(readers: int, measured: tuple[Load, int], section: Section) -> list[str]:
    seen, tables = measured
    return [
        str(readers),
        str(tables),
        f"{seen.requests:,}",
        f"{seen.failed:,}",
        f"{seen.p99_ms:.1f} ms",
        f"{seen.slowest_ms:.0f} ms",
        section.check(f"{readers} readers: {seen.failed} failed", met=seen.failed == 0),
    ]


def _measured(readers: int, seconds: int) -> tuple[Load, int]:
    """Return what the readers saw, and how many tables they were answered from."""
    with TemporaryDirectory(prefix="benchmark-") as folder, ReplayHorde() as horde:
        files = {category: Path(shutil.copy(path, folder)) for category, path in catalogue_files().items()}
        with serving(horde, catalogues=files, environment=prefixed(SETTINGS)) as ours:
            wait_for(ours.port, "/api/readiness", ours.process)
            before = _tables(ours)
            with _changing(files[MODEL_REFERENCE_CATEGORY.text_generation]):
                seen = trying_load(ours, Question(TEXT, GZIP), seconds=seconds, connections=readers)
            return seen, _tables(ours) - before


@contextmanager
def _changing(catalogue: Path) -> Iterator[None]:
    """Take the last model out of a catalogue again and again while the block runs."""
    over = threading.Event()

    def change() -> None:
        while not over.wait(CHANGE_EVERY):
            lines = catalogue.read_text("utf-8").splitlines(keepends=True)
            new = catalogue.with_suffix(".new")
            new.write_text("".join(lines[:-1]), "utf-8")
            new.replace(catalogue)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _tables(ours: Served) -> int:
    """Return how many tables of text models have been made."""
    name = 'horde_model_reference_table_computation_seconds_count{category="text_generation"}'
    lines = ask(ours.port, "/api/metrics").body.decode().splitlines()
    return next(int(float(line.split()[-1])) for line in lines if line.startswith(name))
