"""A Dockerfile as its instructions, by stage."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Instruction:
    """One instruction.

    Attributes:
        word: Its keyword, in upper case.
        rest: What stands behind it, its lines joined.
    """

    word: str
    rest: str

    def words(self) -> list[str]:
        """Return the command of an instruction in exec form (a JSON list)."""
        found: list[str] = json.loads(self.rest)
        return found


def instructions(dockerfile: Path) -> list[Instruction]:
    """Return the instructions of a file; comments and empty lines are left out."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    parts = [line.split(None, 1) for line in lines if line.strip()]
    return [Instruction(word.upper(), rest) for word, rest in parts]


def stages(dockerfile: Path) -> list[list[Instruction]]:
    """Return the instructions of each stage; the first of each is its ``FROM``."""
    found: list[list[Instruction]] = []
    for instruction in instructions(dockerfile):
        if instruction.word == "FROM":
            found.append([])
        found[-1].append(instruction)
    return found


def assignments(rest: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values of an ``ENV``."""
    for pair in rest.split():
        name, _, value = pair.partition("=")
        yield name, value
