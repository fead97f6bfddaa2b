"""Families: text models that share a base name, as rows of their own (rule 9)."""

from __future__ import annotations

import polars as pl

from horde_model_reference.analytics.flags import FLAGS, Measure, Scope
from horde_model_reference.analytics.judgement import judge
from horde_model_reference.analytics.text_model_names import base_names
from horde_model_reference.integrations.data_merger import USAGE, WORKERS

RECORD_FLAGS = tuple(flag.name for flag in FLAGS if flag.scope is Scope.RECORD)


def apply_text_model_grouping_to_risk_response(rows: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """Return the rows of families instead of the rows of models, sorted by name.

    Usage, workers and size are sums (unknown where a member's is); usage and worker flags, level and ratios are
    computed from the sums; flags of records are set if any member has them.
    """
    named = rows.with_columns(base=base_names(pl.col("name")))
    named = named.with_columns(family=pl.col("base").str.to_lowercase())
    families = named.group_by("family").agg(
        _one_value("baseline"),
        pl.col("nsfw").any(ignore_nulls=False),
        pl.col("has_description").all(),
        *(_sum(column) for column in ("size_bytes", *USAGE, *WORKERS)),
        pl.col("download_count", "unusable_url_count").sum(),
        pl.col("download_hosts").explode().drop_nulls().unique().sort(),
        pl.col("usage_known", "workers_known").all(),
        pl.col(RECORD_FLAGS).any(),
        pl.col("name").sort().alias("members"),
    )
    return judge(_spellings(named).join(families, on="family").drop("family").sort("name"), measure)


def _spellings(named: pl.DataFrame) -> pl.DataFrame:
    """Return each family's base name in the spelling most members use (ties: code point)."""
    return (
        named.group_by("family", "base")
        .agg(members=pl.len())
        .sort(["family", "members", "base"], descending=[False, True, False])
        .unique("family", keep="first", maintain_order=True)
        .select("family", name="base")
    )


def _one_value(column: str) -> pl.Expr:
    """The members' one value, else null."""
    return pl.when(pl.col(column).n_unique() == 1).then(pl.col(column).first()).alias(column)


def _sum(column: str) -> pl.Expr:
    return pl.when(pl.col(column).null_count() == 0).then(pl.col(column).sum()).alias(column)
