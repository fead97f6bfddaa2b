"""JSON of the Horde, read so that nothing in it is lost or believed twice."""

from __future__ import annotations

import json
from typing import Any, Final

REPEATED: Final = object()
"""Stands for the value of a key that an object holds more than once: which one is right cannot be told (rule 3)."""


def loads(body: bytes) -> Any:
    """Return parsed JSON, with ``REPEATED`` as the value of every repeated key.

    Numbers are floats: all that are believed are exact as such, and one of thousands of digits is infinite rather than
    an error.

    Raises:
        ValueError: It is no JSON.
        RecursionError: It is nested too deeply.
    """
    return json.loads(body, object_pairs_hook=_without_repeated, parse_int=float)


def _without_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = REPEATED if key in found else value
    return found
