"""A question to a risk table: which rows, in which order, which page. :mod:`.matching` answers it."""

from __future__ import annotations

from dataclasses import dataclass

from horde_model_reference.analytics.filter_presets import check_preset
from horde_model_reference.analytics.risk_level import RiskLevel
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
    "possible_usage_month",
    "usage_percentage_of_category",
    "worker_count",
    "queued_jobs",
    "workers_known",
    "size_gb",
    "parameters",
    "cost_benefit_score",
    "baseline",
    "nsfw",
    "has_description",
    "download_count",
    "style_count",
    "first_seen",
    "last_used",
    "trend_30d",
    "verdict",
    "remove_after",
)
"""The columns with one value a row; CSV shows them, and queries sort by them."""

CONSTANT_COLUMNS: tuple[str, ...] = ("category", "usage_hour", "usage_minute")
"""Scalar columns that are the same in every row, so that sorting by them leaves the order by name."""

BY_REMOVAL = "removal"
"""The order in which a curator goes through the models: worst level, then least used in 30 days; then
image models by size, text models by total use, time listed and number of weights."""

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
    exact_level: str | None = None
    verdict: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.preset:
            check_preset(self.preset)
        if self.sort != BY_REMOVAL and self.sort.removeprefix("-") not in SCALAR_COLUMNS:
            raise UnknownSortColumnError(
                f"Cannot sort by {quoted(self.sort)}; the columns are: {', '.join(SCALAR_COLUMNS)} "
                f"(a leading - for descending), or {BY_REMOVAL}."
            )
        for level in (self.risk_level, self.exact_level):
            if level and level not in set(RiskLevel):
                raise UnknownRiskLevelError(
                    f"There is no risk level {quoted(level)}; the levels are: {', '.join(reversed(RiskLevel))}."
                )
        if self.limit is not None and self.limit < 1:
            raise UsageError(f"The limit is {self.limit}; it must be at least 1, or None for all rows.")
        if self.offset < 0:
            raise UsageError(f"The offset is {self.offset}; it must be at least 0.")
