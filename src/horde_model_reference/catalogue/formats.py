"""The formats a catalogue comes in, told apart by content: JSON (v2, legacy, ``db.json``) and ``models.csv``.

Reading is forgiving of single records and strict about files: a malformed record is reported and skipped, a file
that is no catalogue is an error that names place, line and what was expected.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import ValidationError

from horde_model_reference.catalogue.legacy import csv_row_to_entry, fold_backend_duplicates, json_entry_to_v2
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.errors import CatalogueFormatError
from horde_model_reference.inert import visible
from horde_model_reference.notices import Notice, bounded

EXPECTED = "a JSON object of records, or a CSV file whose first line names the columns name and parameters_bn"
CSV_COLUMNS = frozenset({"name", "parameters_bn"})

Entry = tuple[str, Callable[[], dict[str, Any]]]
"""A model's name and what makes its v2 entry; the maker raises ValueError where the record is malformed."""


@dataclass(slots=True)
class ParsedCatalogue:
    """The records of one file by name, and what there is to say about them."""

    records: dict[str, ModelRecord] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)


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
    notices: list[Notice] = []
    entries = _json_entries(text, place, notices) if start in "{[" else _csv_entries(text, place)
    parsed = _read_records(entries, notices)
    if category is MODEL_REFERENCE_CATEGORY.text_generation:
        parsed.records = fold_backend_duplicates(parsed.records)
    if not parsed.records and parsed.notices:
        raise CatalogueFormatError(f"{place}: no record could be read; {parsed.notices[0].message}")
    return ParsedCatalogue(parsed.records, list(bounded(parsed.notices)))


def _decode(content: bytes, place: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CatalogueFormatError(f"{place}, line {line}: not UTF-8 text; expected {EXPECTED}.") from error


def _json_entries(text: str, place: str, notices: list[Notice]) -> Iterator[Entry]:
    pairs: list[tuple[str, Any]] = []

    def keep_last(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal pairs
        pairs = found
        return dict(found)

    try:
        data = json.loads(text, object_pairs_hook=keep_last)
    except json.JSONDecodeError as error:
        raise CatalogueFormatError(
            f"{place}, line {error.lineno}, column {error.colno}: {error.msg}; expected {EXPECTED}.",
            hint="The file may have been cut short.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise CatalogueFormatError(f"{place}: JSON that cannot be read ({error}); expected {EXPECTED}.") from error
    if not isinstance(data, dict):
        raise CatalogueFormatError(f"{place}, line 1: a JSON {type(data).__name__}; expected {EXPECTED}.")
    # The hook sees the outermost object last, so ``pairs`` now holds every name as often as the file gives it.
    return ((name, partial(_json_entry, name, raw, notices)) for name, raw in pairs)


def _json_entry(name: str, raw: object, notices: list[Notice]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise TypeError(f"a {type(raw).__name__}, expected an object")
    # A lone surrogate escape is valid JSON but no Unicode text, and could not be written out again.
    json.dumps(raw, ensure_ascii=False).encode()
    own = raw.get("name", name)
    if own != name:
        message = f"Record {visible(name)!r} calls itself {visible(str(own))!r}; the former is used."
        notices.append(Notice("name_mismatch", message))
    return json_entry_to_v2(raw) | {"name": name}


def _csv_entries(text: str, place: str) -> Iterator[Entry]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [column.strip() for column in next(reader)]
        if not set(header) >= CSV_COLUMNS:
            raise CatalogueFormatError(f"{place}, line 1: {visible(text[:40])!r} is no header; expected {EXPECTED}.")
        rows = [row for row in reader if row]
    except csv.Error as error:
        raise CatalogueFormatError(f"{place}, line {reader.line_num}: {error}; expected {EXPECTED}.") from error
    name_at = header.index("name")
    return (
        (row[name_at].strip() if name_at < len(row) else "", partial(csv_row_to_entry, header, row)) for row in rows
    )


def _read_records(entries: Iterator[Entry], notices: list[Notice]) -> ParsedCatalogue:
    parsed = ParsedCatalogue(notices=notices)
    for name, make in entries:
        try:
            record = ModelRecord.model_validate(make())
        except (ValueError, TypeError) as error:
            notices.append(
                Notice("record_skipped", f"Record {visible(name)!r} is malformed and was skipped: {_reason(error)}.")
            )
            continue
        if name in parsed.records:
            notices.append(Notice("name_repeated", f"Model {visible(name)!r} is given twice; the later one is used."))
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
