"""The flags: reasons against a model, as a table. Schema, counts, help and legends are made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.thresholds import Threshold, Thresholds

LEVEL_TYPE = pl.Enum([level.value for level in RiskLevel])
"""Levels as a column: sorted by rank."""

MEMBERS_BY_LEVEL = pl.Struct(dict.fromkeys((level.value for level in reversed(RiskLevel)), pl.UInt32))
"""A family's members of each level as a column, the worst first; null for a model."""


def has_member_of(level: str) -> pl.Expr:
    """Return whether a row is a family with a member of at least a level."""
    levels = list(RiskLevel)[list(RiskLevel).index(RiskLevel(level)) :]
    counts = (pl.col("members_by_level").struct.field(counted) for counted in levels)
    return (pl.sum_horizontal(counts) > 0).fill_null(value=False)


class Scope(StrEnum):
    """The subject of a flag; it decides how families get the flag (rule 9)."""

    USAGE = "usage"
    WORKERS = "workers"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class ScoringContext:
    """The scoring inputs of a table: the thresholds, and the category's attributed month usage (or None)."""

    thresholds: Thresholds
    category_month: int | None


@dataclass(frozen=True, slots=True)
class Flag:
    """One reason against a model.

    Attributes:
        name: Its column, its field and its word.
        severity: The risk level that it gives a model.
        scope: Its subject.
        sentence: The reason, for people.
        words: The reason in two or three words.
        when: The expression that sets it; null counts as not set.
        observed: The column whose value is the evidence.
        unit: The unit of that value.
        source: Where the value comes from.
        threshold: The threshold of the value, if there is one.
        count: The summary's field that counts it, if there is one.
        implies: Flags that this one implies; reports in words leave them out.
    """

    name: str
    severity: RiskLevel
    scope: Scope
    sentence: str
    words: str
    when: Callable[[ScoringContext], pl.Expr]
    observed: str
    unit: str
    source: str
    threshold: Callable[[ScoringContext], Threshold | None] = lambda _: None
    count: str | None = None
    implies: tuple[str, ...] = ()


def _zero(*columns: str) -> Callable[[ScoringContext], pl.Expr]:
    zero = pl.all_horizontal(pl.col(column) == 0 for column in columns)
    return lambda _: zero


def _low_usage(context: ScoringContext) -> pl.Expr:
    return (
        share_of_month(context.category_month) < context.thresholds.low_usage.value
        if context.category_month
        else pl.lit(value=False)
    )


def share_of_month(category_month: int | None) -> pl.Expr:
    """Return month usage as an exact percentage of the category's; 0 where that is 0, null where unknown."""
    if category_month is None:
        return pl.lit(None, pl.Float64)
    return 100.0 * pl.col("usage_month") / category_month if category_month else 0.0 * pl.col("usage_month")


def _of_hosts(expression: Callable[[ScoringContext], pl.Expr]) -> Callable[[ScoringContext], pl.Expr]:
    return lambda context: expression(context) if context.thresholds.hosts_matter else pl.lit(value=False)


def _elsewhere(context: ScoringContext) -> pl.Expr:
    host = pl.element()
    preferred = (
        pl.any_horizontal(
            (host == name) | host.str.ends_with(f".{name}") for name in context.thresholds.preferred_hosts
        )
        if context.thresholds.preferred_hosts
        else pl.lit(value=False)
    )
    return pl.col("download_hosts").list.eval(~preferred).list.any()


_STATS = "the Horde's statistics"
_STATUS = "the Horde's model status"
_RECORD = "the catalogue's record"

FLAGS: tuple[Flag, ...] = (
    Flag(
        "zero_usage_day", RiskLevel.LOW, Scope.USAGE,
        "Nobody used it in the 24 hours before the statistics were compiled.", "unused today",
        _zero("usage_day"), "usage_day", "requests in 24 hours", _STATS,
        lambda _: Threshold(1, "requests in 24 hours", "day usage"), "models_with_zero_day_usage",
    ),
    Flag(
        "zero_usage_month", RiskLevel.HIGH, Scope.USAGE,
        "Nobody used it in the last 30 days.", "unused 30 days",
        _zero("usage_month"), "usage_month", "requests in 30 days", _STATS,
        lambda _: Threshold(1, "requests in 30 days", "month usage"), "models_with_zero_month_usage",
        ("zero_usage_day", "low_usage"),
    ),
    Flag(
        "zero_usage_total", RiskLevel.HIGH, Scope.USAGE,
        "Nobody has ever used it: day, month and total are all 0.", "never used",
        _zero("usage_day", "usage_month", "usage_total"), "usage_total", "requests ever", _STATS,
        lambda _: Threshold(1, "requests ever", "total usage"), "models_with_zero_total_usage",
        ("zero_usage_day", "zero_usage_month", "low_usage"),
    ),
    Flag(
        "no_active_workers", RiskLevel.MEDIUM, Scope.WORKERS,
        "No worker serves it now.", "no workers",
        _zero("worker_count"), "worker_count", "worker threads", _STATUS,
        lambda _: Threshold(1, "worker threads", "workers"), "models_with_no_active_workers",
    ),
    Flag(
        "has_multiple_hosts", RiskLevel.LOW, Scope.RECORD,
        "Its files lie on more than one host.", "several hosts",
        _of_hosts(lambda _: pl.col("download_hosts").list.len() > 1), "download_hosts", "hosts", _RECORD,
        count="models_with_multiple_hosts",
    ),
    Flag(
        "has_non_preferred_host", RiskLevel.LOW, Scope.RECORD,
        "A file of it lies on a host that is not a preferred one.", "other host",
        _of_hosts(_elsewhere), "download_hosts", "hosts", _RECORD,
        count="models_with_non_preferred_hosts",
    ),
    Flag(
        "has_unknown_host", RiskLevel.MEDIUM, Scope.RECORD,
        "A file of it has an address without http(s) scheme or host.", "unusable address",
        _of_hosts(lambda _: pl.col("unusable_url_count") > 0), "unusable_url_count", "unusable addresses", _RECORD,
    ),
    Flag(
        "no_download_urls", RiskLevel.HIGH, Scope.RECORD,
        "It has no address from which a file could be downloaded.", "no downloads",
        _of_hosts(lambda _: pl.col("download_hosts").list.len() == 0), "download_hosts", "hosts", _RECORD,
        count="models_with_no_downloads",
    ),
    Flag(
        "missing_description", RiskLevel.LOW, Scope.RECORD,
        "Its record has no description.", "no description",
        lambda _: ~pl.col("has_description"), "has_description", "yes or no", _RECORD,
    ),
    Flag(
        "missing_baseline", RiskLevel.LOW, Scope.RECORD,
        "Its record names no baseline.", "no baseline",
        lambda _: pl.col("baseline").is_null(), "baseline", "baseline", _RECORD,
    ),
    Flag(
        "low_usage", RiskLevel.MEDIUM, Scope.USAGE,
        "Its share of the category's month usage is below the threshold.", "low usage",
        _low_usage, "usage_share", "percent of the category's month usage", _STATS,
        lambda context: context.thresholds.low_usage, "models_with_low_usage",
    ),
)  # fmt: skip
"""The eleven flags, in the order in which they are shown."""

FLAG_NAMES: tuple[str, ...] = tuple(flag.name for flag in FLAGS)
HOST_FLAGS: tuple[str, ...] = ("has_multiple_hosts", "has_non_preferred_host", "has_unknown_host", "no_download_urls")
"""The flags about downloads: together they are ``has_warning`` and the preset ``host_issues`` (rule 10)."""


def is_critical(context: ScoringContext) -> pl.Expr:
    """Return rule 6: hardly used and hardly served, with both figures known."""
    thresholds = context.thresholds
    hardly_used = pl.col("usage_month") < thresholds.critical_usage.value
    hardly_served = pl.col("worker_count") < thresholds.critical_workers.value
    return (hardly_used & hardly_served).fill_null(value=False)


def _risk_level() -> pl.Expr:
    level = pl.lit(RiskLevel.NONE.value)
    for severity in (RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH):
        given = pl.any_horizontal(flag.name for flag in FLAGS if flag.severity is severity)
        level = pl.when(given).then(pl.lit(severity.value)).otherwise(level)
    return pl.when("is_critical").then(pl.lit(RiskLevel.CRITICAL.value)).otherwise(level).cast(LEVEL_TYPE)


RISK_LEVEL = _risk_level()
"""The level, from the columns of the flags and ``is_critical``."""


def evidence_of(flag: Flag, row: dict[str, Any], context: ScoringContext) -> dict[str, Any]:
    """Return the evidence of a set flag; ``FlagEvidence`` describes the fields."""
    threshold = flag.threshold(context)
    return {
        "flag": flag.name,
        "severity": flag.severity,
        "sentence": flag.sentence,
        "observed": row[flag.observed],
        "threshold": threshold.value if threshold else None,
        "unit": threshold.unit if threshold else flag.unit,
        "source": flag.source,
    }
