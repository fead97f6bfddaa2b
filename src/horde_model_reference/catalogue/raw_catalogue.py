"""A catalogue file cut into its records: the one parser, for reports as well as for taking records out.

Every record keeps its position in the text, so reading and removal of records cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from horde_model_reference.errors import CatalogueFormatError
from horde_model_reference.escaping import quoted

EXPECTED = "a JSON object of records, or a CSV file whose first line names the columns name and parameters_bn"
CUT_SHORT = "The file may have been cut short."


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as the file has it.

    Attributes:
        name: Its name; empty where none can be read.
        start: Where it begins in the text.
        end: Where it ends; a CSV row with its line end.
        lines: Its first and its last line, counted from 1.
        entry: Return its v2 entry, or raise ValueError or TypeError where it is malformed; None for an empty line.
        swallowed: The names that other lines seem to have; None unless the record is a row of several lines.
    """

    name: str
    start: int
    end: int
    lines: tuple[int, int]
    entry: Callable[[], dict[str, Any]] | None
    swallowed: tuple[str, ...] | None = None

    @property
    def where(self) -> str:
        """Its line or lines, for messages."""
        return in_lines(*self.lines)

    def __str__(self) -> str:
        """Return its label in messages: its name and its line."""
        return f"Record {quoted(self.name)} ({self.where})" if self.name else f"The record in {self.where}"


@dataclass(frozen=True, slots=True)
class RawCatalogue:
    """A file's text and the records in it, in order; a name may stand more than once.

    Attributes:
        text: The whole text, with a byte order mark if it has one.
        records: The records.
        body: Where the first record begins, or would.
        rows: The records are lines of CSV, not members of a JSON object.
    """

    text: str
    records: tuple[RawRecord, ...]
    body: int
    rows: bool


def decode(content: bytes, place: str) -> str:
    """Return a file's text.

    Raises:
        CatalogueFormatError: It is no UTF-8.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CatalogueFormatError(f"{place}, line {line}: not UTF-8 text; expected {EXPECTED}.") from error


def in_lines(first: int, last: int) -> str:
    """Return ``line 2`` or ``lines 2 to 4``."""
    return f"line {first}" if first == last else f"lines {first} to {last}"


class LineCounter:
    """The line of each of a text's positions, asked in rising order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1

    def line_of(self, at: int) -> int:
        """Return the line of a position, counted from 1."""
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        return self._line
