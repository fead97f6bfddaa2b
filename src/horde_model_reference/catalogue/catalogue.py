"""All entries of one category, as records and as columns."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import polars as pl

from horde_model_reference.body_limits import DEFAULT_LIMITS, BodyLimits
from horde_model_reference.catalogue.aliases import NO_ALIASES, Aliases
from horde_model_reference.catalogue.families import family_names
from horde_model_reference.catalogue.formats import parse_catalogue
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_families
from horde_model_reference.data_warnings import DataWarning

COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "name": pl.String,
    "baseline": pl.String,
    "nsfw": pl.Boolean,
    "has_description": pl.Boolean,
    "size_bytes": pl.Int64,
    "download_count": pl.Int64,
    "download_hosts": pl.List(pl.String),
    "unusable_url_count": pl.Int64,
    "style": pl.String,
    "inpainting": pl.Boolean,
    "parameters": pl.Int64,
}
"""The columns of a catalogue: one row a model, sorted by name (code points).

``baseline`` is null where the record has none; ``download_hosts`` are distinct and sorted; ``unusable_url_count``
counts addresses without http(s) scheme or host, blank ones included.
"""


@dataclass(frozen=True)
class Catalogue:
    """One category's models at one revision.

    Attributes:
        category: The category.
        revision: SHA-256 of the file's content, hexadecimal.
        modified_at: The file's time, or the ``Last-Modified`` of its URL; None if unknown.
        records: The records by name.
        frame: The records as the columns of ``COLUMNS``.
        warnings: Warnings about the data: skipped records, repeated names, a failed source, ...
        skipped: Why a name that the file seems to have is not among the records.
        aliases: The curators' aliases of API names and families.
    """

    category: MODEL_REFERENCE_CATEGORY
    revision: str
    modified_at: datetime | None
    records: Mapping[str, ModelRecord]
    frame: pl.DataFrame
    warnings: tuple[DataWarning, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    aliases: Aliases = NO_ALIASES

    @cached_property
    def families(self) -> pl.Series:
        """The name of each model's family, along the rows; null in a category whose names form none (rule 9)."""
        names = self.frame["name"]
        if not has_families(self.category):
            return pl.repeat(None, names.len(), dtype=pl.String, eager=True)
        return family_names(names, self.aliases.family_names)


def read_catalogue(
    content: bytes,
    category: MODEL_REFERENCE_CATEGORY,
    place: str,
    modified_at: datetime | None = None,
    limits: BodyLimits = DEFAULT_LIMITS,
) -> Catalogue:
    """Read a catalogue from a file's bytes; see :func:`parse_catalogue` for formats and errors."""
    parsed = parse_catalogue(content, category, place, limits)
    return Catalogue(
        category=category,
        revision=hashlib.sha256(content).hexdigest(),
        modified_at=modified_at,
        records=parsed.records,
        frame=records_to_frame(parsed.records),
        warnings=tuple(parsed.warnings),
        skipped=parsed.skipped,
    )


def records_to_frame(records: Mapping[str, ModelRecord]) -> pl.DataFrame:
    """Return records as columns (see ``COLUMNS``), sorted by name."""
    rows = [_row(record) for record in records.values()]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row").sort("name")


def _row(record: ModelRecord) -> tuple[object, ...]:
    downloads = record.config.download
    hosts = [download.host for download in downloads]
    return (
        record.name,
        (record.baseline or "").strip() or None,
        record.nsfw,
        bool((record.description or "").strip()),
        record.size_bytes,
        len(downloads),
        sorted({host for host in hosts if host}),
        hosts.count(None),
        record.style,
        bool(record.inpainting),
        record.parameters,
    )
