"""Taking whole records out of a catalogue file, and putting them back, with every other byte left as it is.

Nothing is formatted anew: a file is cut into its records and the separators between them, and joined again from the
pieces that stay. It keeps its indentation, escaping and line ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

from horde_model_reference.catalogue.formats import raw_catalogue
from horde_model_reference.catalogue.legacy import generated_short_name
from horde_model_reference.catalogue.raw_catalogue import RawCatalogue, RawRecord
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_families
from horde_model_reference.errors import CatalogueCutError, CatalogueFormatError
from horde_model_reference.json_text import SPACE

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
        separators = self._row_separators(record, at) if self.lines else self._member_separators(record, at)
        return replace(self, records=records, separators=separators if self.records else ())

    def _member_separators(self, record: TakenRecord, at: int) -> tuple[str, ...]:
        """Return the separators with a record at a place; its own ones hold its and its successor's indentation."""
        before = (record.before or record.after or self.join,) if at else ()
        after = (record.after or record.before or self.join,) if at < len(self.records) else ()
        return (*self.separators[: max(0, at - 1)], *before, *after, *self.separators[at:])

    def _row_separators(self, record: TakenRecord, at: int) -> tuple[str, ...]:
        """Return the separators with a row at a place: a row that lacks its line end gets one."""
        left = self.records[-1][1] if at and at == len(self.records) else record.text
        separator = record.before or record.after or ("" if left.endswith(("\n", "\r")) else self.join)
        where = min(at, len(self.separators))
        return (*self.separators[:where], separator, *self.separators[where:])

    def without(self, names: Iterable[str]) -> str:
        """Return the file without the records of these names."""
        gone = set(names)
        kept = [at for at, (name, _) in enumerate(self.records) if name not in gone]
        if not kept:
            return self.emptied
        body = [
            self.records[at][1] + _separator(self.separators[at], self.separators[following - 1])
            for at, following in pairwise(kept)
        ]
        return self.head + "".join(body) + self.records[kept[-1]][1] + self.tail


def _separator(after: str, before: str) -> str:
    """Return the separator of two records that become neighbours: the line end of the one, the other's indentation."""
    line_end, newline, _ = after.rpartition("\n")
    _, other_newline, indentation = before.rpartition("\n")
    return line_end + newline + indentation if newline and other_newline else after


def cut(content: bytes, place: str) -> Pieces:
    """Cut a catalogue file into pieces that, put together, are the file.

    Raises:
        CatalogueCutError: The file is no catalogue, or cannot be put together again exactly.
    """
    try:
        raw = raw_catalogue(content, place)
    except CatalogueFormatError as error:
        raise CatalogueCutError(error.message, hint=_CORRECT) from error
    pieces = _row_pieces(raw) if raw.rows else member_pieces(raw)
    again = pieces.text()
    if again != raw.text:
        raise CatalogueCutError(
            f"{place}, line {_first_difference(raw.text, again)}: cannot be written again exactly.", hint=_CORRECT
        )
    return pieces


def _row_pieces(raw: RawCatalogue) -> Pieces:
    head = raw.text[: raw.body]
    records = _named_texts(raw)
    line_end = head[len(head.rstrip("\r\n")) :]
    return Pieces(head, records, ("",) * max(0, len(records) - 1), "", head, line_end, lines=True)


def member_pieces(raw: RawCatalogue) -> Pieces:
    """Return the pieces of a JSON object or list."""
    text, records = raw.text, raw.records
    opened = text[: raw.body].rstrip(SPACE)
    join = f",{text[len(opened) : raw.body]}"
    if not records:
        return Pieces(opened, (), (), text[len(opened) :], text, join)
    separators = tuple(text[one.end : other.start] for one, other in pairwise(records))
    tail = text[records[-1].end :]
    return Pieces(text[: raw.body], _named_texts(raw), separators, tail, opened + tail.lstrip(SPACE), join)


def _named_texts(raw: RawCatalogue) -> tuple[tuple[str, str], ...]:
    return tuple((_removable_name(record), raw.text[record.start : record.end]) for record in raw.records)


def _removable_name(record: RawRecord) -> str:
    """Return a record's name; lines that an open quote swallowed stay in the file, under any name."""
    return record.name if record.swallowed is None else ""


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
    return generated_names(names, staying) if has_families(category) else set(names)


def generated_names(names: Iterable[str], staying: Iterable[str]) -> set[str]:
    """Return the names that ``db.json`` loses with these rows of ``models.csv``.

    Each model stands there three times: plain, as ``aphrodite/author/name`` and as ``koboldcpp/name``; the last one,
    which lacks the author, stays while another model of that name does.
    """
    plain = set(names)
    short_staying = {generated_short_name(name) for name in staying}
    dropped = {
        f"koboldcpp/{generated_short_name(name)}" for name in plain if generated_short_name(name) not in short_staying
    }
    return plain | {f"aphrodite/{name}" for name in plain} | dropped


def _first_difference(one: str, other: str) -> int:
    pairs: Sequence[tuple[str, str]] = list(zip(one.splitlines(), other.splitlines(), strict=False))
    return next((number for number, (left, right) in enumerate(pairs, 1) if left != right), len(pairs) + 1)
