"""Rows as Parquet."""

from __future__ import annotations

import io
from datetime import date

import polars as pl
import pytest

from horde_model_reference.analytics.flags import FLAG_NAMES
from horde_model_reference.analytics.risk_query import SCALAR_COLUMNS, RiskQuery
from horde_model_reference.reports.exported_rows import exported_rows
from horde_model_reference.reports.parquet_report import to_parquet
from tests.support.builders import catalogue_of, observation_of, stats_of, table_of
from tests.support.hostile_names import HOSTILE_NAMES


def read(*names: str) -> pl.DataFrame:
    table = table_of(catalogue_of(list(names)), observation_of(stats_of(dict.fromkeys(names, 3) or {"x": 1})))
    return pl.read_parquet(io.BytesIO(to_parquet(exported_rows(table, RiskQuery()))))


def test_the_columns_are_those_of_csv_with_types() -> None:
    frame = read("a", "b")
    assert frame.columns == [*SCALAR_COLUMNS, *FLAG_NAMES]
    row = frame.row(0, named=True)
    assert (row["name"], row["usage_month"], row["nsfw"], row["size_gb"]) == ("a", 3, False, 2.0)
    assert row["risk_level"] == "medium"
    assert {name: frame.schema[name] for name in ("first_seen", "trend_30d", "usage_hour", "low_usage")} == {
        "first_seen": pl.Date,
        "trend_30d": pl.Float64,
        "usage_hour": pl.Int64,
        "low_usage": pl.Boolean,
    }
    assert date(2026, 1, 1)


def test_no_rows_have_the_same_columns() -> None:
    table = table_of(catalogue_of(["a"]), observation_of(stats_of({"a": 1})))
    frame = pl.read_parquet(io.BytesIO(to_parquet(exported_rows(table, RiskQuery(search="nothing")))))
    assert frame.height == 0
    assert frame.schema == read("a").schema


@pytest.mark.parametrize("kind", ["ansi", "equals", "null", "emoji"])
def test_names_are_data_and_stay_as_they_are(kind: str) -> None:
    """Rule 13: nothing in a Parquet file acts."""
    assert read(HOSTILE_NAMES[kind])["name"].to_list() == [HOSTILE_NAMES[kind]]
