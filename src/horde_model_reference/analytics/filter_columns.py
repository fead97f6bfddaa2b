"""Columns that only filters read: made for a query that asks for them, from the models of a table.

Families have no verdict of their own; a filter by verdict or reason finds those with such a member. Backends are those
of the API names that are attributed to a model, or to a family's members.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.integrations.attribution import ATTRIBUTED

MEMBER_VERDICTS = "member_verdicts"
MEMBER_REASONS = "member_reasons"
BACKENDS = "backends"


def with_filter_columns(shown: RiskTable, models: RiskTable, query: RiskQuery) -> RiskTable:
    """Return a table with the columns that the filters of a query read besides its own.

    Args:
        shown: The table that the query looks at: the models, or their families.
        models: The ungrouped table.
        query: The query.
    """
    if query.backend:
        models = replace(models, rows=_with_backends(models))
    if not shown.grouped:
        return models
    asked = query.backend or query.verdict or query.reason
    return replace(shown, rows=_with_members(shown.rows, models.rows)) if asked else shown


def _with_backends(models: RiskTable) -> pl.DataFrame:
    found = (
        models.api_names.filter(pl.col("outcome") == ATTRIBUTED)
        .group_by(at="model_index")
        .agg(pl.col("backend").unique().alias(BACKENDS))
    )
    indexed = models.rows.with_row_index("at").join(found, on="at", how="left", maintain_order="left")
    return indexed.drop("at").with_columns(pl.col(BACKENDS).fill_null([]))


def _with_members(families: pl.DataFrame, models: pl.DataFrame) -> pl.DataFrame:
    """Return families with the verdicts, their reasons and, where models have them, the backends of their members."""
    backends = [BACKENDS] if BACKENDS in models.columns else []
    members = families.select(family="name", name="members").explode("name")
    member_rows = members.join(models.select("name", "verdict", "verdict_reasons", *backends), on="name")
    held = member_rows.group_by("family").agg(
        pl.col("verdict").drop_nulls().unique().alias(MEMBER_VERDICTS),
        pl.col("verdict_reasons").explode().drop_nulls().unique().alias(MEMBER_REASONS),
        *(pl.col(column).explode().drop_nulls().unique() for column in backends),
    )
    return families.join(held, left_on="name", right_on="family", how="left", maintain_order="left")
