"""A file of marks: TOML with one table ``[[marks]]`` for each mark.

Curators write it by hand or by the commands. A malformed entry is named with its line and skipped; a file that is no
TOML is refused whole.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from horde_model_reference.catalogue.sources import base_name_of
from horde_model_reference.data_warnings import DataWarning, bounded
from horde_model_reference.errors import CatalogueFormatError
from horde_model_reference.escaping import quoted, visible
from horde_model_reference.marks.mark import Mark, Marks
from horde_model_reference.toml_bounds import excess

TABLE = "marks"
MARK_SKIPPED = "mark_skipped"
HINT = "docs/marks.md describes these files; `marks --file FILE` checks one."

_TOKENS = re.compile(
    r"""
      ^[ \t]*\[\[[ \t]*(?:marks|"marks"|'marks')[ \t]*(?P<entry>\]\])  # the beginning of an entry
    | ^[ \t]*(?P<key>[A-Za-z0-9_-]+)[ \t]*=
    | \"{3}(?:\\.|[^\\])*?\"{3} | '{3}.*?'{3} | "(?:\\.|[^"\\\n])*" | '[^'\n]*'  # texts, which hold neither
    | \#[^\n]*
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an entry: the number of its first line, and that of each key."""

    line: int
    keys: Mapping[str, int]


def parse_marks(content: bytes, place: str, _: datetime | None = None) -> Marks:
    """Read a file of marks.

    Args:
        content: The file's bytes.
        place: The name of the file in messages.

    Raises:
        CatalogueFormatError: It is no TOML, too large, or holds anything but tables ``[[marks]]``; the message names
            the file and the line.
    """
    text = text_of(content, place)
    entries = entries_of(text, place)
    shown = visible(base_name_of(place))
    marks: dict[tuple[str, str], Mark] = {}
    faults: list[DataWarning] = []
    for entry, where in zip(entries, places_of(text), strict=True):
        try:
            mark = Mark.model_validate(entry)
        except ValidationError as error:
            faults.append(_skipped(shown, *_fault(error.errors()[0], where)))
            continue
        known = marks.setdefault((mark.category, mark.name), mark)
        if known is not mark:  # Which of them is meant is unknown, so the model has the longer notice of both.
            later = max(known.remove_after, mark.remove_after)
            marks[mark.category, mark.name] = known.model_copy(update={"remove_after": later})
            fault = f"{quoted(mark.name)} is marked above, and the later day of both holds"
            faults.append(_skipped(shown, where.keys.get("name", where.line), fault))
    return Marks(tuple(marks.values()), bounded(faults))


def text_of(content: bytes, place: str) -> str:
    """Return the text of a file of marks, without a byte order mark; errors as for :func:`parse_marks`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CatalogueFormatError(f"{visible(place)} line {line}: not UTF-8 text.", hint=HINT) from error
    if too_much := excess(text):
        raise CatalogueFormatError(f"{visible(place)}: {too_much}.", hint=HINT)
    return text


def entries_of(text: str, place: str) -> list[dict[str, Any]]:
    """Return the tables ``[[marks]]`` of a text, unchecked; errors as for :func:`parse_marks`."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueFormatError(f"{visible(place)}: {visible(str(error))}.", hint=HINT) from error
    entries = tables.pop(TABLE, [])
    if tables:
        raise CatalogueFormatError(f"{visible(place)}: {quoted(next(iter(tables)))}: expected [[marks]].", hint=HINT)
    if not isinstance(entries, list) or len(entries) != len(list(places_of(text))):
        raise CatalogueFormatError(f"{visible(place)}: marks: expected a table [[marks]] for each.", hint=HINT)
    return entries


def places_of(text: str) -> Iterator[Place]:
    """Yield the place of each table ``[[marks]]`` of a text, in its order."""
    line, last, begun, keys = 1, 0, 0, dict[str, int]()
    for token in _TOKENS.finditer(text):
        if token.lastgroup is None:
            continue
        line, last = line + text.count("\n", last, token.start(token.lastgroup)), token.start(token.lastgroup)
        if token["key"] is not None:
            keys.setdefault(token["key"], line)
            continue
        if begun:
            yield Place(begun, keys)
        begun, keys = line, {}
    if begun:
        yield Place(begun, keys)


def _fault(error: ErrorDetails, where: Place) -> tuple[int, str]:
    """Return the line of a fault, and its description with the key."""
    message = "no such key" if error["type"] == "extra_forbidden" else error["msg"]
    location = ".".join(map(str, error["loc"]))
    key = str(error["loc"][0]) if error["loc"] else message.partition(":")[0]
    return where.keys.get(key, where.line), visible(f"{location}: {message}" if location else message)


def _skipped(file: str, line: int, reason: str) -> DataWarning:
    return DataWarning(MARK_SKIPPED, f"{file} line {line}: {reason}; this mark is skipped.")
