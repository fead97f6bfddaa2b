"""Taking whole records out of a catalogue file, and putting them back, with every other byte left as it is.

Nothing is formatted anew: a file is cut into its records and the separators between them, and joined again from the
pieces that stay. It keeps its indentation, escaping and line ends.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from json.decoder import scanstring  # type: ignore[attr-defined]

from pydantic import BaseModel, ConfigDict

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.errors import CatalogueCutError

_SPACE = " \t\r\n"
_CORRECT = "Correct the file there; until then no record can be taken out of it."


class TakenRecord(BaseModel):
    """A record that was taken out of a file.

    Attributes:
        name: Its name.
        text: Its text.
        before: The text between it and its predecessor.
        after: The text between it and its successor; empty for the last record.
        place: How many records stood before it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    text: str
    before: str
    after: str
    place: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """A file in pieces.

    Attributes:
        head: The text before the first record.
        records: The records: name and text, in order; a name may stand twice.
        separators: The text after each record but the last.
        tail: The text after the last record.
        emptied: The file when no record is left.
        join: The separator between two records that were not neighbours before.
        lines: Records are lines: one that ends as a line does needs nothing after it.
    """

    head: str
    records: tuple[tuple[str, str], ...]
    separators: tuple[str, ...]
    tail: str
    emptied: str
    join: str
    lines: bool = False

    def order(self) -> list[str]:
        """Return the names of the records, in order."""
        return [name for name, _ in self.records]

    def text(self) -> str:
        """Return the file."""
        return self.without(())

    def taken(self, names: Iterable[str]) -> list[TakenRecord]:
        """Return the records of these names with their surroundings, so that they can be put back."""
        gone = set(names)
        return [
            TakenRecord(
                name=name,
                text=text,
                before=self.separators[at - 1] if at else "",
                after=self.separators[at] if at < len(self.separators) else "",
                place=at,
            )
            for at, (name, text) in enumerate(self.records)
            if name in gone
        ]

    def with_record(self, record: TakenRecord, order: Sequence[str]) -> Pieces:
        """Return the pieces with a record put back after the nearest of its old predecessors that is there.

        Args:
            record: The record.
            order: The names of all records of the file that it was taken from.
        """
        places = {found: at for at, found in enumerate(_numbered(self.order()))}
        predecessors = reversed(_numbered(order[: record.place]))
        at = next((places[found] + 1 for found in predecessors if found in places), 0)
        records = (*self.records[:at], (record.name, record.text), *self.records[at:])
        if not self.records:
            return replace(self, records=records)
        if at == len(self.records):
            left, wanted = self.records[-1][1], record.before or record.after
        else:
            left, wanted = record.text, record.after or record.before
        ended = self.lines and left.endswith(("\n", "\r"))
        separator = wanted or ("" if ended else self.join)
        where = min(at, len(self.separators))
        return replace(
            self, records=records, separators=(*self.separators[:where], separator, *self.separators[where:])
        )

    def without(self, names: Iterable[str]) -> str:
        """Return the file without the records of these names."""
        gone = set(names)
        kept = [at for at, (name, _) in enumerate(self.records) if name not in gone]
        if not kept:
            return self.emptied
        body = [self.records[at][1] + self.separators[at] for at in kept[:-1]]
        return self.head + "".join(body) + self.records[kept[-1]][1] + self.tail


def cut(content: bytes, place: str) -> Pieces:
    """Cut a catalogue file into pieces that, put together, are the file.

    Raises:
        CatalogueCutError: The file is no catalogue, or cannot be put together again exactly.
    """
    try:
        text = content.decode("utf-8")
        cutter = _cut_json if text.lstrip(_SPACE + "\ufeff").startswith("{") else _cut_csv
        pieces = cutter(text)
    except (ValueError, RecursionError, StopIteration) as error:
        raise CatalogueCutError(f"{place}: cannot be cut into records: {error}.", hint=_CORRECT) from error
    again = pieces.text()
    if again != text:
        raise CatalogueCutError(
            f"{place}, line {_first_difference(text, again)}: cannot be written again exactly.", hint=_CORRECT
        )
    return pieces


def remove_records(content: bytes, names: Iterable[str], place: str) -> bytes:
    """Return a catalogue file's bytes without the records of these names; all rows of a repeated name go.

    Raises:
        CatalogueCutError: See :func:`cut`.
    """
    return cut(content, place).without(names).encode("utf-8")


def _numbered(names: Iterable[str]) -> list[tuple[str, int]]:
    """Return the names, each with how often it stood before, so that repeated ones are told apart."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append((name, seen[name]))
    return found


def catalogue_names(category: MODEL_REFERENCE_CATEGORY, names: Iterable[str], staying: Iterable[str]) -> set[str]:
    """Return the names that a catalogue file itself loses with these models.

    Where ``db.json`` is the catalogue, the generated entries of a text model are in it, and stand for no model.
    """
    text = category is MODEL_REFERENCE_CATEGORY.text_generation
    return generated_names(names, staying) if text else set(names)


def generated_names(names: Iterable[str], staying: Iterable[str]) -> set[str]:
    """Return the names that ``db.json`` loses with these rows of ``models.csv``.

    Each model stands there three times: plain, as ``aphrodite/author/name`` and as ``koboldcpp/name``; the last one,
    which lacks the author, stays while another model of that name does.
    """
    plain = set(names)
    short_staying = {_short(name) for name in staying}
    dropped = {f"koboldcpp/{_short(name)}" for name in plain if _short(name) not in short_staying}
    return plain | {f"aphrodite/{name}" for name in plain} | dropped


def _short(name: str) -> str:
    return name.rpartition("/")[2]


def _cut_json(text: str) -> Pieces:
    json.loads(text.removeprefix("\ufeff"), parse_int=str)  # What follows relies on sound JSON.
    start = text.index("{") + 1
    at = head_end = _skip_space(text, start)
    records: list[tuple[str, str]] = []
    separators: list[str] = []
    decoder = json.JSONDecoder(parse_int=str)
    end = start
    while text[at] != "}":
        begin = at
        name, after_name = scanstring(text, begin + 1, True)
        value_at = _skip_space(text, text.index(":", after_name) + 1)
        _, end = decoder.raw_decode(text, value_at)
        records.append((name, text[begin:end]))
        at = _skip_space(text, end)
        if text[at] == ",":
            at = _skip_space(text, at + 1)
            separators.append(text[end:at])
    head, tail = text[:head_end], text[end:]
    join = f",{text[start:head_end]}"
    if not records:
        return Pieces(text[:start], (), (), text[start:], text, join)
    emptied = head.rstrip(_SPACE) + tail.lstrip(_SPACE)
    return Pieces(head, tuple(records), tuple(separators), tail, emptied, join)


def _skip_space(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at


def _cut_csv(text: str) -> Pieces:
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, strict=True)
    try:
        header = next(reader)
        name_at = [column.strip().lstrip("\ufeff") for column in header].index("name")
        begin = reader.line_num
        head = "".join(lines[:begin])
        records: list[tuple[str, str]] = []
        for row in reader:
            name = row[name_at].strip() if len(row) > name_at else ""
            records.append((name, "".join(lines[begin : reader.line_num])))
            begin = reader.line_num
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from error
    line_end = head[len(head.rstrip("\r\n")) :]
    return Pieces(head, tuple(records), ("",) * max(0, len(records) - 1), "", head, line_end, lines=True)


def _first_difference(one: str, other: str) -> int:
    pairs: Sequence[tuple[str, str]] = list(zip(one.splitlines(), other.splitlines(), strict=False))
    return next((number for number, (left, right) in enumerate(pairs, 1) if left != right), len(pairs) + 1)
