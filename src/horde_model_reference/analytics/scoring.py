"""From facts to judgement: the flags, scores, ratios and level of every row."""

from __future__ import annotations

import polars as pl

from horde_model_reference.analytics.flags import (
    FLAG_NAMES,
    FLAGS,
    HOST_FLAGS,
    MEMBERS_BY_LEVEL,
    RISK_LEVEL,
    Scope,
    ScoringContext,
    is_critical,
    share_of_month,
)
from horde_model_reference.analytics.link_flags import NO_LINKS
from horde_model_reference.analytics.mark_columns import NO_MARK

BYTES_PER_GB = 2**30

NO_VERDICT = (
    pl.lit(None, pl.String).alias("verdict"),
    pl.lit(None, pl.List(pl.String)).alias("verdict_reasons"),
)
"""The columns of rows without a verdict."""

_MONTH, _TOTAL = pl.col("usage_month"), pl.col("usage_total")
_SIZE = pl.col("size_bytes") / BYTES_PER_GB
_RATIOS = (
    _SIZE.round(2).alias("size_gb"),
    pl.when(_SIZE > 0).then((_MONTH / _SIZE).round(2)).alias("cost_benefit_score"),
    pl.when(_MONTH > 0).then(pl.col("usage_day") / _MONTH).alias("day_to_month_ratio"),
    pl.when((_TOTAL > 0) & (_TOTAL >= _MONTH)).then(_MONTH / _TOTAL).alias("month_to_total_ratio"),
)


def flag_records(facts: pl.LazyFrame, context: ScoringContext) -> pl.LazyFrame:
    """Add the flags that a model's record gives it; a family's columns, verdict, mark and links stay null."""
    return facts.with_columns(
        *_flags({Scope.RECORD}, context),
        *NO_VERDICT,
        *NO_MARK,
        NO_LINKS,
        members=pl.lit(None, pl.List(pl.String)),
        members_by_level=pl.lit(None, MEMBERS_BY_LEVEL),
        has_critical_member=pl.lit(value=False),
    )


def score(facts: pl.LazyFrame, context: ScoringContext) -> pl.LazyFrame:
    """Add the columns that are computed from a row's own figures, for models and families alike.

    Args:
        facts: The catalogue's columns, the figures, the usage trend, and the columns of :func:`flag_records`.
        context: The thresholds and totals.
    """
    with_flags = facts.with_columns(
        *_flags({Scope.USAGE, Scope.WORKERS}, context),
        *_RATIOS,
        is_critical=is_critical(context),
        usage_share=share_of_month(context.category_month),
    )
    return with_flags.with_columns(_VERDICT)


_VERDICT = (
    RISK_LEVEL.alias("risk_level"),
    pl.sum_horizontal(pl.col(name).cast(pl.Int64) for name in FLAG_NAMES).alias("risk_score"),
    pl.any_horizontal(FLAG_NAMES).alias("at_risk"),
    pl.any_horizontal(HOST_FLAGS).alias("has_warning"),
    pl.col("usage_share").round(4).alias("usage_percentage_of_category"),
)
"""The columns that are derived from the flags."""


def _flags(scopes: set[Scope], context: ScoringContext) -> list[pl.Expr]:
    return [flag.when(context).fill_null(value=False).alias(flag.name) for flag in FLAGS if flag.scope in scopes]
