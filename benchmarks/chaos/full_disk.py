"""Commands on a full disk: each is one line, and what was written before stays whole."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks._report import Section, Table
from benchmarks._servers import ReplayHorde
from benchmarks.chaos.killing import APPLY, CATALOGUE, PLAN, REPORT, LossError, Workplace
from horde_model_reference.demo import DATA

DISK = "2m"
EXPORT = ("deletion-risk", "image_generation", "--format", "csv", "--output", REPORT)
COMMANDS = (EXPORT, PLAN, APPLY, ("history", "collect"), ("sync", "image_generation"))


def run(section: Section) -> None:
    """Run commands on a small full disk, and add what was seen to a section."""
    goal = "nothing is lost on a full disk"
    with ReplayHorde(captured=False) as horde, _small_disk() as disk:
        if disk is None:
            section.add("A full disk was not tried: a small tmpfs needs root (`mount -t tmpfs`).")
            return
        place = Workplace(disk, horde.url)
        shutil.copy(DATA / CATALOGUE, disk)
        place.run(*PLAN)
        place.run(*EXPORT)
        before = {name: (disk / name).read_bytes() for name in (CATALOGUE, REPORT)}
        _fill(disk)
        said, lost = [], []
        for command in COMMANDS:
            try:
                said.append([" ".join(command[:2]), place.run(*command) or "done"])
            except LossError as loss:
                lost.append(str(loss))
            lost += [f"{name} after {command[0]}" for name, content in before.items() if _differs(disk, name, content)]
    verdict = section.check(goal, met=not lost)
    section.add(
        f"A tmpfs of {DISK}, filled to its end, holds the catalogue, the outputs and the data folder.",
        Table(("command", "first line"), said),
        Table(("goal", "seen", "verdict"), [[goal, "; ".join(lost) or "nothing lost", verdict]]),
    )


def _differs(disk: Path, name: str, content: bytes) -> bool:
    return (disk / name).read_bytes() != content


def _fill(disk: Path) -> None:
    with suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))


@contextmanager
def _small_disk() -> Iterator[Path | None]:
    """Mount a small tmpfs while the block runs; None where that is not allowed."""
    with TemporaryDirectory(prefix="benchmark-") as name:
        mount = shutil.which("mount")
        if mount is None or os.geteuid() != 0:
            yield None
            return
        options = ["-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", name]
        if subprocess.run([mount, *options], capture_output=True, check=False).returncode:
            yield None
            return
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", name], check=True)
