"""The plan page: tick models, see verdicts, limits and effect, and take the plan and its patch home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_styles
from horde_model_reference.curation.archive import zipped
from horde_model_reference.curation.artefacts import (
    PATCH,
    PLAN_JSON,
    PLAN_MARKDOWN,
    STYLES_MARKDOWN,
    STYLES_PATCH,
    PlannedFile,
    artefacts,
)
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.impact import impact_of
from horde_model_reference.curation.plan import CompanionsInfo, Effect, ModelVerdict, Plan, StyleChange
from horde_model_reference.curation.planning import Choice, make_plan
from horde_model_reference.curation.policy import Limits, Policy
from horde_model_reference.curation.style_pull_request import style_artefacts
from horde_model_reference.dashboard.rendering import from_form, in_form, render
from horde_model_reference.errors import NotFoundError, PlanError
from horde_model_reference.reports import words
from horde_model_reference.reports.model_size import model_size

SELECT, OVERRIDE, ASKED = "select", "override:", "asked"
"""The fields of the form: a ticked model; why it goes all the same (its name follows); that somebody has ticked."""

LONGEST_LINK = 2000
"""Characters of an address that every mail program and browser leaves whole."""

ARCHIVE = "deletion-plan.zip"
"""The name of the archive of all files of a plan."""

MOST_SHOWN = 1000
"""Models listed to tick; the rest can be planned from their own page."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """The ticks and reasons of a reader on the plan page.

    Attributes:
        names: The ticked models; None where nobody has ticked anything yet, and the policy chooses.
        reasons: The reason written beside a model, by name.
    """

    names: tuple[str, ...] | None
    reasons: Mapping[str, str]

    @classmethod
    def read(cls, fields: Iterable[tuple[str, str]]) -> Ticked:
        """Read the fields of the form, or of an address."""
        sent = list(fields)
        names = tuple(from_form(value) for field, value in sent if field == SELECT)
        reasons = {
            from_form(field.removeprefix(OVERRIDE)): value
            for field, value in sent
            if field.startswith(OVERRIDE) and value.strip()
        }
        return cls(names if names or any(field == ASKED for field, _ in sent) else None, reasons)

    def choice(self) -> Choice:
        """Return the choice for the planner; reasons beside models that are not ticked are left out."""
        ticked = self.names or ()
        return Choice(self.names, {name: reason for name, reason in self.reasons.items() if name in ticked})

    def link(self, category: MODEL_REFERENCE_CATEGORY) -> str | None:
        """Return an address that ticks the same; None where it would be too long."""
        if self.names is None:
            return f"/plan/{category.value}"
        overrides = self.choice().overrides or {}
        fields = [
            (ASKED, "1"),
            *((SELECT, in_form(name)) for name in self.names),
            *((OVERRIDE + in_form(name), reason) for name, reason in overrides.items()),
        ]
        link = f"/plan/{category.value}?{urlencode(fields)}"
        return link if len(link) <= LONGEST_LINK else None


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of one limit of the policy a selection uses up."""

    label: str
    used: float
    most: float
    unit: str

    @property
    def exceeded(self) -> bool:
        """Whether it is more than the policy allows."""
        return self.used > self.most


def limits(effect: Effect, allowed: Limits) -> list[Limit]:
    """Return how much of a policy's limits an effect uses up."""
    return [
        Limit("Models", effect.models, allowed.max_models, ""),
        Limit("Share of the models", effect.share_of_models, allowed.max_share_of_models, "%"),
        Limit("Share of the month's usage", effect.share_of_month_usage or 0.0, allowed.max_share_of_month_usage, "%"),
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a selection, whether or not the policy allows it.

    Attributes:
        refusals: Why it is refused; empty where it is not.
        removed: The ticked models, with their reasons.
        effect: The impact of their removal.
        limits: How much of the policy's limits it uses up.
        files: The names of the files of the plan; none where it is refused.
        companions: What else changes in the repository; None where nothing does, or where it is refused.
        style_changes: The changes of styles.
        link: An address that ticks the same, if it is short enough.
    """

    refusals: list[str]
    removed: list[ModelVerdict]
    effect: Effect
    limits: list[Limit]
    files: list[str]
    companions: CompanionsInfo | None
    style_changes: list[StyleChange]
    link: str | None


def _outcome(facts: CurationFacts, policy: Policy, own: Plan, ticked: Ticked) -> Outcome:
    category = facts.table.category
    try:
        plan = own if ticked.names is None else make_plan(facts, policy, ticked.choice())
    except (PlanError, NotFoundError) as error:
        names = set(ticked.names or ())
        removed = [verdict for verdict in own.verdicts if verdict.name in names]
        effect = impact_of(facts.table, facts.catalogue, facts.styles, removed)
        return Outcome(
            refusals=_refusals(removed, ticked) or [f"{error.message} {error.hint}"],
            removed=removed,
            effect=effect,
            limits=limits(effect, policy.limits),
            files=[],
            companions=None,
            style_changes=[],
            link=ticked.link(category),
        )
    return Outcome(
        refusals=[],
        removed=plan.removed,
        effect=plan.effect,
        limits=limits(plan.effect, policy.limits),
        files=_file_names(plan, facts),
        companions=plan.companions,
        style_changes=plan.style_changes,
        link=ticked.link(category),
    )


def _file_names(plan: Plan, facts: CurationFacts) -> list[str]:
    changed = [PATCH, facts.catalogue_file] if plan.removed else []
    styles = [STYLES_MARKDOWN, STYLES_PATCH] if plan.style_changes else []
    return [PLAN_MARKDOWN, PLAN_JSON, *changed, *styles]


def _refusals(ticked_models: Iterable[ModelVerdict], ticked: Ticked) -> list[str]:
    """Return which of the ticked models need a reason that is not given."""
    return [
        f"{verdict.name} is {verdict.verdict.value}: "
        + " ".join(reason.sentence for reason in verdict.reasons if reason.verdict.needs_reason)
        + " Write a reason beside it to remove it all the same, or untick it."
        for verdict in ticked_models
        if verdict.verdict.needs_reason and verdict.name not in ticked.reasons
    ]


def plan_page(facts: CurationFacts, policy: Policy, ticked: Ticked, *, outcome_alone: bool = False) -> str:
    """Return the plan page for a selection; it keeps the ticks whether or not the policy allows them.

    Args:
        facts: The inputs of a plan.
        policy: The policy.
        ticked: The selection.
        outcome_alone: Return only the part that changes with the ticks.
    """
    own = make_plan(facts, policy)
    outcome = _outcome(facts, policy, own, ticked)
    names = ticked.names if ticked.names is not None else tuple(verdict.name for verdict in own.removed)
    return render(
        "outcome.html" if outcome_alone else "plan.html",
        category=facts.table.category,
        outcome=outcome,
        ticked=frozenset(names),
        reasons=ticked.reasons,
        candidates=[] if outcome_alone else _shown(own, names),
        model_count=len(own.verdicts),
        held_back=own.held_back,
        suspicious=own.suspicious,
        most_suspicious=words.MOST_NAMES,
        select=SELECT,
        override=OVERRIDE,
        asked=ASKED,
        archive=ARCHIVE,
        styles=has_styles(facts.table.category),
        size=model_size(facts.table.category),
        data=own.data_as_of,
        warnings=own.warnings,
    )


def _shown(own: Plan, names: Sequence[str]) -> list[ModelVerdict]:
    """Return the models to tick: those ticked first, then all others in the order of removal."""
    wanted = set(names)
    ordered = sorted(own.verdicts, key=lambda verdict: verdict.name not in wanted)
    return ordered[: max(MOST_SHOWN, len(wanted))]


def plan_archive(facts: CurationFacts, policy: Policy, file: PlannedFile, ticked: Ticked) -> bytes:
    """Return all files of the plan of a selection as one archive, those for the styles repository included.

    Raises:
        PlanError: The selection is refused.
        CatalogueCutError: The catalogue cannot be cut into records.
    """
    plan = make_plan(facts, policy, ticked.choice())
    return zipped(artefacts(plan, file) | style_artefacts(plan, facts.styles))
