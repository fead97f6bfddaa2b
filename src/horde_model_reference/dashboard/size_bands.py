"""Bands of sizes, by which charts group models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, SizeMeasure
from horde_model_reference.reports.model_size import model_size

BOUNDS: Mapping[SizeMeasure, tuple[float, ...]] = {
    SizeMeasure.GIGABYTES: (2.6, 5.7, 7.3, 20.0),
    SizeMeasure.PARAMETERS: (4e9, 9e9, 15e9, 36e9, 80e9),
}
"""Where one band ends and the next begins; they lie between the usual sizes of models."""


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
    size = model_size(category)
    value = pl.col(size.column)
    bounds = BOUNDS[size.column]
    unit = " GB" if size.column is SizeMeasure.GIGABYTES else ""
    ends = [size.text(bound).removesuffix(".0") for bound in bounds]
    bands = [Band(f"up to {ends[0]}{unit}", rows.filter(value < bounds[0]))]
    for low, high, (below, above) in zip(bounds, bounds[1:], pairwise(ends), strict=False):
        bands.append(Band(f"{below} to {above}{unit}", rows.filter((value >= low) & (value < high))))
    bands.append(Band(f"from {ends[-1]}{unit}", rows.filter(value >= bounds[-1])))
    unknown = Band("size unknown", rows.filter(value.is_null()))
    return [band for band in (*reversed(bands), unknown) if band.rows.height]
