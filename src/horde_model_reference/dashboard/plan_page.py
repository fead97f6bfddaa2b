"""The plan page: tick models, see verdicts, limits and effect, and take the plan and its patch home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_styles
from horde_model_reference.curation.artefacts import PATCH, PLAN_JSON, PLAN_MARKDOWN, PlannedFile, artefact_makers
from horde_model_reference.curation.impact import impact_of
from horde_model_reference.curation.plan import Effect, ModelVerdict, Plan
from horde_model_reference.curation.planning import Choice, CurationFacts, make_plan
from horde_model_reference.curation.policy import Limits, Policy
from horde_model_reference.dashboard.rendering import from_form, in_form, render
from horde_model_reference.errors import NotFoundError, PlanError
from horde_model_reference.escaping import quoted
from horde_model_reference.reports import words
from horde_model_reference.reports.model_size import model_size

SELECT, OVERRIDE, ASKED = "select", "override:", "asked"
"""The fields of the form: a ticked model; why it goes all the same (its name follows); that somebody has ticked."""

LONGEST_LINK = 2000
"""Characters of an address that every mail program and browser leaves whole."""

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
        downloads: The files of the plan; none where it is refused.
        link: An address that ticks the same, if it is short enough.
    """

    refusals: list[str]
    removed: list[ModelVerdict]
    effect: Effect
    limits: list[Limit]
    downloads: list[str]
    link: str | None


def _outcome(facts: CurationFacts, policy: Policy, own: Plan, ticked: Ticked) -> Outcome:
    category = facts.table.category
    try:
        plan = own if ticked.names is None else make_plan(facts, policy, ticked.choice())
    except (PlanError, NotFoundError) as error:
        names = set(ticked.names or ())
        removed = [verdict for verdict in own.verdicts if verdict.name in names]
        effect = impact_of(facts.table, facts.catalogue, facts.styles, removed)
        refusals, downloads = _refusals(removed, ticked) or [f"{error.message} {error.hint}"], []
    else:
        removed, effect, refusals = plan.removed, plan.effect, []
        downloads = [PLAN_MARKDOWN, PLAN_JSON, *([PATCH, facts.catalogue_file] if removed else [])]
    return Outcome(refusals, removed, effect, limits(effect, policy.limits), downloads, ticked.link(category))


def _refusals(ticked_models: Iterable[ModelVerdict], ticked: Ticked) -> list[str]:
    """Return which of the ticked models need a reason that is not given."""
    return [
        f"{verdict.name} is {verdict.verdict.value}: "
        + " ".join(reason.sentence for reason in verdict.reasons if reason.verdict.needs_reason)
        + " Write a reason beside it to remove it all the same, or untick it."
        for verdict in ticked_models
        if verdict.verdict.needs_reason and verdict.name not in ticked.reasons
    ]


def plan_page(facts: CurationFacts, ticked: Ticked, *, outcome_alone: bool = False) -> str:
    """Return the plan page for a selection; it keeps the ticks whether or not the policy allows them.

    Args:
        facts: The inputs of a plan.
        ticked: The selection.
        outcome_alone: Return only the part that changes with the ticks.
    """
    policy = Policy()
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


def plan_file(facts: CurationFacts, file: PlannedFile, ticked: Ticked, name: str) -> bytes:
    """Return one file of the plan of a selection.

    Raises:
        PlanError: The selection is refused.
        NotFoundError: The plan has no such file.
        CatalogueCutError: It is a new catalogue file or a patch, and the catalogue cannot be cut into records.
    """
    makers = artefact_makers(make_plan(facts, Policy(), ticked.choice()), file)
    if name not in makers:
        raise NotFoundError(f"The plan has no file {quoted(name)}; it has: {', '.join(makers)}.")
    return makers[name]()
