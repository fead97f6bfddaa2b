"""The schema of the details of one model, and of the names that the Horde reports."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_schema import (
    Answer,
    Attribution,
    Count,
    DataAsOfInfo,
    Figure,
    ModelDeletionRiskInfo,
    WarningInfo,
)
from horde_model_reference.catalogue.links import LinkKind, LinkSource
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.links.link import LinkOutcome


class FlagEvidence(Answer):
    """The evidence of a set flag."""

    flag: str = Field(description="The flag.")
    severity: RiskLevel = Field(description="Its severity.")
    sentence: str = Field(description="The reason, for people.")
    observed: int | float | bool | str | list[str] | None = Field(description="The value that set the flag.")
    threshold: float | None = Field(description="A value below this sets the flag; null where it is no number.")
    unit: str = Field(description="The unit of the observed value.")
    source: str = Field(description="Where the value comes from.")


class LinkEvidence(Answer):
    """The evidence of a set flag of links: the last result for an address."""

    flag: str = Field(description="The flag.")
    severity: RiskLevel = Field(description="Its severity.")
    sentence: str = Field(description="The reason, for people.")
    address: str = Field(description="The address, as the record has it.")
    outcome: LinkOutcome = Field(description="The outcome of the last request.")
    detail: str = Field(description="More about the outcome, for people; may be empty.")
    checked_at: datetime = Field(description="When it was asked.")
    failed_days: Count = Field(description="On how many days in a row it failed.")


class ApiNameInfo(Answer):
    """One name that the Horde reports, with its figures and where it went."""

    api_name: str = Field(description="The name as the Horde reports it.")
    backend: str = Field(description="`aphrodite`, `koboldcpp`, or `canonical` for a name without a backend.")
    outcome: str = Field(
        description="`attributed`, `ambiguous` or `unattributed`.", pattern="^(attributed|ambiguous|unattributed)$"
    )
    model: str | None = Field(description="The model it belongs to; null unless attributed.")
    candidates: list[str] = Field(description="Ambiguous: the models it could be, at most ten.")
    likely_models: list[str] = Field(description="Not attributed: the models that it could well be, at most ten.")
    reason: str = Field(description="How it was found, or why it was not.")
    usage_day: Figure = Field(description="Requests in 24 hours; null if unknown.")
    usage_month: Figure = Field(description="Requests in 30 days; null if unknown.")
    usage_total: Figure = Field(description="Requests ever; null if unknown.")
    worker_count: Figure = Field(description="Worker threads.")
    queued_jobs: Figure = Field(description="Jobs waiting for it; null if unknown.")
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
    evidence: list[FlagEvidence] = Field(description="For every set flag, the value that set it.")
    link_evidence: list[LinkEvidence] = Field(description="For every set flag of links, the addresses that set it.")
    api_names: list[ApiNameInfo] = Field(description="The API names attributed to it.")
    possible_api_names: list[ApiNameInfo] = Field(description="Names of no model that could well be its, by month use.")
    data_as_of: DataAsOfInfo = Field(description="The time of the data.")


class CategoryAttributionResponse(Answer):
    """Every API name of a category, and where it went."""

    category: MODEL_REFERENCE_CATEGORY = Field(description="The category.")
    attribution: Attribution = Field(description="Where the requests of each period went.")
    api_names: list[ApiNameInfo] = Field(description="Those of no model first, by month use; then the others, by name.")
    data_as_of: DataAsOfInfo = Field(description="The time of the data.")
    warnings: list[WarningInfo] = Field(description="What a reader should know about the data.")
