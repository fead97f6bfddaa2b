"""Families: text models that share a base name, as rows of their own (rule 9)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from horde_model_reference.analytics.flags import FLAGS, MEMBERS_BY_LEVEL, Scope, ScoringContext
from horde_model_reference.analytics.link_flags import NO_LINKS
from horde_model_reference.analytics.mark_columns import NO_FAMILY_MARK
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.scoring import score
from horde_model_reference.analytics.text_model_names import base_names
from horde_model_reference.analytics.usage_trend import SHOWN_COLUMNS, trend_30d
from horde_model_reference.analytics.verdict import NO_VERDICT
from horde_model_reference.integrations.horde_api_models import USAGE, WORKERS
from horde_model_reference.name_text import folded_names
from horde_model_reference.polars_queries import collected

RECORD_FLAGS = tuple(flag.name for flag in FLAGS if flag.scope is Scope.RECORD)
SUMMED = ("size_bytes", "style_count", *USAGE, *WORKERS, *SHOWN_COLUMNS)
LARGEST = ("parameters",)
"""Columns of which a family has its largest member's: the sum would be the size of no model."""


def apply_text_model_grouping_to_risk_response(
    rows: pl.DataFrame, context: ScoringContext, families: Mapping[str, str] = MappingProxyType({})
) -> pl.DataFrame:
    """Return the rows of families instead of the rows of models, sorted by name.

    Families of curators, by casefolded base name, win over computed ones (rule 2b).

    Usage, workers and size on disk are sums, the number of weights is the largest (all unknown where a member's is);
    usage and worker flags, level and ratios are computed from the sums; flags of records are set if any member has
    them.
    """
    base = base_names(rows["name"], families)
    named = rows.lazy().with_columns(base=base, family=folded_names(base))
    combined = named.group_by("family").agg(_REDUCTIONS).select(_COMBINED)
    facts = _spellings(named).join(combined, on="family").join(_hosts(named), on="family", how="left")
    sums = collected(facts.with_columns(pl.col("download_hosts").fill_null([])).drop("family").sort("name"))
    return collected(score(sums.lazy().with_columns(trend_30d(sums)), context))


_REDUCTIONS = (
    pl.col(*SUMMED, "download_count", "unusable_url_count").sum(),
    pl.col(*LARGEST).max(),
    pl.col(*SUMMED, *LARGEST, "baseline", "nsfw").null_count().name.suffix("_unknown"),
    pl.col("baseline", "first_seen", "remove_after").min(),
    pl.col("last_used").max(),
    pl.col("baseline").max().alias("baseline_max"),
    pl.col("nsfw", "is_marked", *RECORD_FLAGS).any(),
    pl.col("has_description", "usage_known", "workers_known").all(),
    pl.col("name").alias("members"),
    *((pl.col("risk_level") == level).sum().alias(level) for level in RiskLevel),
    pl.col("is_critical").any().alias("has_critical_member"),
)
"""Plain reductions of the members' columns; plain ones are the ones that Polars does fast."""

_ONE_BASELINE = (pl.col("baseline_unknown") == 0) & (pl.col("baseline") == pl.col("baseline_max"))
_COMBINED = (
    *(pl.when(pl.col(f"{column}_unknown") == 0).then(column).alias(column) for column in (*SUMMED, *LARGEST)),
    pl.when(_ONE_BASELINE).then("baseline"),
    pl.when(pl.col("nsfw") | (pl.col("nsfw_unknown") == 0)).then("nsfw"),
    pl.struct(field.name for field in MEMBERS_BY_LEVEL.fields).alias("members_by_level"),
    *NO_VERDICT,
    NO_FAMILY_MARK,
    NO_LINKS,
    pl.exclude("^.*_unknown$", "baseline_max", *SUMMED, *LARGEST, "baseline", "nsfw", *RiskLevel),
)
"""Null rules of the reductions: a figure is null if any member's is; a baseline is kept if all members share it."""


def _spellings(named: pl.LazyFrame) -> pl.LazyFrame:
    """Return each family's base name in the spelling most members use (ties: code point)."""
    # Names counted, not rows: a plain reduction.
    return (
        named.group_by("family", "base")
        .agg(members=pl.col("name").count())
        .sort(["family", "members", "base"], descending=[False, True, False])
        .unique("family", keep="first", maintain_order=True)
        .select("family", name="base")
    )


def _hosts(named: pl.LazyFrame) -> pl.LazyFrame:
    """Return the hosts of each family that has any: the union, sorted."""
    hosts = named.select("family", "download_hosts").filter(pl.col("download_hosts").list.len() > 0)
    return hosts.explode("download_hosts").group_by("family").agg(pl.col("download_hosts").unique().sort())
