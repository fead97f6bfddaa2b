"""Searches over the records of one category or of several."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

from horde_model_reference.compat.catalogue_index import CatalogueIndex


class RecordSort(StrEnum):
    """The columns by which found records are ordered."""

    name = "name"
    baseline = "baseline"
    nsfw = "nsfw"
    style = "style"
    version = "version"
    size_on_disk_bytes = "size_on_disk_bytes"
    parameters = "parameters"


SORTED_BY: Mapping[RecordSort, str] = {RecordSort.size_on_disk_bytes: "size_bytes"}
"""The columns whose names differ from those of the facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordQuery:
    """A question to the records; None, an empty text and an empty list ask nothing.

    Attributes:
        nsfw: As the record says; one that does not say is neither.
        baseline: The record's baseline.
        inpainting: Whether it is an inpainting model.
        tags_any: At least one of these tags, ignoring case.
        tags_all: All of these tags.
        tags_none: None of these tags.
        name_contains: A part of the name, ignoring case.
        exclude_backend_variations: Leave out records whose names begin with a backend.
        quantized: Whether the name says that the weights were quantised.
        names: Only models of these names.
        sort_by: The column of the order; by default the name. Ties by name, nulls last.
        sort_desc: Descending.
        limit: At most so many, at least 1.
        offset: Leave out so many first, at least 0.
    """

    nsfw: bool | None = None
    baseline: str | None = None
    inpainting: bool | None = None
    tags_any: Sequence[str] = ()
    tags_all: Sequence[str] = ()
    tags_none: Sequence[str] = ()
    name_contains: str | None = None
    exclude_backend_variations: bool = False
    quantized: bool | None = None
    names: frozenset[str] | None = None
    sort_by: RecordSort = RecordSort.name
    sort_desc: bool = False
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class FoundRecords:
    """One page of a search.

    Attributes:
        results: The records of the page.
        total: Records that match, on all pages.
    """

    results: list[dict[str, Any]]
    total: int


def _among(tags: Sequence[str]) -> pl.Expr:
    """Return how many of some tags a record has, ignoring case."""
    wanted = sorted({tag.lower() for tag in tags})
    own = pl.col("tags").list.eval(pl.element().str.to_lowercase())
    return own.list.set_intersection(pl.lit(pl.Series([wanted], dtype=pl.List(pl.String)))).list.len()


FILTERS: Mapping[str, Callable[[Any], pl.Expr]] = {
    "nsfw": lambda wanted: pl.col("nsfw") == wanted,
    "baseline": lambda wanted: pl.col("baseline") == wanted,
    "inpainting": lambda wanted: pl.col("inpainting") == wanted,
    "tags_any": lambda tags: _among(tags) > 0,
    "tags_all": lambda tags: _among(tags) == len({tag.lower() for tag in tags}),
    "tags_none": lambda tags: _among(tags) == 0,
    "name_contains": lambda text: pl.col("name").str.to_lowercase().str.contains(text.lower(), literal=True),
    "exclude_backend_variations": lambda wanted: ~pl.col("is_backend_copy") | ~pl.lit(wanted),
    "quantized": lambda wanted: pl.col("quantized") == wanted,
    "names": lambda names: pl.col("name").is_in(pl.Series(sorted(names), dtype=pl.String).implode()),
}
"""The condition of each field of a query that chooses records."""

_NOTHING_ASKED: tuple[object, ...] = (None, "", ())


def _comparable(wanted: object) -> object:
    """Return the value of a field; of a list, the texts that are not empty."""
    return tuple(filter(None, wanted)) if isinstance(wanted, list | tuple) else wanted


def search(indexes: Sequence[CatalogueIndex], query: RecordQuery) -> FoundRecords:
    """Return a page of the records that match, over the catalogues together."""
    if not indexes:
        return FoundRecords([], 0)
    asked = {field: _comparable(getattr(query, field)) for field in FILTERS}
    conditions = [FILTERS[field](wanted) for field, wanted in asked.items() if wanted not in _NOTHING_ASKED]
    keys = list(dict.fromkeys((SORTED_BY.get(query.sort_by, query.sort_by.value), "name", "at")))
    found = pl.concat(
        [
            index.facts.filter(*conditions).with_columns(at=pl.lit(at, pl.UInt32)).select(keys)
            for at, index in enumerate(indexes)
        ]
    )
    descending = [query.sort_desc, *(False for _ in keys[1:])]
    ordered = found.sort(keys, descending=descending, nulls_last=True)
    shown = ordered.slice(min(query.offset, ordered.height), query.limit).select("name", "at")
    return FoundRecords([indexes[at].record(name) for name, at in shown.iter_rows()], found.height)
