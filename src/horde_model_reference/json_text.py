"""JSON as others send it: any number is read, and faults have our own words.

The interpreter's words for a fault, and sometimes its place, differ between versions of Python.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

SPACE = " \t\r\n"
LONGEST_NUMBER = 400
"""Characters of the longest number that is read; more digits mean a number beyond every bound."""


class JsonError(ValueError):
    """A text is no JSON.

    Attributes:
        reason: The fault, in a few words.
        line: Its line, counted from 1.
        column: Its column, counted from 1.
        at_end: The text ends where more is needed, so it may have been cut short.
    """

    def __init__(self, reason: str, line: int, column: int, *, at_end: bool) -> None:
        super().__init__(f"line {line}, column {column}: {reason}")
        self.reason = reason
        self.line = line
        self.column = column
        self.at_end = at_end


def loads(content: bytes | str) -> Any:
    """Read a JSON text; a byte order mark may come first.

    Numbers of more than ``LONGEST_NUMBER`` characters become infinite or not a number, which no figure is.

    Raises:
        JsonError: It is no JSON.
        UnicodeDecodeError: It is no UTF-8.
        RecursionError: It is nested too deeply.
    """
    text = content.decode("utf-8") if isinstance(content, bytes) else content
    start = skip_space(text, 1 if text.startswith("\ufeff") else 0)
    value, end = decode_value(text, start)
    end = skip_space(text, end)
    if end < len(text):
        raise fault_at(text, end, "text after the end")
    return value


def decode_value(text: str, at: int) -> tuple[Any, int]:
    """Return the value that begins at a position, and where it ends; errors as for :func:`loads`."""
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _in_our_words(text, error) from None


def decode_string(text: str, at: int) -> tuple[str, int]:
    """Return the string that begins at a position, and where it ends.

    Raises:
        JsonError: None begins there, or it is malformed.
    """
    if text[at : at + 1] != '"':
        raise fault_at(text, at)
    found, end = decode_value(text, at)
    return str(found), end


def skip_space(text: str, at: int) -> int:
    """Return the first position from a position on that is no blank; the text's length where there is none."""
    while text[at : at + 1] and text[at] in SPACE:
        at += 1
    return at


def fault_at(text: str, at: int, reason: str = "") -> JsonError:
    """Return the fault of a position, by default that the character there cannot stand there."""
    at_end = at >= len(text.rstrip(SPACE))
    at = min(at, len(text))
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    if at_end:
        reason = "the text ends too early"
    elif not reason and text[at] in "]}" and text[:at].rstrip(SPACE).endswith(","):
        reason = f"a comma before {text[at]!r}"
    return JsonError(reason or f"{text[at]!r} cannot stand here", line, column, at_end=at_end)


@dataclass(frozen=True, slots=True)
class _Words:
    of_python: str
    ours: str


_WORDS = (
    _Words("Unterminated string", "a string that never closes"),
    _Words("Invalid control character", "a control character in a string, which may lack its closing quote"),
    _Words("Invalid \\escape", "an escape that JSON does not have"),
    _Words("Invalid \\u", "an escape that JSON does not have"),
)


def _in_our_words(text: str, error: json.JSONDecodeError) -> JsonError:
    at = error.pos
    if error.msg.startswith("Illegal trailing comma"):  # Python 3.13 points to the comma, others to the bracket.
        at = skip_space(text, at + 1)
    reason = next((words.ours for words in _WORDS if error.msg.startswith(words.of_python)), "")
    found = fault_at(text, at, reason)
    found.at_end = found.at_end or error.msg.startswith("Unterminated string")  # One that meets no other fault before.
    return found


def _integer(digits: str) -> int | float:
    if len(digits) > LONGEST_NUMBER:
        return -math.inf if digits.startswith("-") else math.inf
    return int(digits)


def _real(digits: str) -> float:
    return math.nan if len(digits) > LONGEST_NUMBER else float(digits)


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_real)
