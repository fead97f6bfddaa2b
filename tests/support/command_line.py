"""Runs of the command line, and what every refusal keeps to."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support.misbehaving_horde import SECRET, MisbehavingHorde


@dataclass(frozen=True)
class Run:
    """How a run ended and what it said."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output, read."""
        return self.out.decode()


Cli = Callable[..., Run]
"""Takes a command's arguments, and returns its run."""


@dataclass(frozen=True)
class World:
    """The folder that the catalogues are in, and the Horde."""

    folder: Path
    horde: MisbehavingHorde

    def image_catalogue(self) -> Path:
        """Where the image models are."""
        return self.folder / "image_generation.json"


class Terminal(io.TextIOWrapper):
    """A standard output that is a terminal, and keeps what it is given."""

    buffer: io.BytesIO

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def isatty(self) -> bool:
        """It is one."""
        return True


def assert_refused(run: Run, code: int, *words: str) -> None:
    """Check that a run ended with this code, one line that says these words, a hint, and nothing else."""
    assert run.code == code, run.err
    assert run.out == b""
    lines = run.err.splitlines()
    assert lines[0].startswith("error: ")
    assert [line[:6] for line in lines[1:]] in ([], ["hint: "])
    assert all(word in run.err for word in words), run.err
    assert SECRET not in run.err
    assert "Traceback" not in run.err
    assert "\x1b" not in run.err
