"""Rows as Parquet: the scalar columns, and one column a flag, each with its type."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import Any, get_args

import polars as pl

from horde_model_reference.analytics.flags import FLAG_NAMES
from horde_model_reference.analytics.risk_query import SCALAR_COLUMNS
from horde_model_reference.analytics.risk_schema import ModelDeletionRiskInfo

KINDS: dict[type, type[pl.DataType]] = {
    bool: pl.Boolean,
    int: pl.Int64,
    float: pl.Float64,
    date: pl.Date,
    str: pl.String,
}
"""The types of columns; a column of any other type is a count that is always unknown."""


def to_parquet(rows: Iterable[ModelDeletionRiskInfo]) -> bytes:
    """Return rows as a Parquet file; unknown is null, and names are as the catalogue has them."""
    rows = list(rows)
    scalars = {
        column: pl.Series([_plain(getattr(row, column)) for row in rows], dtype=_kind(column))
        for column in SCALAR_COLUMNS
    }
    flags = {
        name: pl.Series([getattr(row.deletion_risk_flags, name) for row in rows], dtype=pl.Boolean)
        for name in FLAG_NAMES
    }
    file = io.BytesIO()
    pl.DataFrame(scalars | flags).write_parquet(file)
    return file.getvalue()


def _kind(column: str) -> type[pl.DataType]:
    annotation = ModelDeletionRiskInfo.model_fields[column].annotation
    for kind in (annotation, *get_args(annotation)):
        for known, found in KINDS.items():
            if isinstance(kind, type) and issubclass(kind, known):
                return found
    return pl.Int64


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
