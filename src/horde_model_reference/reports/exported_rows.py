"""The rows of a query's page as columns with their declared types, for CSV and Parquet."""

from __future__ import annotations

from datetime import date
from types import NoneType

import polars as pl

from horde_model_reference.analytics.columns import COLUMNS, Column
from horde_model_reference.analytics.flags import FLAG_NAMES
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import viewed
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.row_selection import matching, page

TYPES: dict[type, type[pl.DataType]] = {
    bool: pl.Boolean,
    int: pl.Int64,
    float: pl.Float64,
    date: pl.Date,
    str: pl.String,
    NoneType: pl.Int64,  # A count that is always unknown.
}


def exported_rows(table: RiskTable, query: RiskQuery) -> pl.DataFrame:
    """Return the rows of a query's page: the scalar columns, and one column a flag; unknown is null.

    Args:
        table: The ungrouped table.
        query: Which rows, in which order, which page; figures by backend are left out.
    """
    rows = page(matching(viewed(table, query).rows, query), query, table.category)
    whole = rows.with_columns(category=pl.lit(table.category.value))
    return whole.select(*(_typed(column, whole) for column in COLUMNS.values()), *FLAG_NAMES)


def _typed(column: Column, rows: pl.DataFrame) -> pl.Expr:
    values = pl.col(column.name) if column.name in rows.columns else pl.lit(None)
    return values.cast(TYPES[column.value_type]).alias(column.name)
