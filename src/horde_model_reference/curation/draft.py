"""A plan before its verdicts are written: which models go, in columns, and what their removal does.

Of a large catalogue most verdicts are never read, and writing one in sentences takes far longer than finding it; so the
web page writes only the verdicts that it shows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import polars as pl

from horde_model_reference.analytics.risk_schema import WarningInfo
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.companions import companions_without_clone
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.evaluation import Evaluation, whole_of, with_verdicts
from horde_model_reference.curation.holding_back import held_back
from horde_model_reference.curation.impact import impact_of
from horde_model_reference.curation.plan import SUSPICIOUS, CompanionsInfo, Effect, HeldBack, ModelVerdict, StyleChange
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.style_changes import style_changes
from horde_model_reference.curation.unmatched_protections import unmatched_protections
from horde_model_reference.curation.verdict_builder import VerdictBuilder
from horde_model_reference.polars_queries import is_one_of


class ModelWithVerdict(NamedTuple):
    """A model with its verdict."""

    name: str
    verdict: Verdict
    kind: str | None
    usage_month: int | None


@dataclass(frozen=True)
class PlanDraft:
    """The verdicts of a plan in columns.

    Attributes:
        facts: The inputs of the plan.
        policy: The policy.
        evaluation: The evaluation of the models by it, before the choice.
        chosen: ``CurationFacts.models`` with the column ``reasons``: a mask of all reasons, also those of the choice.
        builder: Builds the verdict on a model.
    """

    facts: CurationFacts
    policy: Policy
    evaluation: Evaluation
    chosen: pl.DataFrame
    builder: VerdictBuilder

    @cached_property
    def models(self) -> pl.DataFrame:
        """The models in the order of removal, with ``verdict`` and ``verdict_reasons`` beside their facts."""
        return with_verdicts(self.chosen)

    @property
    def category(self) -> MODEL_REFERENCE_CATEGORY:
        """The category."""
        return self.facts.table.category

    @property
    def month_usages(self) -> Iterable[int | None]:
        """The month usage of every model."""
        return self.models["usage_month"]

    def verdicts_on(self, names: Collection[str]) -> list[ModelVerdict]:
        """Return the verdicts on some models, in the order of removal."""
        return self._verdicts(self.models.filter(is_one_of(pl.col("name"), names)))

    @cached_property
    def verdicts(self) -> list[ModelVerdict]:
        """The verdicts on all models, in the order of removal."""
        return self._verdicts(self.models)

    @cached_property
    def removed(self) -> list[ModelVerdict]:
        """The verdicts on the models to remove, in the order of removal."""
        return self._verdicts(self.models.filter(verdict=Verdict.REMOVE.value))

    def _verdicts(self, rows: pl.DataFrame) -> list[ModelVerdict]:
        return [self.builder.verdict(row) for row in rows.iter_rows(named=True)]

    @property
    def suspicious(self) -> pl.DataFrame:
        """The models that stay although nobody uses them, since many workers serve them, in the order of removal."""
        stays = pl.col("verdict") != Verdict.REMOVE.value
        return self.models.filter(stays & pl.col("verdict_reasons").list.contains(SUSPICIOUS))

    @cached_property
    def held_back(self) -> list[HeldBack]:
        """The keys of the policy that hold models back; of the policy's own choice alone it tells anything."""
        return held_back(self.models, whole_of(self.facts), self.policy.limits)

    @cached_property
    def style_changes(self) -> list[StyleChange]:
        """The change of each style whose model goes."""
        columns = self.models.select("name", "verdict", "kind", "usage_month").iter_rows()
        judged: Sequence[ModelWithVerdict] = [
            ModelWithVerdict(name, Verdict(verdict), kind, month) for name, verdict, kind, month in columns
        ]
        return style_changes(self.facts.styles, judged, self.facts.catalogue, self.policy.styles.on_removal)

    @cached_property
    def effect(self) -> Effect:
        """The impact of the removals."""
        return impact_of(self.facts.table, self.facts.catalogue, self.facts.styles, self.removed, self.style_changes)

    @cached_property
    def companions(self) -> CompanionsInfo | None:
        """The other changes of the catalogue's repository; None without any."""
        return companions_without_clone(self, self.facts.catalogue.records)

    @property
    def warnings(self) -> list[WarningInfo]:
        """The warnings about the inputs of the plan."""
        facts, names = self.facts, self.facts.table.rows["name"].to_list()
        idle = unmatched_protections(chain(*self.evaluation.matches.values()), facts.table.category, names)
        return [
            WarningInfo(code=warning.code, message=warning.message)
            for warning in (*facts.table.warnings, *facts.warnings, *idle)
        ]
