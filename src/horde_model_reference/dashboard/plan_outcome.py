"""The outcome of a selection: its effect, how much of the limits it uses up, and why it is refused, if it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from horde_model_reference.curation.artefacts import PATCH, PLAN_JSON, PLAN_MARKDOWN, STYLES_MARKDOWN, STYLES_PATCH
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.draft import PlanDraft
from horde_model_reference.curation.impact import impact_of
from horde_model_reference.curation.plan import CompanionsInfo, Effect, ModelVerdict, StyleChange
from horde_model_reference.curation.planning import draft_plan
from horde_model_reference.curation.policy import Limits, Policy
from horde_model_reference.dashboard.plan_view import PlanView
from horde_model_reference.errors import NotFoundError, PlanError

FILE_WORDS: Mapping[str, str] = {
    PLAN_MARKDOWN: "its text",
    PATCH: "git apply",
    PLAN_JSON: "for apply",
    STYLES_PATCH: "styles: git apply",
    STYLES_MARKDOWN: "styles: its text",
}
"""The use of each file of a plan; the catalogue's is a new file."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """How much of one limit of the policy a selection uses up.

    Attributes:
        label: The limit.
        used: How much is used.
        most: The limit.
        unit: The unit of both.
    """

    label: str
    used: float
    most: float
    unit: str

    @property
    def exceeded(self) -> bool:
        """Whether it is more than the policy allows."""
        return self.used > self.most

    @property
    def percent(self) -> float:
        """How far the gauge is filled."""
        return round(min(100.0, 100 * self.used / self.most), 1) if self.most else 100.0 * (self.used > 0)


def gauges(effect: Effect, allowed: Limits) -> list[Gauge]:
    """Return how much of a policy's limits an effect uses up."""
    return [
        Gauge("Models", effect.models, allowed.max_models, ""),
        Gauge("Share of models", effect.share_of_models, allowed.max_share_of_models, "%"),
        Gauge("Share of month use", effect.share_of_month_usage or 0.0, allowed.max_share_of_month_usage, "%"),
    ]


@dataclass(frozen=True, slots=True)
class Download:
    """A file of a plan, and its use."""

    name: str
    use: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a selection, whether or not the policy allows it.

    Attributes:
        refusals: Why it is refused; empty where it is not.
        removed: The ticked models, with their reasons.
        effect: The impact of their removal.
        gauges: How much of the policy's limits it uses up.
        files: The files of the plan; of a refused one, those that it would have.
        companions: What else changes in the repository; None where nothing does, or where it is refused.
        style_changes: The changes of styles.
    """

    refusals: list[str]
    removed: list[ModelVerdict]
    effect: Effect
    gauges: list[Gauge]
    files: list[Download]
    companions: CompanionsInfo | None
    style_changes: list[StyleChange]


def outcome_of(facts: CurationFacts, policy: Policy, own: PlanDraft, view: PlanView) -> Outcome:
    """Return the outcome of a view's selection.

    Args:
        facts: The inputs of a plan.
        policy: The policy, with the changes of the view.
        own: The draft of the policy's own choice.
        view: The view.
    """
    try:
        plan = own if view.names is None else draft_plan(facts, policy, view.choice())
    except (PlanError, NotFoundError) as error:
        return _refused(facts, policy, own, view, f"{error.message} {error.hint}")
    return Outcome(
        refusals=[],
        removed=plan.removed,
        effect=plan.effect,
        gauges=gauges(plan.effect, policy.limits),
        files=_files(plan.removed, facts, plan.style_changes),
        companions=plan.companions,
        style_changes=plan.style_changes,
    )


def _refused(facts: CurationFacts, policy: Policy, own: PlanDraft, view: PlanView, why: str) -> Outcome:
    removed = own.verdicts_on(view.names or ())
    effect = impact_of(facts.table, facts.catalogue, facts.styles, removed)
    return Outcome(
        refusals=_missing_reasons(removed, view) or [why],
        removed=removed,
        effect=effect,
        gauges=gauges(effect, policy.limits),
        files=_files(removed, facts, []),
        companions=None,
        style_changes=[],
    )


def _files(removed: Iterable[ModelVerdict], facts: CurationFacts, changes: Iterable[StyleChange]) -> list[Download]:
    """Return the files of a plan, the text of the pull request first."""
    changed = [PATCH, facts.catalogue_file] if list(removed) else []
    styles = [STYLES_MARKDOWN, STYLES_PATCH] if list(changes) else []
    return [Download(name, FILE_WORDS.get(name, "new file")) for name in (PLAN_MARKDOWN, *changed, PLAN_JSON, *styles)]


def _missing_reasons(ticked_models: Iterable[ModelVerdict], view: PlanView) -> list[str]:
    """Return which of the ticked models need a reason that is not given."""
    given = view.reasons or {}
    return [
        f"{verdict.name} is {verdict.verdict.value}: "
        + " ".join(reason.sentence for reason in verdict.reasons if reason.verdict.needs_reason)
        + " Write a reason below it to remove it all the same, or untick it."
        for verdict in ticked_models
        if verdict.verdict.needs_reason and verdict.name not in given
    ]
