"""Ends of a process at chosen moments: raised at every step, and real ones."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Self

import pytest

from horde_model_reference.curation.applying import CatalogueFiles, apply_removals, undo
from horde_model_reference.curation.journal import Journal
from horde_model_reference.curation.plan_files import read_plan
from tests.support.curation import all_of


class KilledError(BaseException):
    """What stands for the end of a process; no ``except Exception`` holds it up."""


@dataclass
class Executioner:
    """Ends whatever is run at its n-th step, and every step that is tried after that."""

    at: int
    steps: int = 0

    def step(self) -> bool:
        """Count a step; return whether it is the last one."""
        if self.steps > self.at:
            raise KilledError
        self.steps += 1
        return self.steps > self.at

    def ending(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return the work, before which a process may end."""

        def step(*arguments: Any, **options: Any) -> Any:
            if self.step():
                raise KilledError
            return work(*arguments, **options)

        return step

    def opening(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return an ``os.fdopen`` to whose files only half of what is written comes when a process ends."""

        def opened(*arguments: Any, **options: Any) -> Any:
            file = work(*arguments, **options)
            write = file.write

            def half(content: bytes) -> Any:
                if self.step():
                    write(content[: len(content) // 2])
                    file.flush()
                    raise KilledError
                return write(content)

            return _Opened(file, half)

        return opened


class _Opened:
    """An open file, written in another way."""

    def __init__(self, file: Any, write: Callable[[bytes], Any]) -> None:
        self._file = file
        self.write = write
        self.flush = file.flush
        self.fileno = file.fileno

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def every_end(work: Callable[[], object], prepare: Callable[[], object], check: Callable[[int], object]) -> int:
    """End a piece of work at each of its steps, until it gets through; prepare before, and check after each time.

    Returns:
        The number of steps.
    """
    for at in count():
        prepare()
        executioner = Executioner(at)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tempfile, "mkstemp", executioner.ending(tempfile.mkstemp))
            patch.setattr(os, "fdopen", executioner.opening(os.fdopen))
            patch.setattr(os, "fsync", executioner.ending(os.fsync))
            patch.setattr(shutil, "copymode", executioner.ending(shutil.copymode))
            for name in ("replace", "chmod", "unlink", "mkdir"):
                patch.setattr(Path, name, executioner.ending(getattr(Path, name)))
            try:
                work()
            except KilledError:
                ended = True
            else:
                ended = False
        check(at)
        if not ended:
            return at
    raise AssertionError


STEPS = frozenset({"open", "os.rename", "os.remove", "os.chmod", "os.mkdir", "fcntl.flock"})
"""The events of Python's audit at which a process can be ended."""


def apply_and_undo(catalogue: Path, plan: Path, data_dir: Path, last_step: int) -> None:
    """Apply and undo a plan; the process is killed before its step of this number that writes or locks a file."""
    sys.dont_write_bytecode = True  # Else modules that are compiled on the way count as steps of the first runs.
    decision = all_of(read_plan(plan))
    journal = Journal(data_dir)
    steps = count()

    def audited(event: str, arguments: tuple[Any, ...]) -> None:
        writes = event in STEPS and (event != "open" or arguments[2] & (os.O_WRONLY | os.O_RDWR))
        taken = event == "open" and arguments[1] == "x" and Path(arguments[0]).exists()  # By a run of the same second.
        if writes and not taken and next(steps) == last_step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(audited)
    applied = apply_removals(decision, CatalogueFiles(catalogue), journal, datetime.now(UTC))
    assert applied.run is not None
    undo(journal.read(applied.run))
