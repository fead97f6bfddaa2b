"""The shapes that clients of the older implementation read."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from horde_model_reference.analytics.risk_schema import Answer, BackendVariation, Count, Figure, WarningInfo
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY


class ReplicateModeResponse(Answer):
    """The role of this service: it reads catalogues and takes no changes of them."""

    replicate_mode: Literal["REPLICA"] = Field("REPLICA", description="Catalogues are read, and changed elsewhere.")
    canonical_format: Literal["v2"] = Field("v2", description="The format in which records are answered.")
    writable: Literal[False] = Field(False, description="No route changes a catalogue.")


class SearchResponse(Answer):
    """One page of the records that match a search."""

    results: list[dict[str, Any]] = Field(description="The records, in the v2 format.")
    total: Count = Field(description="Records that match, on all pages.")
    offset: Count = Field(description="Records left out before this page.")
    limit: Count = Field(description="Records asked for at most.")
    has_more: bool = Field(description="Whether another page follows.")
    next: str | None = Field(description="The path and query of the next page; null on the last.")
    warnings: list[WarningInfo] = Field(description="What a reader should know about this answer.")


class UsageStats(Answer):
    """Attributed requests of three periods."""

    day: Figure = Field(description="Attributed requests in the 24 hours before the statistics were compiled.")
    month: Figure = Field(description="Attributed requests in 30 days.")
    total: Figure = Field(description="Attributed requests ever; it trails and can be below the month's.")


class WorkerSummary(Answer):
    """One worker that serves a model; null where the Horde does not say."""

    id: str = Field(description="The Horde's identifier of the worker.")
    name: str = Field(description="The worker's name.")
    online: bool | None = Field(description="Whether it is online.")
    trusted: bool | None = Field(description="Whether the Horde trusts its owner.")
    maintenance_mode: bool | None = Field(description="Whether it rests; then it serves no model.")
    threads: Figure = Field(description="Requests that it works on at once.")
    uptime: Figure = Field(description="Seconds that it has been online, in all.")
    performance: str | None = Field(description="Its speed, in the Horde's words.")


class ModelUsage(Answer):
    """Usage and workers of one model; a figure that the Horde did not give is null."""

    worker_count: Figure = Field(description="Worker threads now serving the model.")
    queued_jobs: Figure = Field(description="Jobs waiting for the model.")
    performance: float | None = Field(description="Mean speed, weighted by threads; null without a sample.")
    eta: Figure = Field(description="Seconds until the queue is worked off, of its API name with the longest.")
    queued: float | None = Field(ge=0, description="Work in the queue, in the Horde's unit.")
    usage_stats: UsageStats = Field(description="Attributed requests.")
    worker_summaries: dict[str, WorkerSummary] | None = Field(
        description="The workers that serve it, by identifier; null unless asked for, and where they are unknown."
    )
    backend_variations: dict[str, BackendVariation] | None = Field(
        description="Figures by backend; null unless asked for, and for models without backends."
    )


class NamedModel(Answer):
    """A model in a list."""

    name: str = Field(description="The model's name.")


class PopularModel(ModelUsage, NamedModel):
    """One of the most used or most served models."""


class UsageSort(StrEnum):
    """The figures by which models are ordered."""

    name = "name"
    worker_count = "worker_count"
    queued_jobs = "queued_jobs"
    performance = "performance"
    eta = "eta"
    queued = "queued"
    usage_day = "usage_day"
    usage_month = "usage_month"
    usage_total = "usage_total"


class PopularSort(StrEnum):
    """The figures by which models are popular."""

    worker_count = "worker_count"
    usage_day = "usage_day"
    usage_month = "usage_month"
    usage_total = "usage_total"


class BaselineShare(Answer):
    """The models of one baseline."""

    baseline: str = Field(description="The baseline.")
    count: Count = Field(description="Models of it.")
    percentage: float = Field(description="Percent of all models.")


class TagShare(Answer):
    """The models with one tag, or of one style."""

    tag: str = Field(description="The tag or style.")
    count: Count = Field(description="Models with it.")
    percentage: float = Field(description="Percent of all models.")


class ParameterBucket(Answer):
    """The models of one class of size."""

    bucket_label: str = Field(description="The class in words.")
    min_params: Count = Field(description="Models of the class have more weights than this.")
    max_params: Figure = Field(description="Models of the class have at most so many weights; null: no bound.")
    count: Count = Field(description="Models of it.")
    percentage: float = Field(description="Percent of all models.")


class DownloadStats(Answer):
    """Files that records list for download."""

    total_models_with_downloads: Count = Field(description="Models with a file.")
    total_download_entries: Count = Field(description="Files.")
    total_size_bytes: Figure = Field(description="Bytes of the models whose size is known; null if none's is.")
    models_with_size_info: Count = Field(description="Models whose size is known.")
    average_size_bytes: float | None = Field(description="Mean bytes of these models; null if there are none.")
    hosts: dict[str, Count] = Field(description="Files by host, most first.")


class CategoryStatistics(Answer):
    """Counts over the records of a category; the page changes none of them."""

    category: MODEL_REFERENCE_CATEGORY = Field(description="The category.")
    total_models: Count = Field(description="Models, or families of text models.")
    returned_models: Count = Field(description="Models on the page that `limit` and `offset` cut out.")
    offset: Count = Field(description="Models left out before the page.")
    limit: Figure = Field(description="Models asked for at most; null for all.")
    nsfw_count: Count = Field(description="Models that are NSFW; of families, those with such a member.")
    baseline_distribution: dict[str, BaselineShare] = Field(
        description="By baseline, most models first; models without one, or families with several, are in none."
    )
    download_stats: DownloadStats | None = Field(description="Files; null where no record lists any.")
    top_tags: list[TagShare] = Field(description="The most frequent tags.")
    top_styles: list[TagShare] = Field(description="The most frequent styles.")
    parameter_buckets: list[ParameterBucket] = Field(
        description="Classes of size by number of weights; empty where no record names a number."
    )
    models_without_param_info: Count = Field(description="Models whose number of weights is unknown.")
    models_with_trigger_words: Count = Field(description="Models whose record names trigger words.")
    models_with_inpainting: Count = Field(description="Inpainting models.")
    models_with_requirements: Count = Field(description="Models whose record has requirements.")
    models_with_showcases: Count = Field(description="Models whose record has showcases.")
    computed_at: int | None = Field(
        description="When the catalogue was modified, in seconds of the epoch (UTC); null if unknown."
    )
