"""The schema of the responses that HTTP, command line and library share.

The models of flags and counts are made from the table of flags, so that a flag's name is written once.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, create_model

from horde_model_reference.analytics.flags import FLAG_NAMES, FLAGS
from horde_model_reference.analytics.link_flags import LINK_FLAGS
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.catalogue.links import LinkKind, LinkSource
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.links.link import LinkOutcome
from horde_model_reference.marks.mark_state import DeletionMark
from horde_model_reference.polars_queries import collected

Count = Annotated[int, Field(ge=0)]
Figure = Annotated[int | None, Field(ge=0)]


class Answer(BaseModel):
    """Base of all that is answered: fixed, and complete."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)


if TYPE_CHECKING:

    class DeletionRiskFlags(Answer):
        """Which reasons speak against a model."""

    class FlagCounts(Answer):
        """How many rows have a flag; null where no row's figure is known."""

else:
    DeletionRiskFlags = create_model(
        "DeletionRiskFlags",
        __base__=Answer,
        __doc__="Which reasons speak against a model.",
        **{flag.name: (bool, Field(description=flag.sentence)) for flag in FLAGS},
    )
    FlagCounts = create_model(
        "FlagCounts",
        __base__=Answer,
        **{
            flag.count: (Figure, Field(description=f"Rows with `{flag.name}`; null if unknown."))
            for flag in FLAGS
            if flag.count
        },
    )


class UsageTrend(Answer):
    """How the periods compare; null where the denominator is 0 or unknown."""

    day_to_month_ratio: float | None = Field(description="Day usage / month usage.")
    month_to_total_ratio: float | None = Field(
        description="Month usage / total usage; null also where the total, which trails, is the smaller one."
    )


class BackendVariation(Answer):
    """One backend's share of a text model's figures."""

    backend: str = Field(description="`aphrodite`, `koboldcpp`, or `canonical` for names without a backend.")
    variant_name: str = Field(description="Its API name with most month use.")
    variant_names: list[str] = Field(description="All its API names, sorted.")
    worker_count: Figure = Field(description="Worker threads.")
    performance: float | None = Field(description="Mean speed, weighted by threads; null without a sample.")
    usage_day: Figure
    usage_month: Figure
    usage_total: Figure


if TYPE_CHECKING:

    class LinkFlags(Answer):
        """Which reasons the check of its download addresses gives against a model."""

else:
    LinkFlags = create_model(
        "LinkFlags",
        __base__=Answer,
        __doc__="Which reasons the check of its download addresses gives against a model.",
        **{
            flag.name: (
                bool | None,
                Field(description=f"{flag.sentence} Null where another address was not checked, and none sets it."),
            )
            for flag in LINK_FLAGS
        },
    )


class ModelDeletionRiskInfo(Answer):
    """One model, or one family of text models."""

    name: str
    category: MODEL_REFERENCE_CATEGORY
    deletion_risk_flags: DeletionRiskFlags
    at_risk: bool = Field(description="Any flag is set.")
    risk_score: Count = Field(description="Number of flags set.")
    risk_level: RiskLevel = Field(
        description="`critical` if critical, else the highest severity of a set flag, those of links included."
    )
    link_flags: LinkFlags | None = Field(
        description="No part of `deletion_risk_flags`, `risk_score` and the counts; null for a family, and where no "
        "address was checked."
    )
    usage_day: Figure = Field(description="Attributed requests in the 24 hours before the statistics were compiled.")
    usage_month: Figure = Field(description="Attributed requests in 30 days.")
    usage_total: Figure = Field(description="Attributed requests ever; it trails and can be below the month's.")
    possible_usage_month: Figure = Field(
        description="Requests in 30 days under names of no model that could well be its; never counted as use."
    )
    usage_hour: None = Field(None, description="The Horde does not report it.")
    usage_minute: None = Field(None, description="The Horde does not report it.")
    usage_known: bool = Field(description="Whether the Horde gave usage figures for it.")
    workers_known: bool = Field(description="Whether the Horde gave worker figures for it.")
    worker_count: Figure = Field(description="Worker threads now serving the model.")
    queued_jobs: Figure = Field(description="Jobs waiting for the model.")
    usage_percentage_of_category: float | None = Field(description="Percent of the category's attributed month usage.")
    usage_trend: UsageTrend
    size_gb: float | None = Field(description="Size on disk in GiB (2^30 bytes).")
    parameters: Figure = Field(
        description="Number of weights, the size of a text model; a family's is that of its largest member."
    )
    cost_benefit_score: float | None = Field(description="Month usage per GiB.")
    baseline: str | None = Field(description="What the record names; a family's one value, else null.")
    nsfw: bool | None = Field(description="What the record says; a family's if any member is.")
    has_description: bool = Field(description="Whether the record has one; of a family, all members.")
    download_count: Count = Field(description="Files that the record lists for download.")
    download_hosts: list[str] = Field(description="Where they lie, sorted.")
    style_count: Figure = Field(description="Styles that name it; null for text models, and where it is unknown.")
    first_seen: date | None = Field(description="The first day on which the Horde named it; null if unknown.")
    last_used: date | None = Field(description="The last day on which use was seen; null if unknown, or never.")
    trend_30d: float | None = Field(description="Percent by which use changes in 30 days, over the last eight weeks.")
    backend_variations: list[BackendVariation] | None = Field(description="Asked for, and text models only; else null.")
    members: list[str] | None = Field(description="A family's models, sorted; null for a model.")
    members_by_level: dict[RiskLevel, Count] | None = Field(
        description="A family's members of each level; null for a model."
    )
    verdict: Verdict | None = Field(
        description="The verdict of a plan by the service's policy; null for a family, and while plans are refused "
        "because the catalogue has shrunk."
    )
    verdict_reasons: list[str] | None = Field(
        description="The codes of all reasons for the verdict, the strongest first; null where the verdict is."
    )
    deletion_mark: DeletionMark | None = Field(
        description="The announcement of its removal; null for a family, and where none is known."
    )
    remove_after: date | None = Field(
        description="The first day on which it, or the first marked member of a family, may be removed."
    )
    is_critical: bool = Field(description="Hardly used and hardly served, both known.")
    has_warning: bool = Field(description="Any of the four flags about downloads.")


class CategoryDeletionRiskSummary(FlagCounts):
    """Counts over all rows that match a query, across pages."""

    total_models: Count = Field(description="Rows that match.")
    models_at_risk: Count = Field(description="Rows with any flag.")
    models_critical: Count = Field(description="Rows that are critical.")
    models_with_warnings: Count = Field(description="Rows with any of the four flags about downloads.")
    average_risk_score: float = Field(description="Mean number of flags, two decimals.")
    category_total_month_usage: Figure = Field(description="Month usage of these rows; null if unknown.")
    models_by_level: dict[RiskLevel, Count] = Field(description="Rows of each level.")

    @classmethod
    def from_risk_models(cls, rows: pl.DataFrame) -> CategoryDeletionRiskSummary:
        """Count over the rows of a risk table; a count is null where rows exist and none has the figure."""
        sums = collected(rows.lazy().select(_SUMS)).row(0, named=True)
        levels = dict(rows["risk_level"].value_counts().iter_rows())
        unknown = {name for name in _FIGURES if 0 < rows.height == sums[f"{name}_unknown"]}
        return cls.model_validate(
            {
                "total_models": rows.height,
                "models_at_risk": sums["at_risk"],
                "models_critical": sums["is_critical"],
                "models_with_warnings": sums["has_warning"],
                "average_risk_score": round(sums["risk_score"] / max(rows.height, 1), 2),
                "category_total_month_usage": None if "usage_month" in unknown else sums["usage_month"],
                "models_by_level": {level: levels.get(level, 0) for level in reversed(RiskLevel)},
                **{flag.count: None if flag.observed in unknown else sums[flag.name] for flag in FLAGS if flag.count},
            }
        )


_FIGURES = sorted({flag.observed for flag in FLAGS if flag.count})
_SUMS = (
    pl.col("at_risk", "is_critical", "has_warning", "risk_score", "usage_month", *FLAG_NAMES).sum(),
    pl.col(_FIGURES).null_count().name.suffix("_unknown"),
)


class PeriodAttribution(Answer):
    """Where one period's requests went: `attributed + ambiguous + unattributed = reported`; null if unknown."""

    reported: Figure = Field(description="Requests that the Horde reports.")
    attributed: Figure = Field(description="Those that belong to a model.")
    ambiguous: Figure = Field(description="Those under names that several models share.")
    unattributed: Figure = Field(description="Those under names that no model has.")


class Attribution(Answer):
    """Where the requests of each period went."""

    day: PeriodAttribution
    month: PeriodAttribution
    total: PeriodAttribution


class DataAsOfInfo(Answer):
    """Of when the data is."""

    catalogue_revision: str = Field(description="SHA-256 of the catalogue file.")
    catalogue_modified_at: datetime | None
    status_fetched_at: datetime
    stats_fetched_at: datetime
    stale: bool = Field(description="The newest attempt to refresh the Horde's part failed.")


class WarningInfo(Answer):
    """Something a reader should know."""

    code: str = Field(description="Stable, for programs.")
    message: str = Field(description="One sentence, for people.")


class CategoryDeletionRiskResponse(Answer):
    """Which models of a category are at risk of deletion, and why."""

    category: MODEL_REFERENCE_CATEGORY
    category_total_month_usage: Figure = Field(description="Attributed month usage of the whole category.")
    category_model_count: Count = Field(description="Models in the catalogue, grouped into families or not.")
    total_count: Count = Field(description="Rows that match, before paging.")
    returned_count: Count = Field(description="Rows on this page.")
    offset: Count = Field(description="Rows left out before this page.")
    limit: int | None = Field(description="Rows asked for at most; null for all.")
    models: list[ModelDeletionRiskInfo]
    summary: CategoryDeletionRiskSummary
    data_as_of: DataAsOfInfo
    attribution: Attribution
    warnings: list[WarningInfo]


class FlagEvidence(Answer):
    """The evidence of a set flag."""

    flag: str
    severity: RiskLevel
    sentence: str = Field(description="The reason, for people.")
    observed: int | float | bool | str | list[str] | None = Field(description="The value that set the flag.")
    threshold: float | None = Field(description="A value below this sets the flag; null where it is no number.")
    unit: str
    source: str = Field(description="Where the value comes from.")


class LinkEvidence(Answer):
    """The evidence of a set flag of links: the last result for an address."""

    flag: str
    severity: RiskLevel
    sentence: str = Field(description="The reason, for people.")
    address: str = Field(description="The address, as the record has it.")
    outcome: LinkOutcome
    detail: str = Field(description="More about the outcome, for people; may be empty.")
    checked_at: datetime = Field(description="When it was asked.")
    failed_days: Count = Field(description="On how many days in a row it failed.")


class ApiNameInfo(Answer):
    """One name that the Horde reports, with its figures and where it went."""

    api_name: str
    backend: str
    outcome: str = Field(
        description="`attributed`, `ambiguous` or `unattributed`.", pattern="^(attributed|ambiguous|unattributed)$"
    )
    model: str | None = Field(description="The model it belongs to; null unless attributed.")
    candidates: list[str] = Field(description="Ambiguous: the models it could be, at most ten.")
    likely_models: list[str] = Field(description="Not attributed: the models that it could well be, at most ten.")
    reason: str = Field(description="How it was found, or why it was not.")
    usage_day: Figure
    usage_month: Figure
    usage_total: Figure
    worker_count: Figure = Field(description="Worker threads.")
    queued_jobs: Figure
    performance: float | None = Field(description="Speed as the Horde reports it; 0 means that there was no sample.")


class DependentsInfo(Answer):
    """The styles and records that rely on a model."""

    styles: list[str] = Field(description="Styles that name it, sorted.")
    emptied_style_categories: list[str] = Field(description="Style categories that would have no style left.")


class LinkInfo(Answer):
    """A page or file of a model on the web; its address may be made a link."""

    kind: LinkKind = Field(description="`homepage`, `hugging_face`, `civitai` or `file`.")
    url: str = Field(description="An http(s) address, percent-encoded.")
    source: LinkSource = Field(
        description="`record`; `name` or `download` where the address follows from one: perhaps nothing is there."
    )


class ModelDeletionRiskDetail(ModelDeletionRiskInfo):
    """One model with the evidence for every set flag, and the API names attributed to it."""

    dependents: DependentsInfo | None = Field(description="Who relies on it; null where that is unknown.")
    links: list[LinkInfo] = Field(description="Its pages, then its files; only what may be made a link.")
    evidence: list[FlagEvidence]
    link_evidence: list[LinkEvidence] = Field(description="For every set flag of links, the addresses that set it.")
    api_names: list[ApiNameInfo]
    possible_api_names: list[ApiNameInfo] = Field(description="Names of no model that could well be its, by month use.")
    data_as_of: DataAsOfInfo


class CategoryAttributionResponse(Answer):
    """Every API name of a category, and where it went."""

    category: MODEL_REFERENCE_CATEGORY
    attribution: Attribution
    api_names: list[ApiNameInfo] = Field(description="Those of no model first, by month use; then the others, by name.")
    data_as_of: DataAsOfInfo
    warnings: list[WarningInfo]
