"""JSON of the Horde, read so that nothing in it is lost or believed twice."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from horde_model_reference.body_limits import DEFAULT_LIMITS, BodyLimits, check_json
from horde_model_reference.json_text import LONGEST_NUMBER

REPEATED: Final = object()
"""Stands for the value of a key that an object holds more than once: which one is right cannot be told (rule 3)."""


def loads(body: bytes, limits: BodyLimits = DEFAULT_LIMITS) -> Any:
    """Return parsed JSON, with ``REPEATED`` as the value of every repeated key.

    Numbers are floats: all that are believed are exact as such, and one of thousands of digits is infinite rather than
    an error.

    Raises:
        BodyLimitError: It exceeds a limit.
        ValueError: It is no JSON.
    """
    check_json(body, limits)
    return json.loads(body, object_pairs_hook=_without_repeated, parse_int=_number, parse_float=_number)


def _number(digits: str) -> float:
    """Read a number. Unlike ``float`` itself, a function of Python's lets other threads run between two numbers."""
    return float(digits) if len(digits) <= LONGEST_NUMBER else math.inf


def _without_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = REPEATED if key in found else value
    return found
