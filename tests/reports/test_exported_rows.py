"""Rows as columns: those of the answer to the same query, each with its declared type."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from horde_model_reference.analytics.columns import COLUMNS
from horde_model_reference.analytics.flags import FLAG_NAMES
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.reports.exported_rows import TYPES, exported_rows
from tests.support.builders import TEXT, catalogue_of, observation_of, stats_of, table_of

QUERIES: list[dict[str, Any]] = [
    {},
    {"preset": "critical"},
    {"limit": 2, "offset": 1, "sort": "name"},
    {"search": "no"},
]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_the_rows_are_those_of_the_answer(query: dict[str, Any], hostile: RiskTable) -> None:
    exported = exported_rows(hostile, RiskQuery(**query)).to_dicts()
    answered = respond(hostile, RiskQuery(**query)).model_dump(mode="python")["models"]
    assert exported == [
        {name: row[name] for name in COLUMNS} | {flag: row["deletion_risk_flags"][flag] for flag in FLAG_NAMES}
        for row in answered
    ]


@pytest.mark.parametrize("grouped", [False, True])
def test_each_column_has_its_declared_type(grouped: bool) -> None:
    table = table_of(catalogue_of(["a/Wren-7B", "b/Wren-8B"], TEXT), observation_of(stats_of({}), category=TEXT))
    schema = exported_rows(table, RiskQuery(group_text_models=grouped)).schema
    declared = {name: TYPES[column.value_type]() for name, column in COLUMNS.items()}
    assert dict(schema) == declared | dict.fromkeys(FLAG_NAMES, pl.Boolean())
