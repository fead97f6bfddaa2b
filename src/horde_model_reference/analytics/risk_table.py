"""The risk table: one row a model (or family), with its facts, flags and level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

import polars as pl

from horde_model_reference.analytics.flags import ScoringContext
from horde_model_reference.analytics.possible_use import PAIRS, possible_usage_month
from horde_model_reference.analytics.text_model_grouping import apply_text_model_grouping_to_risk_response
from horde_model_reference.catalogue.aliases import NO_ALIASES, Aliases
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.integrations.attribution import ATTRIBUTED
from horde_model_reference.integrations.data_merger import PeriodTotals
from horde_model_reference.links.link_check import LinkCheck


@dataclass(frozen=True, slots=True)
class DataAsOf:
    """Of when the data is; all times are the data's own (rule 12)."""

    catalogue_revision: str
    catalogue_modified_at: datetime | None
    status_fetched_at: datetime
    stats_fetched_at: datetime
    stale: bool


@dataclass(frozen=True)
class RiskTable:
    """One category at one revision and observation, scored with one set of thresholds.

    Attributes:
        category: The category.
        model_count: Models in the catalogue, whether the rows are models or families.
        context: The thresholds and totals that the rows were scored with.
        totals: The requests of each period, by attribution.
        data_as_of: The time of the data.
        warnings: Warnings about the data.
        rows: One row a model or family, sorted by name; the columns are described in ``docs/figures.md``.
        api_names: One row an API name (see :class:`MergedUsage`); ``model_index`` counts along the models' rows.
        key: The identity of the table; equal keys mean equal tables.
        records: The records by name.
        skipped: Why names that the catalogue's file seems to have are not among the models.
        grouped: The rows are families.
        aliases: The curators' aliases of names and families.
        possible: The models that API names could be which are attributed to none (``possible_use.PAIRS``); None:
            unknown.
        link_checks: The last result for each download address that was checked.
    """

    category: MODEL_REFERENCE_CATEGORY
    model_count: int
    context: ScoringContext
    totals: Mapping[str, PeriodTotals]
    data_as_of: DataAsOf
    warnings: tuple[DataWarning, ...]
    rows: pl.DataFrame
    api_names: pl.DataFrame
    key: str
    records: Mapping[str, ModelRecord]
    skipped: Mapping[str, str] = field(default_factory=dict)
    grouped: bool = False
    aliases: Aliases = NO_ALIASES
    possible: pl.DataFrame | None = None
    link_checks: Mapping[str, LinkCheck] = field(default_factory=dict)

    @cached_property
    def families(self) -> RiskTable:
        """The same table with families of text models as its rows."""
        rows = apply_text_model_grouping_to_risk_response(self.rows, self.context)
        family_of = self.rows["family"].rank("dense") - 1  # The rows of families are sorted by name.
        month = possible_usage_month(self.possible, self.api_names, family_of, self.context.category_month)
        return replace(self, rows=rows.with_columns(possible_usage_month=month), grouped=True)

    @property
    def possible_pairs(self) -> pl.DataFrame:
        """The possible uses that are known."""
        return pl.DataFrame(schema=PAIRS) if self.possible is None else self.possible

    @cached_property
    def variations(self) -> pl.DataFrame:
        """The figures of each backend of each model, sorted by model and backend."""
        return backend_variations(self.api_names)

    @cached_property
    def baselines(self) -> tuple[str, ...]:
        """All baselines that the rows name, sorted."""
        return tuple(self.rows["baseline"].drop_nulls().unique().sort())

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """All hosts that files of the rows lie on, sorted."""
        return tuple(self.rows["download_hosts"].explode().drop_nulls().unique().sort())


def backend_variations(api_names: pl.DataFrame) -> pl.DataFrame:
    """Sum the attributed API names of each model by backend.

    ``variant_name`` is the API name with most month use (ties by name); ``performance`` the mean of the speeds above
    0, weighted by threads; null where there is none, or where threads are unknown.
    """
    weight = pl.when(pl.col("performance") > 0).then("worker_count")
    figures = ("worker_count", "usage_day", "usage_month", "usage_total")
    return (
        api_names.filter(pl.col("outcome") == ATTRIBUTED)
        .sort("model_index", "backend", "api_name")
        .group_by("model_index", "backend", maintain_order=True)
        .agg(
            pl.col("api_name")
            .sort_by("usage_month", descending=True, nulls_last=True, maintain_order=True)
            .first()
            .alias("variant_name"),
            pl.col("api_name").alias("variant_names"),
            (pl.col("performance") * weight).sum().alias("weighted"),
            weight.sum().alias("weight"),
            *(pl.when(pl.col(figure).null_count() == 0).then(pl.col(figure).sum()).alias(figure) for figure in figures),
        )
        .with_columns(performance=pl.when(_WEIGHED).then(pl.col("weighted") / pl.col("weight")))
        .drop("weighted", "weight")
    )


_WEIGHED = (pl.col("weight") > 0) & pl.col("worker_count").is_not_null()
