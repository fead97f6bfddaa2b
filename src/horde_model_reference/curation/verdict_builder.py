"""The verdicts of a policy on models, with reasons in sentences, facts and replacements."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import polars as pl

from horde_model_reference.analytics.detail_schema import LinkInfo
from horde_model_reference.analytics.risk_response import link_infos
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.evaluation import Evaluation, evaluate, own_choice, reasons_in, verdict_of, whole_of
from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.curation.plan import ModelVerdict, ReasonInfo, ReplacementInfo, removal_day
from horde_model_reference.curation.policy import Matches, Policy
from horde_model_reference.errors import PlanError
from horde_model_reference.marks.because import Because
from horde_model_reference.polars_queries import is_one_of

MOST_PROTECTIONS = 10
"""Names and patterns of the policy that are given as reasons why a model is protected."""


def verdict_on(facts: CurationFacts, policy: Policy, name: str) -> ModelVerdict | PlanError:
    """Return the verdict of the policy's own choice on one model, or the refusal of every plan of this catalogue."""
    try:
        return verdicts_on(facts, policy, [name])[0]
    except PlanError as refusal:
        return refusal


def verdicts_on(facts: CurationFacts, policy: Policy, names: Collection[str]) -> list[ModelVerdict]:
    """Return the verdicts of the policy's own choice on some models, in the order of removal.

    Raises:
        PlanError: The catalogue has shrunk and the policy does not allow that.
    """
    evaluation = evaluate(facts, policy)
    models = own_choice(evaluation, whole_of(facts), policy).filter(is_one_of(pl.col("name"), names))
    builder = VerdictBuilder(facts, policy, evaluation, policy.removal_reasons())
    return [builder.verdict(row) for row in models.iter_rows(named=True)]


Protections = dict[str, list[str]]
"""Why a model is protected, by key of the policy's section: ``names`` or ``globs``."""


def _protections(matches: Matches) -> dict[str, Protections]:
    """Return why models are protected by name or pattern: so many reasons of each, for one is enough."""
    found_by_name: dict[str, Protections] = {}
    for kind, found in matches.items():
        for entry, names in found:
            for name in names:
                reasons = found_by_name.setdefault(name, {}).setdefault(kind, [])
                if len(reasons) < MOST_PROTECTIONS:
                    reasons.append(entry.sentence())
    return found_by_name


class VerdictBuilder:
    """Builds the verdict on a model: its reasons in sentences, its facts and its replacements.

    Args:
        facts: The inputs of the plan.
        policy: The policy.
        evaluation: The evaluation of the models by it.
        because: The reasons of curators for removals, by model.
        overrides: Why models are removed although they are protected or unknown, by model.
    """

    def __init__(
        self,
        facts: CurationFacts,
        policy: Policy,
        evaluation: Evaluation,
        because: Mapping[str, Because],
        overrides: Mapping[str, str] | None = None,
    ) -> None:
        self._facts = facts
        self._policy = policy
        self._because = because
        self._overrides = overrides or {}
        self._protections = _protections(evaluation.matches)

    def reasons(self, row: Mapping[str, Any]) -> list[ReasonInfo]:
        """Return the reasons of a model, from its row with the mask of those that hold."""
        model = ModelFacts(
            row=row,
            listing=self._facts.listings.get(row["name"]),
            policy=self._policy,
            protections=self._protections.get(row["name"], {}),
        )
        return [reason.info(sentence) for reason in reasons_in(row["reasons"]) for sentence in reason.sentences(model)]

    def verdict(self, row: Mapping[str, Any]) -> ModelVerdict:
        """Return the verdict on a model, from its row with all reasons."""
        name, verdict = row["name"], verdict_of(reasons_in(row["reasons"]))
        styles, replacements = self._facts.styles, self._facts.standings[name].replacements
        return ModelVerdict(
            name=name,
            verdict=verdict,
            reasons=self.reasons(row),
            risk_level=row["risk_level"],
            usage_month=row["usage_month"],
            usage_total=row["usage_total"],
            possible_usage_month=row["possible_usage_month"],
            worker_count=row["worker_count"],
            queued_jobs=row["queued_jobs"],
            size_gb=row["size_gb"],
            parameters=row["parameters"],
            age_days=row["age_days"],
            removed_before=removal_day(self._facts.listings.get(name)),
            styles=None if styles is None else list(styles.naming(name)),
            kind=row["kind"],
            replacements=None
            if replacements is None
            else [
                ReplacementInfo(name=found.name, usage_month=found.usage_month, reason=found.reason)
                for found in replacements
            ],
            links=self._links(name) if verdict is Verdict.REMOVE else [],
            override=self._overrides.get(name) if verdict is Verdict.REMOVE else None,
            because=self._because.get(name) if verdict is Verdict.REMOVE else None,
        )

    def _links(self, name: str) -> list[LinkInfo]:
        return link_infos(self._facts.catalogue.records[name], self._facts.table.category)
