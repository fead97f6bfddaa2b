"""From a catalogue and an observation to the risk table, and to the answer to a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from horde_model_reference.analytics.flags import ScoringContext
from horde_model_reference.analytics.possible_use import possible_usage_month, possible_uses
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.analytics.risk_schema import CategoryDeletionRiskResponse
from horde_model_reference.analytics.risk_table import DataAsOf, RiskTable
from horde_model_reference.analytics.scoring import flag_records, score
from horde_model_reference.analytics.table_inputs import TableInputs
from horde_model_reference.analytics.thresholds import Thresholds, thresholds_for
from horde_model_reference.analytics.usage_trend import RecentUse, with_recent_use
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.categories import USAGE, HordeModelType, usage_traits
from horde_model_reference.data_warnings import DataWarning, bounded
from horde_model_reference.integrations.data_merger import merge_category_with_horde_data
from horde_model_reference.integrations.horde_api_models import Observation
from horde_model_reference.polars_queries import collected
from horde_model_reference.settings import Settings


@dataclass(frozen=True)
class ModelDeletionRiskInfoFactory:
    """Builds risk tables of catalogues with fixed thresholds.

    Attributes:
        thresholds: The thresholds of each type of model.
    """

    thresholds: dict[HordeModelType, Thresholds]

    @classmethod
    def create_default(cls) -> ModelDeletionRiskInfoFactory:
        """Return a factory with the default thresholds; the environment is not read."""
        return cls.from_settings(Settings.model_construct())

    @classmethod
    def from_settings(cls, settings: Settings) -> ModelDeletionRiskInfoFactory:
        """Return a factory with the thresholds of these settings."""
        return cls({traits.model_type: thresholds_for(settings, traits) for traits in USAGE.values()})

    def inputs(
        self,
        catalogue: Catalogue,
        observation: Observation,
        style_counts: Mapping[str, int] | None = None,
        recent: RecentUse | None = None,
        warnings: tuple[DataWarning, ...] = (),
    ) -> TableInputs:
        """Return the inputs of a risk table, with the thresholds of the observation's type of model."""
        thresholds = self.thresholds[observation.model_type]
        return TableInputs(catalogue, observation, thresholds, style_counts, recent, warnings)

    def create_table(
        self,
        catalogue: Catalogue,
        observation: Observation,
        style_counts: Mapping[str, int] | None = None,
        recent: RecentUse | None = None,
    ) -> RiskTable:
        """Return the ungrouped risk table of a catalogue; parameters as for :class:`TableInputs`."""
        return make_table(self.inputs(catalogue, observation, style_counts, recent))

    def create_deletion_risk_response(
        self, catalogue: Catalogue, observation: Observation, query: RiskQuery | None = None
    ) -> CategoryDeletionRiskResponse:
        """Return the endpoint's answer to a query (by default all models)."""
        return respond(self.create_table(catalogue, observation), query or RiskQuery())


def make_table(inputs: TableInputs) -> RiskTable:
    """Return the ungrouped risk table of some inputs."""
    catalogue, observation = inputs.catalogue, inputs.observation
    merged = merge_category_with_horde_data(catalogue, observation)
    context = ScoringContext(inputs.thresholds, merged.totals["month"].attributed)
    names = catalogue.frame["name"]
    possible = possible_uses(merged.api_names, names, by_words=usage_traits(catalogue.category).families)
    each = pl.int_range(names.len(), eager=True)
    month = possible_usage_month(possible, merged.api_names, each, context.category_month)
    families = catalogue.families.alias("family")
    models = pl.concat([catalogue.frame, merged.models, pl.DataFrame([month, families])], how="horizontal")
    facts = with_recent_use(models, inputs.recent).with_columns(style_count=_style_counts(names, inputs.style_counts))
    return RiskTable(
        category=catalogue.category,
        model_count=catalogue.frame.height,
        context=context,
        totals=merged.totals,
        data_as_of=DataAsOf(
            catalogue_revision=catalogue.revision,
            catalogue_modified_at=catalogue.modified_at,
            status_fetched_at=observation.status_fetched_at,
            stats_fetched_at=observation.stats_fetched_at,
            stale=observation.stale,
        ),
        warnings=(*catalogue.warnings, *inputs.warnings, *observation.warnings, *bounded(merged.warnings)),
        rows=collected(score(flag_records(facts, context), context)),
        api_names=merged.api_names,
        key=inputs.key,
        skipped=catalogue.skipped,
        aliases=catalogue.aliases,
        records=catalogue.records,
        possible=possible,
    )


def _style_counts(names: pl.Series, counts: Mapping[str, int] | None) -> pl.Expr:
    if counts is None:
        return pl.lit(None, pl.Int64)
    return pl.lit(names.replace_strict(counts, default=0, return_dtype=pl.Int64))
