"""The formats a catalogue comes in, told apart by content: JSON (v2, legacy, ``db.json``) and ``models.csv``.

Reading is forgiving of single records and strict about files: a malformed record is reported and skipped, a file
that is no catalogue, or one that is still being written, is an error that names place, line and what was expected.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NoReturn

from pydantic import ValidationError

from horde_model_reference.catalogue.legacy import csv_row_to_entry, fold_backend_duplicates, json_entry_to_v2
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.data_warnings import DataWarning, bounded
from horde_model_reference.errors import CatalogueFormatError
from horde_model_reference.escaping import quoted, visible

EXPECTED = "a JSON object of records, or a CSV file whose first line names the columns name and parameters_bn"
_ENDS_WITHIN_QUOTES = "unexpected end of data"  # of the csv module
_CUT_SHORT = "The file may have been cut short."
CSV_COLUMNS = frozenset({"name", "parameters_bn"})

Maker = Callable[[], dict[str, Any]]
"""Makes a model's v2 entry; raises ValueError where the record is malformed."""
Entry = tuple[str, Maker]
"""A model's name and what makes its entry."""


@dataclass(slots=True)
class ParsedCatalogue:
    """The records of one file by name, and what there is to say about them."""

    records: dict[str, ModelRecord] = field(default_factory=dict)
    warnings: list[DataWarning] = field(default_factory=list)


def parse_catalogue(content: bytes, category: MODEL_REFERENCE_CATEGORY, place: str) -> ParsedCatalogue:
    """Read a catalogue in whichever format it is.

    Args:
        content: The file's bytes.
        category: What the records are of.
        place: Where the bytes come from, for messages.

    Raises:
        CatalogueFormatError: The file is no catalogue.
    """
    text = _decode(content, place)
    start = text.lstrip()[:1]
    if not start:
        raise CatalogueFormatError(f"{place} is empty; expected {EXPECTED}.")
    warnings: list[DataWarning] = []
    entries = _json_entries(text, place, warnings) if start in "{[" else _csv_entries(text, place)
    parsed = _read_records(entries, warnings)
    if category is MODEL_REFERENCE_CATEGORY.text_generation:
        parsed.records = fold_backend_duplicates(parsed.records)
    if not parsed.records and parsed.warnings:
        raise CatalogueFormatError(f"{place}: no record could be read; {parsed.warnings[0].message}")
    return ParsedCatalogue(parsed.records, list(bounded(parsed.warnings)))


def _decode(content: bytes, place: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CatalogueFormatError(f"{place}, line {line}: not UTF-8 text; expected {EXPECTED}.") from error


def _json_entries(text: str, place: str, warnings: list[DataWarning]) -> Iterator[Entry]:
    pairs: list[tuple[str, Any]] = []

    def keep_last(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal pairs
        pairs = found
        return dict(found)

    try:
        data = json.loads(text, object_pairs_hook=keep_last, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise CatalogueFormatError(
            f"{place}, line {error.lineno}, column {error.colno}: {error.msg}; expected {EXPECTED}.",
            hint=_CUT_SHORT,
        ) from error
    except RecursionError as error:
        raise CatalogueFormatError(f"{place}: JSON that cannot be read ({error}); expected {EXPECTED}.") from error
    if not isinstance(data, dict):
        raise CatalogueFormatError(f"{place}, line 1: a JSON {type(data).__name__}; expected {EXPECTED}.")
    # The hook sees the outermost object last, so ``pairs`` now holds every name as often as the file gives it.
    return ((name, partial(_json_entry, name, raw, warnings)) for name, raw in pairs)


def _integer(digits: str) -> int | float:
    """Read a number; one of thousands of digits, which Python refuses, is beyond every bound anyway."""
    try:
        return int(digits)
    except ValueError:
        return float(digits)


def _json_entry(name: str, raw: object, warnings: list[DataWarning]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise TypeError(f"a {type(raw).__name__}, expected an object")
    own = raw.get("name", name)
    if own != name:
        message = f"Record {quoted(name)} calls itself {quoted(str(own))}; the former is used."
        warnings.append(DataWarning("name_mismatch", message))
    return json_entry_to_v2(raw) | {"name": name}


def _csv_entries(text: str, place: str) -> Iterator[Entry]:
    lines = io.StringIO(text, newline="")
    rows = _csv_rows(lines, place)
    first = next(rows)
    header = [] if isinstance(first, _BadRow) else [column.strip() for column in first]
    if not set(header) >= CSV_COLUMNS:
        raise CatalogueFormatError(f"{place}, line 1: {quoted(text[:40])} is no header; expected {EXPECTED}.")
    name_at = header.index("name")
    ended, last_line = text.endswith(("\r", "\n")), text.count("\n") + 1
    make: Maker
    for row in rows:
        if isinstance(row, _BadRow):
            name, make = row.where, row.fail
        elif row:
            name = row[name_at].strip() if name_at < len(row) else ""
            make = partial(csv_row_to_entry, header, row)
        else:
            continue
        whole = ended or lines.tell() < len(text)
        yield name, make if whole else partial(_not_cut_short, make, f"{place}, line {last_line}")


def _not_cut_short(make: Maker, where: str) -> dict[str, Any]:
    """Make the entry of a last row without line end; one that is malformed is no record, but half of one."""
    try:
        return make()
    except ValueError as error:
        raise CatalogueFormatError(
            f"{where}: the file ends within a row ({_reason(error)}); expected {EXPECTED}.", hint=_CUT_SHORT
        ) from error


@dataclass(frozen=True, slots=True)
class _BadRow:
    where: str
    reason: str

    def fail(self) -> NoReturn:
        raise ValueError(self.reason)


def _csv_rows(lines: io.StringIO, place: str) -> Iterator[list[str] | _BadRow]:
    """Read on after a row that is no CSV; the file is bad only where it ends within quotes."""
    reader = csv.reader(lines, strict=True)
    while True:
        first = reader.line_num + 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if _ENDS_WITHIN_QUOTES in str(error):
                raise CatalogueFormatError(
                    f"{place}, line {first}: a quote that never closes; expected {EXPECTED}.", hint=_CUT_SHORT
                ) from error
            last = reader.line_num
            yield _BadRow(f"line {first}" if first == last else f"lines {first} to {last}", str(error))


def _read_records(entries: Iterator[Entry], warnings: list[DataWarning]) -> ParsedCatalogue:
    parsed = ParsedCatalogue(warnings=warnings)
    for name, make in entries:
        try:
            record = ModelRecord.model_validate(make())
            # What cannot be written out again (a lone surrogate, infinity, a thousand levels) is no record.
            json.dumps(record.as_json(), ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, TypeError, RecursionError) as error:
            warnings.append(
                DataWarning("record_skipped", f"Record {quoted(name)} is malformed and was skipped: {_reason(error)}.")
            )
            continue
        if name in parsed.records:
            warnings.append(
                DataWarning("name_repeated", f"Model {quoted(name)} is given twice; the later one is used.")
            )
        parsed.records[name] = record
    return parsed


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        return visible(f"{where}: {fault['msg']}" if where else str(fault["msg"]))
    if isinstance(error, UnicodeEncodeError):
        return "text that is no valid Unicode"
    return visible(str(error))
