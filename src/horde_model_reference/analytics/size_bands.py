"""Bands of sizes, by which filters and charts group models; their bounds lie between the usual sizes of models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from horde_model_reference.categories import SizeMeasure

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class SizeBand:
    """A range of sizes.

    Attributes:
        name: The range in words, which is its name in queries.
        measure: The column of rows that it is a range of: GiB, or numbers of weights.
        least: Its lower bound, which belongs to it; None without one.
        below: Its upper bound, which does not; None without one.
    """

    name: str
    measure: SizeMeasure
    least: float | None = None
    below: float | None = None

    @property
    def condition(self) -> pl.Expr:
        """Whether a row lies in the band; a band without bounds has the rows of unknown size."""
        import polars as pl  # noqa: PLC0415 - the help of commands names the bands without it

        value = pl.col(self.measure)
        bounds = [value >= self.least] if self.least is not None else []
        bounds += [value < self.below] if self.below is not None else []
        return pl.all_horizontal(bounds) if bounds else value.is_null()


_GB, _WEIGHTS = SizeMeasure.GIGABYTES, SizeMeasure.PARAMETERS
SIZE_BANDS: Mapping[str, SizeBand] = {
    band.name: band
    for band in (
        SizeBand("from 20 GB", _GB, least=20.0),
        SizeBand("7.3 to 20 GB", _GB, least=7.3, below=20.0),
        SizeBand("5.7 to 7.3 GB", _GB, least=5.7, below=7.3),
        SizeBand("2.6 to 5.7 GB", _GB, least=2.6, below=5.7),
        SizeBand("up to 2.6 GB", _GB, below=2.6),
        SizeBand("size unknown", _GB),
        SizeBand("from 80B", _WEIGHTS, least=80e9),
        SizeBand("36B to 80B", _WEIGHTS, least=36e9, below=80e9),
        SizeBand("15B to 36B", _WEIGHTS, least=15e9, below=36e9),
        SizeBand("9B to 15B", _WEIGHTS, least=9e9, below=15e9),
        SizeBand("4B to 9B", _WEIGHTS, least=4e9, below=9e9),
        SizeBand("up to 4B", _WEIGHTS, below=4e9),
        SizeBand("parameters unknown", _WEIGHTS),
    )
}
"""The bands by name: of each measure the largest first, the unknown sizes last."""


def bands_of(measure: SizeMeasure) -> list[SizeBand]:
    """Return the bands of a measure, in the order of the table."""
    return [band for band in SIZE_BANDS.values() if band.measure is measure]
