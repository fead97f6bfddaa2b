"""A catalogue prepared for searches and statistics: facts of its records as columns, and families of text models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.name_parts import BACKENDS, ENDINGS, alternatives

FAMILY = "text_model_group"
"""The field of a text record that names its family, by which clients join it with the rows of families."""

FULL_WIDTH = r"b?float16|bf16|float32|f(?:p)?(?:16|32)"
"""Number widths in which weights are published, so that a name with one is no quantisation."""
QUANTISING = ("GGUF quantisation", "method", "number width", "weights and activations", "bits per weight")
"""The kinds of endings that say that a model's weights have fewer bits than published (rules 2 and 2a)."""

_QUANTISED = rf"(?is)[-_.](?:{alternatives(part for part in ENDINGS if part.label in QUANTISING)})(?:[-_.]|$)"
_FULL_WIDTH = rf"(?is)[-_.](?:{FULL_WIDTH})$"
_BACKEND = rf"(?is)^(?:{'|'.join(BACKENDS)})/"

RECORD_FACTS: dict[str, pl.DataType | type[pl.DataType]] = {
    "version": pl.String,
    "tags": pl.List(pl.String),
    "file_hosts": pl.List(pl.String),
    "has_trigger_words": pl.Boolean,
    "has_requirements": pl.Boolean,
    "has_showcases": pl.Boolean,
}
"""The columns that searches and statistics need beside those of the catalogue; ``file_hosts`` has one entry a file."""


@dataclass(frozen=True)
class CatalogueIndex:
    """A catalogue with its records' facts and families, each computed when it is first needed."""

    catalogue: Catalogue

    @cached_property
    def facts(self) -> pl.DataFrame:
        """The catalogue's columns with those of ``RECORD_FACTS``, ``family``, ``is_backend_copy`` and ``quantized``."""
        frame, records = self.catalogue.frame, self.catalogue.records
        facts = pl.DataFrame([_facts(records[name]) for name in frame["name"]], schema=RECORD_FACTS, orient="row")
        return pl.concat([frame, facts], how="horizontal").with_columns(
            family=pl.coalesce(pl.lit(self.catalogue.families), "name"),
            is_backend_copy=pl.col("name").str.contains(_BACKEND),
            quantized=pl.col("name").str.contains(_QUANTISED) & ~pl.col("name").str.contains(_FULL_WIDTH),
        )

    @cached_property
    def families(self) -> Mapping[str, str | None]:
        """The family of each model; None in a category whose names form none."""
        return dict(zip(self.catalogue.frame["name"], self.catalogue.families, strict=True))

    def record(self, name: str) -> dict[str, Any]:
        """Return a model's record with its family, as the v2 format has it."""
        family = self.families[name]
        return self.catalogue.records[name].as_json() | ({} if family is None else {FAMILY: family})

    def records(self) -> dict[str, dict[str, Any]]:
        """Return all records by name, in the order of the catalogue."""
        return {name: self.record(name) for name in self.catalogue.records}


def _facts(record: ModelRecord) -> tuple[Any, ...]:
    extra = record.model_extra or {}
    return (
        record.version,
        list(dict.fromkeys(record.tags)),
        [download.host for download in record.config.download if download.host],
        bool(extra.get("trigger")),
        bool(extra.get("requirements")),
        bool(extra.get("showcases")),
    )
