"""From facts to judgement: the flags, scores, ratios and level of every row."""

from __future__ import annotations

import polars as pl

from horde_model_reference.analytics.flags import (
    FLAG_NAMES,
    FLAGS,
    HOST_FLAGS,
    RISK_LEVEL,
    Measure,
    Scope,
    is_critical,
    share_of_month,
)

BYTES_PER_GB = 2**30


def flag_records(facts: pl.LazyFrame, measure: Measure) -> pl.LazyFrame:
    """Add the flags that a model's record gives it, and ``members`` (null: a row that is a model)."""
    return facts.with_columns(*_flags({Scope.RECORD}, measure), members=pl.lit(None, pl.List(pl.String)))


def judge(facts: pl.LazyFrame, measure: Measure) -> pl.LazyFrame:
    """Add everything that is computed from a row's own figures, be it a model's or a family's sums.

    Args:
        facts: The catalogue's columns, the figures, the past, the flags of records, and ``members``.
        measure: What to judge by.
    """
    month, total, size = pl.col("usage_month"), pl.col("usage_total"), pl.col("size_bytes")
    with_flags = facts.with_columns(
        *_flags({Scope.USAGE, Scope.WORKERS}, measure),
        is_critical=is_critical(measure),
        usage_share=share_of_month(measure.category_month),
        size_gb=(size / BYTES_PER_GB).round(2),
        cost_benefit_score=pl.when(size > 0).then((month / (size / BYTES_PER_GB)).round(2)),
        day_to_month_ratio=pl.when(month > 0).then(pl.col("usage_day") / month),
        month_to_total_ratio=pl.when((total > 0) & (total >= month)).then(month / total),
    )
    return with_flags.with_columns(
        risk_level=RISK_LEVEL,
        risk_score=pl.sum_horizontal(pl.col(name).cast(pl.Int64) for name in FLAG_NAMES),
        at_risk=pl.any_horizontal(FLAG_NAMES),
        has_warning=pl.any_horizontal(HOST_FLAGS),
        usage_percentage_of_category=pl.col("usage_share").round(4),
    )


def _flags(scopes: set[Scope], measure: Measure) -> list[pl.Expr]:
    return [flag.when(measure).fill_null(value=False).alias(flag.name) for flag in FLAGS if flag.scope in scopes]
