"""`kill -9` of the commands at random moments: each leaves its files as they were, or as they should be."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from benchmarks._report import Section, Table
from benchmarks._servers import ReplayHorde, without_ours
from horde_model_reference.curation.journal import Journal
from horde_model_reference.demo import DATA
from horde_model_reference.settings import ENV_PREFIX

CATALOGUE = "stable_diffusion.json"
COMMAND_SECONDS = 60.0
SIDE_BY_SIDE = 2
"""Kills at the same time."""


class LossError(Exception):
    """Something was lost; the message says what."""


@dataclass(frozen=True)
class Workplace:
    """A folder in which commands run.

    Attributes:
        folder: It holds the catalogue, and everything that the commands write.
        horde: The address of the Horde that they ask.
        whole: The catalogue as it was, and as the plan leaves it.
    """

    folder: Path
    horde: str
    whole: frozenset[bytes] = frozenset()

    @property
    def catalogue(self) -> Path:
        """The catalogue file."""
        return self.folder / CATALOGUE

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command."""
        environment = without_ours(os.environ) | {
            **{f"{ENV_PREFIX}SOURCES__{name}": "none" for name in UNREAD},
            f"{ENV_PREFIX}SOURCES__IMAGE_GENERATION": str(self.catalogue),
            f"{ENV_PREFIX}SOURCES__TEXT_GENERATION": str(DATA / "models.csv"),
            f"{ENV_PREFIX}DATA_DIR": str(self.folder / "data"),
            "AI_HORDE_URL": self.horde,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "horde_model_reference", *arguments],
            cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str) -> str:
        """Run a command to its end; return the first line of its errors, empty where it succeeded.

        Raises:
            LossError: It ended in a traceback.
        """
        _, said = self.start(*arguments).communicate(timeout=COMMAND_SECONDS)
        if b"Traceback" in said:
            raise LossError(f"{arguments[0]} ended in a traceback")
        return said.decode(errors="replace").partition("\n")[0]


def _nothing(_: Workplace) -> None:
    """Prepare nothing."""


def _apply(place: Workplace) -> None:
    place.run(*APPLY)


def _catalogue_is_whole(place: Workplace) -> None:
    if place.catalogue.read_bytes() not in place.whole:
        raise LossError("the catalogue is neither what it was nor what it should become")


def _history_is_sound(place: Workplace) -> None:
    for database in place.folder.rglob("*.sqlite"):
        with sqlite3.connect(database) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise LossError(f"{database.name}: {verdict}")


def _report_is_whole(place: Workplace) -> None:
    report = place.folder / REPORT
    if report.exists() and not report.read_bytes().endswith(b"\n"):
        raise LossError("half a report was written")


CHOSEN = ("Vaporline Retro", "Marble Busts XL")
"""The models whose removal is planned."""
PLAN = (
    "plan",
    "image_generation",
    *(part for name in CHOSEN for part in ("--select", name, "--override", f"{name}=x")),
)
APPLY = ("apply", "deletion-plan/plan.json", "--catalogue", CATALOGUE)
REPORT = "report.csv"
NEWEST_RUN = "{run}"
"""Stands for the newest run of the journal."""
UNREAD = ("STYLES", "IMAGE_HISTORY")


@dataclass(frozen=True)
class Command:
    """A command that is killed.

    Attributes:
        arguments: Its command line.
        prepare: Makes the files that it needs.
        check: Raises LossError where something was lost.
        repair: Command lines that must succeed after the kill, or be refused in one line.
    """

    arguments: tuple[str, ...]
    prepare: Callable[[Workplace], None] = _nothing
    check: Callable[[Workplace], None] = _catalogue_is_whole
    repair: tuple[tuple[str, ...], ...] = ()


COMMANDS: Mapping[str, Command] = {
    "plan": Command(PLAN, repair=(PLAN,)),
    "apply": Command(APPLY, repair=(APPLY, ("undo",))),
    "undo": Command(("undo", NEWEST_RUN), _apply, repair=(("undo", NEWEST_RUN),)),
    "sync": Command(("sync", "image_generation"), repair=(("sync", "image_generation"),)),
    "deletion-risk": Command(
        ("deletion-risk", "image_generation", "--format", "csv", "--output", REPORT), check=_report_is_whole
    ),
    "history collect": Command(("history", "collect"), check=_history_is_sound, repair=(("history", "collect"),)),
    "history export": Command(("history", "export", "--format", "csv", "--output", REPORT), check=_report_is_whole),
}


@dataclass(frozen=True)
class Killed:
    """One kill: whether it found the command alive, and what was lost; empty for nothing."""

    alive: bool
    lost: str = ""


def run(section: Section, *, kills: int, seed: int = 1) -> None:
    """Kill commands, in turn, at random moments of their lives, and add what was seen to a section."""
    with ReplayHorde(captured=False) as horde, Trial(horde.url) as trial, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        lasts = {name: trial.duration(command) for name, command in COMMANDS.items()}
        chance = random.Random(seed)
        moments = [(name, chance.uniform(0.1, 1.0) * lasts[name]) for name in islice(cycle(COMMANDS), kills)]
        results = list(pool.map(lambda moment: trial.kill(COMMANDS[moment[0]], moment[1]), moments))
    killed = Counter(name for (name, _), result in zip(moments, results, strict=True) if result.alive)
    turns = Counter(name for name, _ in moments)
    lost = [f"{name}: {result.lost}" for (name, _), result in zip(moments, results, strict=True) if result.lost]
    goal = f"nothing is lost by {kills} kills of commands"
    verdict = section.check(goal, met=not lost)
    section.add(
        "Commands, each killed at a random moment of its life; then the catalogue, the history and the written files "
        "are whole, and the command, run again, succeeds or is refused in one line.",
        Table(
            ("command", "kills that found it alive", "lasts"),
            [[name, f"{killed[name]} of {turns[name]}", f"{lasts[name]:.1f} s"] for name in COMMANDS],
        ),
        Table(("goal", "seen", "verdict"), [[goal, "; ".join(lost) or "nothing lost", verdict]]),
    )


class Trial:
    """Runs and kills commands, each in a copy of a folder that holds a plan and a history; a context manager.

    Args:
        horde: The address of the Horde that the commands ask.
    """

    def __init__(self, horde: str) -> None:
        self._horde = horde
        self._life = ExitStack()
        self._template = Path(self._life.enter_context(TemporaryDirectory(prefix="benchmark-")))
        shutil.copy(DATA / CATALOGUE, self._template)
        place = Workplace(self._template, horde)
        place.run("history", "collect")
        place.run(*PLAN)
        after = (self._template / "deletion-plan" / CATALOGUE).read_bytes()
        self._whole = frozenset({place.catalogue.read_bytes(), after})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._life.close()

    def duration(self, command: Command) -> float:
        """Return the seconds that a command takes to its end."""
        with self._prepared(command) as place:
            started = time.perf_counter()
            place.run(*_filled(command.arguments, place))
            return time.perf_counter() - started

    def kill(self, command: Command, after: float) -> Killed:
        """Kill a command after some seconds."""
        with self._prepared(command) as place:
            process = place.start(*_filled(command.arguments, place))
            with suppress(subprocess.TimeoutExpired):
                process.wait(after)
            alive = process.poll() is None
            process.kill()
            process.communicate()
            try:
                command.check(place)
                for arguments in command.repair:
                    place.run(*_filled(arguments, place))
                    command.check(place)
            except LossError as loss:
                return Killed(alive, str(loss))
            return Killed(alive)

    @contextmanager
    def _prepared(self, command: Command) -> Iterator[Workplace]:
        with TemporaryDirectory(prefix="benchmark-") as name:
            shutil.copytree(self._template, name, dirs_exist_ok=True)
            place = Workplace(Path(name), self._horde, self._whole)
            command.prepare(place)
            yield place


def _filled(arguments: Sequence[str], place: Workplace) -> list[str]:
    """Return the arguments with the newest run of the journal in its place."""
    runs = Journal(place.folder / "data").names()
    return [runs[-1] if part == NEWEST_RUN else part for part in arguments]
