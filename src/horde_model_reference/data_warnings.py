"""Warnings that accompany an answer (``warnings`` in the body)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

MAX_OF_A_KIND = 50
"""How many warnings of one kind are listed one by one; the rest is counted."""


@dataclass(frozen=True, slots=True, order=True)
class DataWarning:
    """One thing worth saying.

    Attributes:
        code: A stable name for programs.
        message: One sentence for people, with every name in it made visible.
    """

    code: str
    message: str


def bounded(warnings: Iterable[DataWarning]) -> tuple[DataWarning, ...]:
    """Keep the first of each kind and count the others, so that a broken file cannot flood an answer.

    Call it once: a second call would count the line that counts the others as one.
    """
    kept: list[DataWarning] = []
    counts: Counter[str] = Counter()
    for warning in warnings:
        counts[warning.code] += 1
        if counts[warning.code] <= MAX_OF_A_KIND:
            kept.append(warning)
    rest = (
        DataWarning(code, f"... and {count - MAX_OF_A_KIND} more of this kind.")
        for code, count in counts.items()
        if count > MAX_OF_A_KIND
    )
    return (*kept, *rest)
