"""Making a plan: pure, from facts that were read before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version

import polars as pl

from horde_model_reference.analytics.risk_response import data_as_of
from horde_model_reference.analytics.unknown_names import unknown_model
from horde_model_reference.curation.budget import filled
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.draft import PlanDraft
from horde_model_reference.curation.evaluation import Evaluation, evaluate, own_choice, whole_of, with_choice
from horde_model_reference.curation.mark_standings import marked_models
from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.reasons import not_selected, selected
from horde_model_reference.curation.verdict_builder import VerdictBuilder
from horde_model_reference.errors import PlanError
from horde_model_reference.escaping import quoted, visible
from horde_model_reference.marks.because import Because


@dataclass(frozen=True)
class Choice:
    """A choice of models beside the policy.

    Attributes:
        selected: Plan exactly these models; None leaves the choice to the policy.
        overrides: Why models are removed although they are protected or unknown.
        because: The reasons of curators for removals, by name; they override as well.
        due: The selected models are those whose mark is due.
    """

    selected: tuple[str, ...] | None = None
    overrides: Mapping[str, str] | None = None
    because: Mapping[str, Because] = field(default_factory=dict)
    due: bool = False

    def has_reason(self, name: str) -> bool:
        """Whether a person gives a reason for the removal of a model."""
        return name in self.because or bool((self.overrides or {}).get(name, "").strip())


def make_plan(facts: CurationFacts, policy: Policy, choice: Choice | None = None) -> Plan:
    """Return the plan for a category, with all verdicts; errors as for :func:`draft_plan`."""
    return complete_plan(draft_plan(facts, policy, choice), choice or Choice())


def draft_plan(facts: CurationFacts, policy: Policy, choice: Choice | None = None) -> PlanDraft:
    """Return the plan for a category in columns.

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
    evaluation = evaluate(facts, policy)
    builder = VerdictBuilder(facts, policy, evaluation, choice.because, choice.overrides)
    models = (
        own_choice(evaluation, whole_of(facts), policy)
        if choice.selected is None
        else _selection(facts, policy, choice, evaluation, builder)
    )
    return PlanDraft(facts, policy, evaluation, models, builder)


def complete_plan(draft: PlanDraft, choice: Choice) -> Plan:
    """Return the plan of a draft, with all verdicts.

    Args:
        draft: The draft.
        choice: The choice that it was made for.
    """
    facts, policy = draft.facts, draft.policy
    return Plan(
        version=version("horde-model-reference"),
        category=facts.table.category,
        catalogue_file=facts.catalogue_file,
        data_as_of=data_as_of(facts.table),
        policy=policy,
        policy_hash=policy.digest(),
        made_on=facts.made_on,
        selected=list(choice.selected) if choice.selected is not None else None,
        due=choice.due,
        marks=marked_models(facts, policy),
        verdicts=draft.verdicts,
        held_back=draft.held_back if choice.selected is None else [],
        effect=draft.effect,
        style_changes=draft.style_changes,
        companions=draft.companions,
        orphaned_styles=None if facts.styles is None else facts.styles.orphans(facts.catalogue.records),
        warnings=draft.warnings,
    )


def _selection(
    facts: CurationFacts, policy: Policy, choice: Choice, evaluation: Evaluation, builder: VerdictBuilder
) -> pl.DataFrame:
    """Return the models with all reasons, after a check that exactly the selected ones may be removed."""
    names = list(dict.fromkeys(choice.selected or ()))
    rows = {row["name"]: row for row in evaluation.models.filter(pl.col("name").is_in(names)).iter_rows(named=True)}
    for name in names:
        if name not in rows:
            raise unknown_model(facts.table.category, name, facts.table.rows["name"], facts.table.skipped)
        against = [reason for reason in builder.reasons(rows[name]) if reason.verdict.needs_reason]
        if against and not choice.has_reason(name):
            sentences = " ".join(reason.sentence for reason in against)
            raise PlanError(
                f"{quoted(name)} is {against[0].verdict.value}: {visible(sentences)}",
                hint="A reason removes it all the same: --override NAME=REASON, --remove NAME=CODE[:DETAIL], "
                "`remove` or `overrides` in a request's body.",
            )
    for name, limit in filled([(name, rows[name]["usage_month"]) for name in names], whole_of(facts), policy.limits):
        if limit is not None:
            raise PlanError(
                f"With {quoted(name)} the selection exceeds a limit: {limit.sentence(policy.limits)}.",
                hint="Select less, or change the policy.",
            )
    others = dict.fromkeys(evaluation.candidates()["name"].to_list(), not_selected)
    return with_choice(evaluation, others | dict.fromkeys(names, selected))
