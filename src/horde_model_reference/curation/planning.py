"""Making a plan: pure, from facts that were read before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from itertools import chain
from typing import Any

import polars as pl

from horde_model_reference.analytics.risk_response import data_as_of, link_infos
from horde_model_reference.analytics.risk_schema import LinkInfo, WarningInfo
from horde_model_reference.analytics.unknown_names import unknown_model
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.because import Because
from horde_model_reference.curation.budget import filled
from horde_model_reference.curation.companions import companions_without_clone
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.holding_back import held_back
from horde_model_reference.curation.impact import impact_of
from horde_model_reference.curation.judging import (
    Judgement,
    judge,
    own_choice,
    reasons_in,
    verdict_of,
    whole_of,
    with_choice,
)
from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.curation.plan import ModelVerdict, Plan, ReasonInfo, ReplacementInfo, removal_day
from horde_model_reference.curation.policy import Matches, Policy
from horde_model_reference.curation.reasons import not_selected, selected
from horde_model_reference.curation.style_changes import style_changes
from horde_model_reference.curation.unmatched_protections import unmatched_protections
from horde_model_reference.errors import PlanError
from horde_model_reference.escaping import quoted, visible
from horde_model_reference.polars_queries import is_one_of
from horde_model_reference.thread_pool import while_wanted

MOST_PROTECTIONS_TOLD = 10
"""Names and patterns of the policy that are given as reasons why a model is protected."""


@dataclass(frozen=True)
class Choice:
    """A choice of models beside the policy.

    Attributes:
        selected: Plan exactly these models; None leaves the choice to the policy.
        overrides: Why models are removed although they are protected or unknown.
        because: The reasons of curators for removals, by name; they override as well.
    """

    selected: tuple[str, ...] | None = None
    overrides: Mapping[str, str] | None = None
    because: Mapping[str, Because] = field(default_factory=dict)

    def says_why(self, name: str) -> bool:
        """Whether a person gives a reason for the removal of a model."""
        return name in self.because or bool((self.overrides or {}).get(name, "").strip())


def make_plan(facts: CurationFacts, policy: Policy, choice: Choice | None = None) -> Plan:
    """Return the plan for a category.

    Raises:
        UnknownModelError: A selected model is not in the catalogue.
        PlanError: A selected model is protected or unknown and has no override; or the selection exceeds a limit; or
            the catalogue has shrunk and the policy does not allow that.
    """
    choice = choice or Choice()
    unasked = sorted({*(choice.overrides or {}), *choice.because} - set(choice.selected or ()))
    if unasked:
        raise PlanError(f"A reason names {quoted(unasked[0])}, which is not selected.", hint="Select it as well.")
    choice = replace(choice, because={**policy.removal_reasons(), **choice.because})
    judgement = judge(facts, policy)
    whole = whole_of(facts)
    tell = _Teller(facts, policy, choice, judgement)
    models = (
        own_choice(judgement, whole, policy)
        if choice.selected is None
        else _selection(facts, policy, choice, judgement, tell)
    )
    verdicts = [tell.verdict(row) for row in while_wanted(models.iter_rows(named=True))]
    changes = style_changes(facts.styles, verdicts, facts.catalogue, policy.styles.on_removal)
    removed = [verdict for verdict in verdicts if verdict.verdict is Verdict.REMOVE]
    names = facts.table.rows["name"].to_list()
    idle = unmatched_protections(chain(*judgement.matches.values()), facts.table.category, names)
    plan = Plan(
        version=version("horde-model-reference"),
        category=facts.table.category,
        catalogue_file=facts.catalogue_file,
        data_as_of=data_as_of(facts.table),
        policy=policy,
        policy_hash=policy.digest(),
        made_on=facts.made_on,
        selected=list(choice.selected) if choice.selected is not None else None,
        verdicts=verdicts,
        held_back=held_back(verdicts, whole, policy.limits) if choice.selected is None else [],
        effect=impact_of(facts.table, facts.catalogue, facts.styles, removed, changes),
        style_changes=changes,
        orphaned_styles=None if facts.styles is None else facts.styles.orphans(facts.catalogue.records),
        warnings=[
            WarningInfo(code=warning.code, message=warning.message)
            for warning in (*facts.table.warnings, *facts.warnings, *idle)
        ],
    )
    return plan.model_copy(update={"companions": companions_without_clone(plan, facts.catalogue.records)})


def verdict_on(facts: CurationFacts, policy: Policy, name: str) -> ModelVerdict | PlanError:
    """Return the verdict of the policy's own choice on one model, or the refusal of every plan of this catalogue."""
    try:
        (verdict,) = verdicts_on(facts, policy, [name])
    except PlanError as refusal:
        return refusal
    return verdict


def verdicts_on(facts: CurationFacts, policy: Policy, names: Collection[str]) -> list[ModelVerdict]:
    """Return the verdicts of the policy's own choice on models of the catalogue, in the order of removal.

    Raises:
        PlanError: The catalogue has shrunk and the policy does not allow that.
    """
    judgement = judge(facts, policy)
    models = own_choice(judgement, whole_of(facts), policy).filter(is_one_of(pl.col("name"), names))
    tell = _Teller(facts, policy, Choice(because=policy.removal_reasons()), judgement)
    return [tell.verdict(row) for row in models.iter_rows(named=True)]


Protections = dict[str, list[str]]
"""Why a model is protected, by key of the policy's section: ``names`` or ``globs``."""


def _protections(matches: Matches) -> dict[str, Protections]:
    """Return why models are protected by name or pattern: so many reasons of each, for one is enough."""
    told: dict[str, Protections] = {}
    for kind, found in matches.items():
        for entry, names in found:
            for name in names:
                reasons = told.setdefault(name, {}).setdefault(kind, [])
                if len(reasons) < MOST_PROTECTIONS_TOLD:
                    reasons.append(entry.sentence())
    return told


class _Teller:
    """Tells the verdict on a model: its reasons in sentences, its facts and its replacements."""

    def __init__(self, facts: CurationFacts, policy: Policy, choice: Choice, judgement: Judgement) -> None:
        self._facts = facts
        self._policy = policy
        self._choice = choice
        self._protections = _protections(judgement.matches)

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
            override=(self._choice.overrides or {}).get(name) if verdict is Verdict.REMOVE else None,
            because=self._choice.because.get(name) if verdict is Verdict.REMOVE else None,
        )

    def _links(self, name: str) -> list[LinkInfo]:
        return link_infos(self._facts.catalogue.records[name], self._facts.table.category)


def _selection(
    facts: CurationFacts, policy: Policy, choice: Choice, judgement: Judgement, tell: _Teller
) -> pl.DataFrame:
    """Return the models with all reasons, after a check that exactly the selected ones may be removed."""
    names = list(dict.fromkeys(choice.selected or ()))
    rows = {row["name"]: row for row in judgement.models.filter(pl.col("name").is_in(names)).iter_rows(named=True)}
    for name in names:
        if name not in rows:
            raise unknown_model(facts.table.category, name, facts.table.rows["name"], facts.table.skipped)
        against = [reason for reason in tell.reasons(rows[name]) if reason.verdict.needs_reason]
        if against and not choice.says_why(name):
            said = " ".join(reason.sentence for reason in against)
            raise PlanError(
                f"{quoted(name)} is {against[0].verdict.value}: {visible(said)}",
                hint="A reason removes it all the same: --override NAME=REASON, --remove NAME=CODE[:DETAIL], "
                "`remove` or `overrides` in a request's body.",
            )
    for name, limit in filled([(name, rows[name]["usage_month"]) for name in names], whole_of(facts), policy.limits):
        if limit is not None:
            raise PlanError(
                f"With {quoted(name)} the selection exceeds a limit: {limit.sentence(policy.limits)}.",
                hint="Select less, or change the policy.",
            )
    others = dict.fromkeys(judgement.candidates()["name"].to_list(), not_selected)
    return with_choice(judgement, others | dict.fromkeys(names, selected))
