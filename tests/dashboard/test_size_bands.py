"""Bands of sizes: every model is in one, the largest first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.dashboard.size_bands import size_bands
from tests.support.builders import IMAGE, TEXT, catalogue_of, observation_of, stats_of, table_of, weighing


@given(st.lists(st.none() | st.integers(1, 2 * 10**11), min_size=1, max_size=12))
def test_every_model_is_in_one_band_and_bands_descend(sizes: list[int | None]) -> None:
    records = {f"model {at}": weighing(size) for at, size in enumerate(sizes)}
    table = table_of(catalogue_of(records, TEXT), observation_of(stats_of({}), category=TEXT))
    bands = size_bands(table.rows, TEXT)
    assert sum(band.rows.height for band in bands) == len(sizes)
    known = [band.rows["parameters"].max() for band in bands if band.rows["parameters"].null_count() == 0]
    assert known == sorted(known, reverse=True)  # type: ignore[type-var]
    assert ("parameters unknown" in [band.label for band in bands]) is (None in sizes)


def test_the_words_have_the_categorys_unit() -> None:
    records = {str(size): {"size_on_disk_bytes": size * 2**30} for size in (1, 4, 6, 10, 30)}
    table = table_of(catalogue_of(records), observation_of(stats_of({})))
    assert [band.label for band in size_bands(table.rows, IMAGE)] == [
        "from 20 GB",
        "7.3 to 20 GB",
        "5.7 to 7.3 GB",
        "2.6 to 5.7 GB",
        "up to 2.6 GB",
    ]
