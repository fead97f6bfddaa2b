"""Rows as Parquet: the scalar columns, and one column a flag, each with its type."""

from __future__ import annotations

import io

import polars as pl


def to_parquet(rows: pl.DataFrame) -> bytes:
    """Return rows as a Parquet file; unknown is null, and names are as the catalogue has them."""
    file = io.BytesIO()
    rows.write_parquet(file)
    return file.getvalue()
