"""The schema of the responses that HTTP, command line and library share.

The models of flags and counts are made from the table of flags, and that of a row from the table of columns, so that
each name is written once.
"""

from __future__ import annotations

from datetime import datetime
from types import NoneType
from typing import TYPE_CHECKING, Annotated

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, create_model

from horde_model_reference.analytics.columns import COLUMNS, RowColumns
from horde_model_reference.analytics.flags import FLAG_NAMES, FLAGS
from horde_model_reference.analytics.link_flags import LINK_FLAGS
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.marks.mark_state import DeletionMark
from horde_model_reference.polars_queries import collected

Count = Annotated[int, Field(ge=0)]
Figure = Annotated[int | None, Field(ge=0)]


class Answer(BaseModel):
    """Base of all that is answered: fixed, and complete."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)


if TYPE_CHECKING:

    class DeletionRiskFlags(Answer):
        """The reasons against a model."""

    class FlagCounts(Answer):
        """How many rows have a flag; null where no row's figure is known."""

else:
    DeletionRiskFlags = create_model(
        "DeletionRiskFlags",
        __base__=Answer,
        __doc__="The reasons against a model.",
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
    usage_day: Figure = Field(description="Attributed requests in 24 hours.")
    usage_month: Figure = Field(description="Attributed requests in 30 days.")
    usage_total: Figure = Field(description="Attributed requests ever.")


if TYPE_CHECKING:

    class LinkFlags(Answer):
        """The reasons against a model that the check of its download addresses gives."""

else:
    LinkFlags = create_model(
        "LinkFlags",
        __base__=Answer,
        __doc__="The reasons against a model that the check of its download addresses gives.",
        **{
            flag.name: (
                bool | None,
                Field(description=f"{flag.sentence} Null where another address was not checked, and none sets it."),
            )
            for flag in LINK_FLAGS
        },
    )


if TYPE_CHECKING:

    class ScalarColumns(Answer, RowColumns):
        """The columns with one value."""

else:
    ScalarColumns = create_model(
        "ScalarColumns",
        __base__=Answer,
        **{
            column.name: (
                column.kind,
                Field(
                    None if column.value_type is NoneType else ...,
                    description=column.declared.description or None,
                    ge=0 if column.value_type is int else None,
                ),
            )
            for column in COLUMNS.values()
        },
    )


class ModelDeletionRiskInfo(ScalarColumns):
    """One model, or one family of text models."""

    deletion_risk_flags: DeletionRiskFlags = Field(description="The reasons against it.")
    link_flags: LinkFlags | None = Field(
        description="No part of `deletion_risk_flags`, `risk_score` and the counts; null for a family, and where no "
        "address was checked."
    )
    usage_trend: UsageTrend = Field(description="How its periods compare.")
    download_hosts: list[str] = Field(description="Hosts of its files, sorted.")
    backend_variations: list[BackendVariation] | None = Field(description="Asked for, and text models only; else null.")
    members: list[str] | None = Field(description="A family's models, sorted; null for a model.")
    members_by_level: dict[RiskLevel, Count] | None = Field(
        description="A family's members of each level; null for a model."
    )
    verdict_reasons: list[str] | None = Field(
        description="The codes of all reasons for the verdict, the strongest first; null where the verdict is."
    )
    deletion_mark: DeletionMark | None = Field(
        description="The announcement of its removal; null for a family, and where none is known."
    )


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

    day: PeriodAttribution = Field(description="The 24 hours before the statistics were compiled.")
    month: PeriodAttribution = Field(description="30 days.")
    total: PeriodAttribution = Field(description="All time.")


class DataAsOfInfo(Answer):
    """Of when the data is."""

    catalogue_revision: str = Field(description="SHA-256 of the catalogue file.")
    catalogue_modified_at: datetime | None = Field(description="When the catalogue was modified; null if unknown.")
    status_fetched_at: datetime = Field(description="When workers and queues were fetched.")
    stats_fetched_at: datetime = Field(description="When usage was fetched.")
    stale: bool = Field(description="The newest attempt to refresh the Horde's part failed.")


class WarningInfo(Answer):
    """Something a reader should know."""

    code: str = Field(description="Stable, for programs.")
    message: str = Field(description="One sentence, for people.")


class CategoryDeletionRiskResponse(Answer):
    """The models of a category with their risk of deletion, and the reasons."""

    category: MODEL_REFERENCE_CATEGORY = Field(description="The category.")
    category_total_month_usage: Figure = Field(description="Attributed month usage of the whole category.")
    category_model_count: Count = Field(description="Models in the catalogue, grouped into families or not.")
    total_count: Count = Field(description="Rows that match, before paging.")
    returned_count: Count = Field(description="Rows on this page.")
    offset: Count = Field(description="Rows left out before this page.")
    limit: int | None = Field(description="Rows asked for at most; null for all.")
    next: str | None = Field(description="The path and query of the next page; null on the last.")
    models: list[ModelDeletionRiskInfo] = Field(description="The rows of this page.")
    summary: CategoryDeletionRiskSummary = Field(description="Counts over all rows that match.")
    data_as_of: DataAsOfInfo = Field(description="The time of the data.")
    attribution: Attribution = Field(description="Where the category's requests went.")
    warnings: list[WarningInfo] = Field(description="What a reader should know about the data.")
