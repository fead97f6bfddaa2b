"""What a benchmark reports, and the page of results."""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

HEADER = """\
# Results

Written by `make bench` and `make soak`, each section by its own run; not edited by hand. The method, and how to read
the tables, is in [README.md](README.md).
"""

LIBRARIES = ("uvicorn", "uvloop", "httptools", "fastapi", "polars", "pydantic")


class SkippedError(Exception):
    """A benchmark cannot be run here; the message says what is missing."""


@dataclass(frozen=True)
class Table:
    """A table of cells that are text already."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """Return the table as Markdown, its columns aligned."""
        rows = [self.columns, *self.rows]
        widths = [max(len(row[at]) for row in rows) for at in range(len(self.columns))]
        lines = [
            "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
        ]
        rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        return "\n".join([lines[0], rule, *lines[1:]])


class Usage:
    """How much of the machine others used since this was made; what makes figures doubtful."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._all, self._own = _used_by_all(), _used_by_us()

    def by_others(self) -> str:
        """Say it in words; only true when all processes of the benchmark have ended."""
        now = _used_by_all()
        if now is None or self._all is None:
            return "what other programs used is unknown"
        others = (now - self._all) - (_used_by_us() - self._own)
        return f"other programs used {max(0.0, others) / (time.perf_counter() - self._started):.2f} cores meanwhile"


def _used_by_all() -> float | None:
    """Return the time in which a core was not idle, where the system tells.

    Interrupts count too: a process's own time includes those that its packets cause, so that leaving them out here
    would hide as much of what others used.
    """
    try:
        figures = [int(figure) for figure in Path("/proc/stat").read_text(encoding="utf-8").split()[1:9]]
        user, nice, system, _idle, _waiting, interrupts, soft_interrupts, stolen = figures
    except (OSError, ValueError):
        return None
    return (user + nice + system + interrupts + soft_interrupts + stolen) / os.sysconf("SC_CLK_TCK")


def _used_by_us() -> float:
    """Return the processor time of this process and of all that it started and that have ended."""
    return sum(os.times()[:4])


@dataclass
class Section:
    """The outcome of one benchmark.

    Attributes:
        title: Its heading on the page of results.
        blocks: Paragraphs and tables, in order.
        missed: One sentence for each goal that was not met.
        usage: Whom the machine worked for since the section was begun.
    """

    title: str
    blocks: list[str | Table] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)

    def add(self, *blocks: str | Table) -> None:
        """Add paragraphs and tables."""
        self.blocks += blocks

    def check(self, what: str, *, met: bool) -> str:
        """Note a goal, and return the word for its cell."""
        if not met:
            self.missed.append(what)
        return "met" if met else "**missed**"

    def markdown(self) -> str:
        """Return the section as Markdown."""
        verdict = "Goals missed: " + "; ".join(self.missed) + "." if self.missed else "All goals met."
        texts = [block.markdown() if isinstance(block, Table) else block for block in (*self.blocks, verdict)]
        return "\n\n".join([f"## {self.title}", f"_{machine()}; {self.usage.by_others()}_", *texts]) + "\n"


def machine() -> str:
    """Return what a reader must know of the machine and the versions to judge figures."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parts = [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"{platform.system()} {platform.machine()}, {_processor()}{cores} cores",
        f"{platform.python_implementation()} {platform.python_version()}",
        ", ".join(f"{name} {_version(name)}" for name in LIBRARIES),
    ]
    return "; ".join(parts)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _processor() -> str:
    try:
        named = re.search(r"^model name\s*: *(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return ""
    return f"{named[1]}, " if named else ""


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Return the median and the range of some values."""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def write(page: Path, sections: Sequence[Section]) -> None:
    """Put sections on the page of results in place of the older ones of their titles; the others stay."""
    old = page.read_text(encoding="utf-8") if page.exists() else ""
    held = {found[1]: found[0] for found in re.finditer(r"^## (.+)\n(?:(?!## ).*\n)*", old, re.MULTILINE)}
    held |= {section.title: section.markdown() for section in sections}
    page.write_text("\n".join([HEADER, *(text.rstrip("\n") + "\n" for text in held.values())]), encoding="utf-8")
