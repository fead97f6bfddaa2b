"""Families: text models that share a base name, as rows of their own (rule 9)."""

from __future__ import annotations

import polars as pl

from horde_model_reference.analytics.columns import OfFamily, combined
from horde_model_reference.analytics.flags import FLAGS, MEMBERS_BY_LEVEL, Scope, ScoringContext
from horde_model_reference.analytics.link_flags import NO_LINKS
from horde_model_reference.analytics.mark_columns import NO_FAMILY_MARK
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.scoring import NO_VERDICT, score
from horde_model_reference.analytics.usage_trend import SHOWN_COLUMNS, trend_30d
from horde_model_reference.polars_queries import collected

RECORD_FLAGS = tuple(flag.name for flag in FLAGS if flag.scope is Scope.RECORD)
SUMMED = ("size_bytes", "unusable_url_count", *SHOWN_COLUMNS, *combined(OfFamily.SUM))
LARGEST = combined(OfFamily.LARGEST)
SHARED = combined(OfFamily.SHARED)
ANY = ("is_marked", *RECORD_FLAGS, *combined(OfFamily.ANY))
NULL_IF_UNKNOWN = (*SUMMED, *LARGEST, *SHARED, *ANY)
"""Columns of a family that are null where a member's is."""


def apply_text_model_grouping_to_risk_response(rows: pl.DataFrame, context: ScoringContext) -> pl.DataFrame:
    """Return the rows of families instead of the rows of models, which name their ``family``, sorted by name.

    Usage, workers and size on disk are sums, the number of weights is the largest (all unknown where a member's is);
    usage and worker flags, level and ratios are computed from the sums; flags of records are set if any member has
    them.
    """
    models = rows.lazy()
    facts = models.group_by("family").agg(_REDUCTIONS).select(_COMBINED).join(_hosts(models), on="family", how="left")
    named = facts.with_columns(pl.col("download_hosts").fill_null([])).rename({"family": "name"})
    sums = collected(named.sort("name"))
    return collected(score(sums.lazy().with_columns(trend_30d(sums)), context))


_REDUCTIONS = (
    pl.col(*SUMMED).sum(),
    pl.col(*LARGEST, *combined(OfFamily.LAST)).max(),
    pl.col(*SHARED, *combined(OfFamily.FIRST)).min(),
    pl.col(*SHARED).max().name.suffix("_max"),
    pl.col(*ANY).any(),
    pl.col(*combined(OfFamily.ALL)).all(),
    pl.col(*NULL_IF_UNKNOWN).null_count().name.suffix("_unknown"),
    pl.col("name").alias("members"),
    *((pl.col("risk_level") == level).sum().alias(level) for level in RiskLevel),
    pl.col("is_critical").any().alias("has_critical_member"),
)
"""Plain reductions of the members' columns; plain ones are the ones that Polars does fast."""


def _known(column: str) -> pl.Expr:
    return pl.col(f"{column}_unknown") == 0


_COMBINED = (
    *(pl.when(_known(column)).then(column).alias(column) for column in (*SUMMED, *LARGEST)),
    *(pl.when(_known(column) & (pl.col(column) == pl.col(f"{column}_max"))).then(column) for column in SHARED),
    *(pl.when(pl.col(column) | _known(column)).then(column) for column in ANY),
    pl.struct(field.name for field in MEMBERS_BY_LEVEL.fields).alias("members_by_level"),
    *NO_VERDICT,
    NO_FAMILY_MARK,
    NO_LINKS,
    pl.exclude("^.*_unknown$", "^.*_max$", *NULL_IF_UNKNOWN, *RiskLevel),
)
"""Null rules of the reductions: a figure is null if any member's is; a baseline is kept if all members share it."""


def _hosts(models: pl.LazyFrame) -> pl.LazyFrame:
    """Return the hosts of each family that has any: the union, sorted."""
    hosts = models.select("family", "download_hosts").filter(pl.col("download_hosts").list.len() > 0)
    return hosts.explode("download_hosts").group_by("family").agg(pl.col("download_hosts").unique().sort())
