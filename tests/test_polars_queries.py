"""Queries run whole, together or by row give the same frames."""

from __future__ import annotations

import polars as pl

from horde_model_reference.polars_queries import collected, collected_by_row, collected_together

ROWS = pl.LazyFrame({"model": list("abcd") * 500, "use": range(2000)})


def test_the_engines_agree() -> None:
    doubled = ROWS.with_columns(pl.col("use") * 2)
    assert collected_by_row(doubled).equals(collected(doubled))


def test_queries_that_run_together_keep_their_order() -> None:
    sums = ROWS.group_by("model", maintain_order=True).agg(pl.col("use").sum())
    first, second = collected_together(sums, ROWS.tail(1))
    assert first.rows() == [("a", 499000), ("b", 499500), ("c", 500000), ("d", 500500)]
    assert second.rows() == [("d", 1999)]


def test_rows_are_in_one_chunk() -> None:
    assert collected_by_row(pl.concat([ROWS, ROWS])).n_chunks() == 1
