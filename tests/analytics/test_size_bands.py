"""Bands of sizes: each known size is in one band of its measure."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.size_bands import SIZE_BANDS, bands_of
from horde_model_reference.categories import SizeMeasure


@given(st.sampled_from(SizeMeasure), st.none() | st.floats(0, 1e12))
def test_every_size_lies_in_one_band(measure: SizeMeasure, size: float | None) -> None:
    rows = pl.DataFrame({measure.value: [size]}, schema={measure.value: pl.Float64})
    found = [band.name for band in bands_of(measure) if rows.select(band.condition).item()]
    assert len(found) == 1
    assert ("unknown" in found[0]) is (size is None)


def test_the_bands_of_a_measure_descend_without_a_gap() -> None:
    for measure in SizeMeasure:
        *known, unknown = bands_of(measure)
        assert [band.below for band in known[1:]] == [band.least for band in known[:-1]]
        assert known[0].below is known[-1].least is unknown.least is unknown.below is None
    assert set(SIZE_BANDS) == {band.name for measure in SizeMeasure for band in bands_of(measure)}
