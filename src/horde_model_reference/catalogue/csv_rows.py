"""The records of a catalogue in CSV: its rows, each with its place in the text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

from horde_model_reference.catalogue.legacy import csv_row_to_entry
from horde_model_reference.catalogue.raw_catalogue import CUT_SHORT, EXPECTED, RawCatalogue, RawRecord
from horde_model_reference.errors import CatalogueFormatError
from horde_model_reference.escaping import quoted

CSV_COLUMNS = frozenset({"name", "parameters_bn"})
_ENDS_WITHIN_QUOTES = "unexpected end of data"  # of the csv module


@dataclass(frozen=True, slots=True)
class _Row:
    """A row's cells, or the reason why it has none; ``lines`` counts from 0, its end excluded."""

    cells: list[str]
    fault: str
    lines: tuple[int, int]


def csv_rows(text: str, place: str) -> RawCatalogue:
    """Find the records of a catalogue in CSV.

    Raises:
        CatalogueFormatError: Its first line is no header, a column is given twice, or it ends within quotes.
    """
    skipped = 1 if text.startswith("\ufeff") else 0
    lines = list(io.StringIO(text[skipped:], newline=""))
    starts = [skipped]
    for line in lines:
        starts.append(starts[-1] + len(line))
    rows = _rows(lines, place)
    first = next(rows)
    header = _header(first, text, place)
    records = tuple(_record(row, header, lines, starts) for row in rows)
    return RawCatalogue(text, records, starts[first.lines[1]], rows=True)


def _rows(lines: Sequence[str], place: str) -> Iterator[_Row]:
    """Read on after a row that is no CSV; the file is bad only where it ends within quotes."""
    reader = csv.reader(lines, strict=True)
    while True:
        begin = reader.line_num
        try:
            cells, fault = next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:
            if _ENDS_WITHIN_QUOTES in str(error):
                raise CatalogueFormatError(
                    f"{place}, line {begin + 1}: a quote that never closes; expected {EXPECTED}.", hint=CUT_SHORT
                ) from error
            cells, fault = [], str(error)
        yield _Row(cells, fault, (begin, reader.line_num))


def _header(row: _Row, text: str, place: str) -> list[str]:
    header = [column.strip() for column in row.cells]
    if not set(header) >= CSV_COLUMNS:
        raise CatalogueFormatError(f"{place}, line 1: {quoted(text[:40])} is no header; expected {EXPECTED}.")
    repeated = next((column for column in header if column and header.count(column) > 1), None)
    if repeated is not None:
        raise CatalogueFormatError(
            f"{place}, line 1: the column {quoted(repeated)} stands there twice; expected {EXPECTED}."
        )
    return header


def _record(row: _Row, header: list[str], lines: Sequence[str], starts: Sequence[int]) -> RawRecord:
    begin, end = row.lines
    names = _names(row, lines, header.index("name"))
    return RawRecord(
        name=names[0],
        start=starts[begin],
        end=starts[end],
        lines=(begin + 1, end),
        entry=_entry(row, header),
        swallowed=names[1:] if end - begin > 1 else None,
    )


def _names(row: _Row, lines: Sequence[str], at: int) -> tuple[str, ...]:
    """Return the row's name; where it has no cells, or too many lines, the names that its lines seem to have."""
    begin, end = row.lines
    if end - begin == 1 and not row.fault:
        return (_cell(row.cells, at),)
    return tuple(_cell(line.split(","), at).strip('"') for line in lines[begin:end])


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def _entry(row: _Row, header: list[str]) -> Callable[[], dict[str, Any]] | None:
    first, last = row.lines[0] + 1, row.lines[1]
    if last > first:
        return partial(_fail, f"a quote in line {first} is not closed there, so lines {first} to {last} are lost")
    if row.fault:
        return partial(_fail, row.fault)
    return partial(csv_row_to_entry, header, row.cells) if row.cells else None


def _fail(reason: str) -> NoReturn:
    raise ValueError(reason)
