"""The formats a catalogue comes in, told apart by content: JSON (v2, legacy, ``db.json``) and ``models.csv``.

Reading is forgiving of single records and strict about files: a malformed record is reported and skipped, a file
that is no catalogue, or one that is still being written, is an error with place, line and expected content.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from pydantic import ValidationError

from horde_model_reference.body_limits import DEFAULT_LIMITS, BodyLimitError, BodyLimits, check_csv, check_json
from horde_model_reference.catalogue.csv_rows import csv_rows
from horde_model_reference.catalogue.json_members import json_members
from horde_model_reference.catalogue.legacy import fold_backend_duplicates
from horde_model_reference.catalogue.raw_catalogue import CUT_SHORT, EXPECTED, RawCatalogue, RawRecord, decode
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_families
from horde_model_reference.data_warnings import DataWarning, bounded
from horde_model_reference.errors import CatalogueFormatError
from horde_model_reference.escaping import quoted, visible

_BEGINS_AS_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*[{\[]")
Malformed = (ValueError, TypeError, RecursionError)


@dataclass(slots=True)
class ParsedCatalogue:
    """The records of one file by name, with warnings.

    Attributes:
        records: The records.
        warnings: Warnings about the data.
        skipped: Why a name that the file seems to have is not among the records.
    """

    records: dict[str, ModelRecord] = field(default_factory=dict)
    warnings: list[DataWarning] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)


def parse_catalogue(
    content: bytes, category: MODEL_REFERENCE_CATEGORY, place: str, limits: BodyLimits = DEFAULT_LIMITS
) -> ParsedCatalogue:
    """Read a catalogue; its format is detected from its content.

    Args:
        content: The file's bytes.
        category: The category of the records.
        place: Where the bytes come from, for messages.
        limits: Limits of the file, checked before anything is parsed.

    Raises:
        CatalogueFormatError: The file is no catalogue, or exceeds a limit.
    """
    raw = bounded_catalogue(content, place, limits)
    parsed = _read_records(raw, place)
    if has_families(category):
        parsed.records = fold_backend_duplicates(parsed.records)
    if not parsed.records and parsed.warnings:
        raise CatalogueFormatError(f"{place}: no record could be read; {parsed.warnings[0].message}")
    parsed.warnings = list(bounded(parsed.warnings))
    parsed.skipped = {name: reason for name, reason in parsed.skipped.items() if name not in parsed.records}
    return parsed


def bounded_catalogue(content: bytes, place: str, limits: BodyLimits) -> RawCatalogue:
    """Find the records of a catalogue within limits, which are checked first; errors as for :func:`parse_catalogue`."""
    try:
        (check_json if _BEGINS_AS_JSON.match(content) else check_csv)(content, limits)
    except BodyLimitError as error:
        raise CatalogueFormatError(f"{place}: {error}.") from error
    return raw_catalogue(content, place)


def raw_catalogue(content: bytes, place: str) -> RawCatalogue:
    """Find the records of a catalogue in whichever format it is; errors as for :func:`parse_catalogue`."""
    text = decode(content, place)
    start = text.removeprefix("\ufeff").lstrip()[:1]
    if not start:
        raise CatalogueFormatError(f"{place} is empty; expected {EXPECTED}.")
    return json_members(text, place) if start in "{[" else csv_rows(text, place)


def _read_records(raw: RawCatalogue, place: str) -> ParsedCatalogue:
    parsed = ParsedCatalogue()
    lines: dict[str, str] = {}
    for found in raw.records:
        if found.entry is None:
            continue
        try:
            record = read_record(found, parsed.warnings)
        except Malformed as error:
            if raw.rows and found.end == len(raw.text) and not raw.text.endswith(("\r", "\n")):
                raise _cut_short(found, error, place) from error
            _skip(found, error, parsed)
            continue
        if found.name in parsed.records:
            parsed.warnings.append(
                DataWarning(
                    "name_repeated",
                    f"Model {quoted(found.name)} is given twice, in {lines[found.name]} and {found.where}; "
                    "the later one is used.",
                )
            )
        parsed.records[found.name] = record
        lines[found.name] = found.where
    return parsed


def read_record(found: RawRecord, warnings: list[DataWarning]) -> ModelRecord:
    """Return a record, which can be written out again.

    Args:
        found: The record as the file has it.
        warnings: Takes the warning about a record that calls itself by another name.

    Raises:
        ValueError, TypeError, RecursionError: It is malformed.
    """
    entry = found.entry() if found.entry is not None else {}
    record = ModelRecord.model_validate(entry | {"name": found.name})
    # What cannot be written out again (a lone surrogate, infinity, a thousand levels) is no record.
    json.dumps(record.as_json(), ensure_ascii=False, allow_nan=False).encode()
    own = entry.get("name", found.name)
    if own != found.name:
        warnings.append(DataWarning("name_mismatch", f"{found} calls itself {quoted(str(own))}; the former is used."))
    return record


def _skip(found: RawRecord, error: Exception, parsed: ParsedCatalogue) -> None:
    message = f"{found} is malformed and was skipped: {fault_of(error)}."
    others = [name for name in found.swallowed or () if name]
    single = found.swallowed is None
    parsed.warnings.append(DataWarning("record_skipped", message) if single else DataWarning("lines_lost", message))
    parsed.skipped |= dict.fromkeys([found.name, *others], message)


def _cut_short(found: RawRecord, error: Exception, place: str) -> CatalogueFormatError:
    """A malformed last row without line end is no record, but half of one."""
    return CatalogueFormatError(
        f"{place}, line {found.lines[1]}: the file ends within a row ({fault_of(error)}); expected {EXPECTED}.",
        hint=CUT_SHORT,
    )


def fault_of(error: Exception) -> str:
    """Return the fault of a malformed record, for people."""
    if isinstance(error, ValidationError):
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        return visible(f"{where}: {fault['msg']}" if where else str(fault["msg"]))
    if isinstance(error, UnicodeEncodeError):
        return "text that is no valid Unicode"
    return visible(str(error))
