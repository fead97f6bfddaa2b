"""One version of a catalogue file, record by record: those that can be read, and the faults of the others."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from horde_model_reference.body_limits import DEFAULT_LIMITS, BodyLimits
from horde_model_reference.catalogue.catalogue import Catalogue, records_to_frame
from horde_model_reference.catalogue.formats import Malformed, bounded_catalogue, fault_of, read_record
from horde_model_reference.catalogue.legacy import fold_backend_duplicates
from horde_model_reference.catalogue.raw_catalogue import RawCatalogue, RawRecord
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_families
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import CatalogueFormatError

_LINE = re.compile(r", line (\d+)")
DOWNLOAD_QUERY = "?download=true"
"""End of addresses of the hub that changes nothing about the file."""


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One record of a version.

    Attributes:
        name: Its name; empty where none can be read.
        line: Its first line, counted from 1.
        content: The text by which versions of it are compared: its fields in a fixed order, or all of a malformed one.
        record: The record; None where it is malformed.
        fault: The fault of a malformed one; empty otherwise.
        lost: The names of rows that an open quote of this one swallowed.
        other_name: A sentence about another name that it calls itself; empty where there is none.
    """

    name: str
    line: int
    content: str
    record: ModelRecord | None = None
    fault: str = ""
    lost: tuple[str, ...] = ()
    other_name: str = ""

    @property
    def hashes(self) -> frozenset[str]:
        """The SHA-256 hashes of its files, in lower case."""
        downloads = self.record.config.download if self.record is not None else ()
        return frozenset(filter(None, ((found.sha256sum or "").strip().lower() for found in downloads)))

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses of its files and, if it gives one, its page."""
        if self.record is None:
            return frozenset()
        page = (self.record.model_extra or {}).get("url")
        given = [download.file_url for download in self.record.config.download]
        given += [page] if isinstance(page, str) else []
        return frozenset(filter(None, (address.strip().removesuffix(DOWNLOAD_QUERY) for address in given)))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The fault of a whole file.

    Attributes:
        reason: One sentence.
        line: The line that it names; None where it names none.
        absent: There is no file.
    """

    reason: str
    line: int | None = None
    absent: bool = False


@dataclass(frozen=True)
class Version:
    """One version of a catalogue file.

    Attributes:
        category: The category of its records.
        records: Its records, in the order of the file.
        unreadable: Why it has no records; None where it can be read.
        revision: SHA-256 of the file, hexadecimal; empty where there is none.
    """

    category: MODEL_REFERENCE_CATEGORY
    records: tuple[VersionRecord, ...] = ()
    unreadable: Unreadable | None = None
    revision: str = ""

    @cached_property
    def models(self) -> Mapping[str, VersionRecord]:
        """The readable records by name; of a repeated name, the last one."""
        return {found.name: found for found in self.records if found.record is not None}

    @cached_property
    def listed(self) -> frozenset[str]:
        """All names that the file seems to list, those of malformed and lost records included."""
        lost = (name for found in self.records for name in found.lost)
        return frozenset([*(found.name for found in self.records), *lost]) - {""}

    @cached_property
    def by_hash(self) -> Mapping[str, list[VersionRecord]]:
        """The readable records that have a file of each hash."""
        return owners(self.models.values(), lambda record: record.hashes)

    @cached_property
    def by_address(self) -> Mapping[str, list[VersionRecord]]:
        """The readable records that have each address."""
        return owners(self.models.values(), lambda record: record.addresses)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The readable records as a catalogue."""
        records = {name: found.record for name, found in self.models.items() if found.record is not None}
        return Catalogue(self.category, self.revision, None, records, records_to_frame(records))


def owners(
    records: Iterable[VersionRecord], marks: Callable[[VersionRecord], Iterable[str]]
) -> dict[str, list[VersionRecord]]:
    """Return the records that have each mark, such as a hash or an address, in the order of the records."""
    found: dict[str, list[VersionRecord]] = {}
    for record in records:
        for mark in marks(record):
            found.setdefault(mark, []).append(record)
    return found


def read_version(
    content: bytes | None, category: MODEL_REFERENCE_CATEGORY, place: str, limits: BodyLimits = DEFAULT_LIMITS
) -> Version:
    """Read a version of a catalogue file; faults become part of it.

    Args:
        content: The file's bytes; None where there is no file.
        category: The category of its records.
        place: The name of the file, for messages.
        limits: Limits of the file, checked before anything is parsed.
    """
    if content is None:
        return Version(category, unreadable=Unreadable(f"{place}: there is no such file.", absent=True))
    revision = hashlib.sha256(content).hexdigest()
    try:
        raw = bounded_catalogue(content, place, limits)
    except CatalogueFormatError as error:
        line = _LINE.search(error.message)
        return Version(category, (), Unreadable(error.message, int(line[1]) if line else None), revision)
    return Version(category, tuple(_records(raw, category)), None, revision)


def _records(raw: RawCatalogue, category: MODEL_REFERENCE_CATEGORY) -> Iterator[VersionRecord]:
    """Yield the records; of a generated ``db.json``, each model once."""
    found = [_record(record, raw.text) for record in raw.records if record.entry is not None]
    if not has_families(category):
        return iter(found)
    kept = fold_backend_duplicates({one.name: one.record for one in found if one.record is not None})
    return (one for one in found if one.record is None or one.name in kept)


def _record(found: RawRecord, text: str) -> VersionRecord:
    warnings: list[DataWarning] = []
    try:
        record = read_record(found, warnings)
    except Malformed as error:
        own = text[found.start : found.end].strip().rstrip(",")
        lost = tuple(name for name in found.swallowed or () if name)
        return VersionRecord(found.name, found.lines[0], own, fault=fault_of(error), lost=lost)
    other_name = warnings[0].message if warnings else ""
    content = json.dumps(record.as_json(), sort_keys=True) + other_name
    return VersionRecord(found.name, found.lines[0], content, record, other_name=other_name)
