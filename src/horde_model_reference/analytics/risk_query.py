"""What a reader asks of a risk table: which rows, in which order, which page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from horde_model_reference.analytics.filter_presets import apply_preset_filter, check_preset
from horde_model_reference.analytics.flags import LEVEL_TYPE, RiskLevel
from horde_model_reference.errors import UnknownRiskLevelError, UnknownSortColumnError, UsageError
from horde_model_reference.escaping import quoted

SCALAR_COLUMNS: tuple[str, ...] = (
    "name",
    "category",
    "risk_level",
    "risk_score",
    "at_risk",
    "is_critical",
    "has_warning",
    "usage_day",
    "usage_month",
    "usage_total",
    "usage_hour",
    "usage_minute",
    "usage_known",
    "usage_percentage_of_category",
    "worker_count",
    "queued_jobs",
    "workers_known",
    "size_gb",
    "cost_benefit_score",
    "baseline",
    "nsfw",
    "has_description",
    "download_count",
    "style_count",
    "first_seen",
    "last_used",
    "trend_30d",
)
"""The columns that hold one value a row: what CSV shows and what can be sorted by."""

CONSTANT_COLUMNS: tuple[str, ...] = ("category", "usage_hour", "usage_minute")
"""Scalar columns that are the same in every row, so that sorting by them leaves the order by name."""

BY_REMOVAL = "removal"
"""The order in which a curator goes through the models: worst level, then least used, then largest."""

DEFAULT_SORT = "-usage_month"


@dataclass(frozen=True, slots=True)
class RiskQuery:
    """One question to a risk table; the fields are the endpoint's parameters.

    An empty text means that nothing is asked. ``limit`` is at least 1, ``offset`` at least 0.

    Raises:
        UnknownPresetError, UnknownSortColumnError, UnknownRiskLevelError: The message lists the valid names.
        UsageError: The limit or the offset is too small.
    """

    group_text_models: bool = False
    include_backend_variations: bool = False
    preset: str | None = None
    limit: int | None = None
    offset: int = 0
    sort: str = DEFAULT_SORT
    search: str | None = None
    risk_level: str | None = None
    baseline: str | None = None
    nsfw: bool | None = None
    host: str | None = None

    def __post_init__(self) -> None:
        if self.preset:
            check_preset(self.preset)
        if self.sort != BY_REMOVAL and self.sort.removeprefix("-") not in SCALAR_COLUMNS:
            raise UnknownSortColumnError(
                f"Cannot sort by {quoted(self.sort)}; the columns are: {', '.join(SCALAR_COLUMNS)} "
                f"(a leading - for descending), or {BY_REMOVAL}."
            )
        if self.risk_level and self.risk_level not in set(RiskLevel):
            raise UnknownRiskLevelError(
                f"There is no risk level {quoted(self.risk_level)}; the levels are: {', '.join(reversed(RiskLevel))}."
            )
        if self.limit is not None and self.limit < 1:
            raise UsageError(f"The limit is {self.limit}; it must be at least 1, or None for all rows.")
        if self.offset < 0:
            raise UsageError(f"The offset is {self.offset}; it must be at least 0.")


_FILTERS: dict[str, Callable[[str], pl.Expr]] = {
    "search": lambda text: (
        _mentions(pl.col("name"), text)
        | pl.col("members").list.eval(_mentions(pl.element(), text)).list.any().fill_null(value=False)
    ),
    "risk_level": lambda level: pl.col("risk_level") >= pl.lit(level, LEVEL_TYPE),
    "baseline": lambda baseline: pl.col("baseline") == baseline,
    "host": lambda host: pl.col("download_hosts").list.contains(host.lower()),
}


def _mentions(name: pl.Expr, text: str) -> pl.Expr:
    return name.str.to_lowercase().str.contains(text.lower(), literal=True)


def matching(rows: pl.DataFrame, query: RiskQuery) -> pl.DataFrame:
    """Return the rows that a query is about, in the table's order."""
    if query.preset:
        rows = apply_preset_filter(rows, query.preset)
    for field, condition in _FILTERS.items():
        wanted = getattr(query, field)
        if wanted:
            rows = rows.filter(condition(wanted))
    return rows if query.nsfw is None else rows.filter(pl.col("nsfw") == query.nsfw)


def page(rows: pl.DataFrame, query: RiskQuery) -> pl.DataFrame:
    """Return the rows of a query's page, in its order.

    Ties go by name ascending whatever the direction, names by code point, nulls last, levels by rank.
    """
    # However large the numbers, a page lies within the rows.
    offset = min(query.offset, rows.height)
    limit = rows.height if query.limit is None else min(query.limit, rows.height)
    return _ordered(rows, query.sort).slice(offset, limit)


def _ordered(rows: pl.DataFrame, sort: str) -> pl.DataFrame:
    if sort == BY_REMOVAL:
        keys, descending = ["risk_level", "usage_month", "size_gb"], [True, False, True]
    else:
        keys, descending = [sort.removeprefix("-")], [sort.startswith("-")]
    if keys[0] in CONSTANT_COLUMNS:
        return rows
    # Rows come sorted by name, and the sort is stable, so names break every tie.
    return rows.sort(keys, descending=descending, nulls_last=True, maintain_order=True)
