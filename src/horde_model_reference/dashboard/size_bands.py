"""The models of each band of sizes, by which charts group them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from horde_model_reference.analytics.size_bands import bands_of
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, usage_traits


@dataclass(frozen=True, slots=True)
class Band:
    """A range of sizes with its models.

    Attributes:
        label: The range in words.
        rows: Its models.
    """

    label: str
    rows: pl.DataFrame


def size_bands(rows: pl.DataFrame, category: MODEL_REFERENCE_CATEGORY) -> list[Band]:
    """Return the bands that have models, the largest sizes first, those of unknown size last."""
    bands = [Band(band.name, rows.filter(band.condition)) for band in bands_of(usage_traits(category).size)]
    return [band for band in bands if band.rows.height]
