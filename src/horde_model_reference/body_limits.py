"""Limits of the bodies that are read, checked in small steps before any object is built from them.

A body of 60 MB can be 40 million values, for which an interpreter needs gigabytes and many seconds without a pause.
Counting the characters that begin a value costs neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

ENV_PREFIX = "HORDE_MODEL_REFERENCE_BODY_LIMITS__"
STEP = 2**16
"""Bytes that are looked at in one go."""

_OPENING, _CLOSING = b"[{", b"]}"
_NOT_BRACKETS = bytes(set(range(256)) - set(_OPENING + _CLOSING))
_CHANGE_OF_DEPTH = dict.fromkeys(_OPENING, 1) | dict.fromkeys(_CLOSING, -1)


class BodyLimitError(ValueError):
    """A body exceeds a limit; the message names the limit and its setting."""


class BodyLimits(BaseModel):
    """Limits of a body that is read: an answer of the Horde, a catalogue, styles, a value in Redis."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_bytes: Annotated[int, Field(ge=1)] = Field(
        16 * 2**20, description="Bytes of a body, as sent and as decoded; more are not read."
    )
    max_entries: Annotated[int, Field(ge=1)] = Field(
        250_000, description="Values in a JSON body, or cells in a CSV file; more are refused before they are parsed."
    )
    max_depth: Annotated[int, Field(ge=1, le=500)] = Field(
        100, description="Brackets within brackets in a JSON body; more are refused before they are parsed."
    )

    def exceeded(self, limit: str, unit: str) -> BodyLimitError:
        """Return the error of a body that exceeds a limit, given by its field."""
        return BodyLimitError(
            f"more than {getattr(self, limit):,} {unit}; the limit is the setting {ENV_PREFIX}{limit.upper()}"
        )


DEFAULT_LIMITS = BodyLimits()


def check_json(content: bytes, limits: BodyLimits) -> None:
    """Check values and nesting of a JSON text; whether it is one is not checked.

    Raises:
        BodyLimitError: It exceeds a limit.
    """
    entries, depth = 1, 0
    for bare in _without_strings(content):
        entries += bare.count(b",") + bare.count(b"[") + bare.count(b"{")
        if entries > limits.max_entries:
            raise limits.exceeded("max_entries", "values")
        brackets = bare.translate(None, _NOT_BRACKETS)
        depths = list(accumulate(map(_CHANGE_OF_DEPTH.__getitem__, brackets), initial=depth))
        if max(depths) > limits.max_depth:
            raise limits.exceeded("max_depth", "brackets within brackets")
        depth = depths[-1]


def check_csv(content: bytes, limits: BodyLimits) -> None:
    """Check the number of cells of a CSV text.

    Raises:
        BodyLimitError: It exceeds the limit.
    """
    cells = 0
    for step in _steps(content):
        cells += step.count(b",") + step.count(b"\n") + step.count(b"\r")
        if cells > limits.max_entries:
            raise limits.exceeded("max_entries", "cells")


def _without_strings(content: bytes) -> Iterator[bytes]:
    """Yield a JSON text in steps, the strings left out."""
    within, escape = False, b""
    for step in _steps(content):
        text = escape + step
        # Backslashes stand in strings alone. A last one is left to the next step, which has what it escapes.
        escape = b"\\" if (len(text) - len(text.rstrip(b"\\"))) % 2 else b""
        parts = text.removesuffix(escape).replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        yield b"".join(parts[within::2])
        within ^= len(parts) % 2 == 0


def _steps(content: bytes) -> Iterator[bytes]:
    return (content[at : at + STEP] for at in range(0, len(content), STEP))
