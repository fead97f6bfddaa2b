"""Changes of a file of marks that keep its comments and its order."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import tomlkit
from tomlkit.items import AoT, Table

from horde_model_reference.marks.mark import Mark, fields_of
from horde_model_reference.marks.marks_file import TABLE

_Item = tuple[object, object]


def with_marks(text: str, marks: Sequence[Mark]) -> str:
    """Return the text of a file with marks after its others; every other character stays.

    Args:
        text: The text, good TOML with tables ``[[marks]]`` alone.
        marks: Marks of models that it does not name.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    end = "" if not text or text.endswith("\n") else newline
    tables = [tomlkit.dumps({TABLE: [dict(fields_of(mark))]}).strip() for mark in marks]
    added = "\n\n".join(tables).replace("\n", newline)
    return f"{text}{end}{newline if text else ''}{added}{newline}"


def without_marks(text: str, places: Collection[int]) -> str:
    """Return the text of a file without the tables ``[[marks]]`` of these places, counted from 0.

    Comments inside a table go with it; those after its last key stay, since they may belong to the next one.
    """
    document = tomlkit.parse(text)
    tables = document[TABLE]
    assert isinstance(tables, AoT)  # noqa: S101 - entries_of has seen to it
    rest = ""
    for place in sorted(places, reverse=True):
        after = _after_last_key(tables[place])
        del tables[place]
        if place < len(tables):
            tables[place].trivia.indent = after + tables[place].trivia.indent
        else:
            rest = after + rest
    if not tables:
        document.remove(TABLE)
    return document.as_string() + rest


def _after_last_key(table: Table) -> str:
    """Return the comments and blank lines after the last key of a table."""
    body = table.value.body
    last = max(at for at, (key, _) in enumerate(body) if key is not None)
    return "".join(item.as_string() for _, item in body[last + 1 :])
