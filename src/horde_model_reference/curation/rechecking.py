"""Checking a plan again before it is applied: pure, from its inputs and the present data.

A plan is trusted for its choice of names alone. Verdicts and limits are computed again by its own policy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from horde_model_reference.analytics.unknown_names import unknown_model
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.plan import ModelVerdict, Plan, ReasonInfo
from horde_model_reference.curation.planning import Choice, make_plan
from horde_model_reference.errors import PlanError
from horde_model_reference.escaping import quoted, visible
from horde_model_reference.marks.mark_state import MarkState
from horde_model_reference.reports.words import counted

NAMED = 3
"""How many models a refusal names."""

_OF_THE_CHOICE = frozenset({"not_selected", "limit_reached"})
"""Reasons that follow from the choice of other models: a plan that was made before has made its own."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A model that the plan wanted to remove, and why it stays."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The removals of a plan that are carried out.

    Attributes:
        plan: The plan.
        removed: The models to take out, in its order.
        recovered: The models that stay, since something speaks for them that did not when the plan was made.
        staying: The names of all models that stay.
    """

    plan: Plan
    removed: tuple[str, ...]
    recovered: tuple[Recovered, ...]
    staying: frozenset[str]

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons of people for the removals, by model."""
        return _reasons_given(self.plan, self.removed)


def recheck(plan: Plan, facts: CurationFacts) -> Decision:
    """Decide by the present data which models of a plan are removed.

    A model has recovered when it has a reason to stay that it had not then; an override covers reasons of protection
    and ignorance alike. A model of a plan of due marks has recovered also when its mark is no longer due.

    Raises:
        UnknownModelError: A model that it removes is not in the catalogue.
        PlanError: The plan contradicts itself, so it was changed after it was made; it is of another revision of the
            catalogue; the verdict on a model that it removes is another one, for reasons that it knew; or its removals
            exceed a limit of its policy.
    """
    contradiction = next((message for found in _CONTRADICTIONS if (message := found(plan))), None)
    if contradiction is not None:
        raise PlanError(f"The plan was changed after it was made: {contradiction}.", hint="Make a new plan.")
    check_revision(plan, facts.table.data_as_of.catalogue_revision, facts.location)
    own_plan = make_plan(facts, plan.policy)
    present = {verdict.name: verdict for verdict in own_plan.verdicts}
    overridden = {planned.name for planned in plan.removed if plan.selected is not None and planned.reason_given}
    against = {
        planned.name: _against(_verdict_of(planned.name, present, facts), overridden=planned.name in overridden)
        for planned in plan.removed
    }
    undue = _no_longer_due(plan, own_plan)
    news = {
        planned.name: [reason.sentence for reason in against[planned.name] if reason.code not in _known(planned)]
        for planned in plan.removed
    }
    recovered = tuple(
        Recovered(name, " ".join(sentences))
        for name, changes in news.items()
        if (sentences := undue.get(name) or changes)
    )
    removed = tuple(name for name in against if name not in {found.name for found in recovered})
    if plan.selected is None:
        _check_verdicts({name: against[name] for name in removed if against[name]})
    _check_limits(plan, facts, removed)
    return Decision(plan, removed, recovered, frozenset(present.keys() - removed))


def _no_longer_due(plan: Plan, present: Plan) -> dict[str, list[str]]:
    """Return the models that a plan of due marks removes and whose mark is not due now, each with the reasons."""
    if not plan.due:
        return {}
    marks = {found.name: found.deletion_mark for found in present.marks or ()}
    return {
        name: [f"Its mark is {mark.state.value}.", *mark.reasons] if mark is not None else ["It is not marked."]
        for name in (planned.name for planned in plan.removed)
        if (mark := marks.get(name)) is None or mark.state is not MarkState.DUE
    }


def check_revision(plan: Plan, revision: str, place: str) -> None:
    """Check that a plan was made from a revision of the catalogue.

    Raises:
        PlanError: It was made from another one.
    """
    planned = plan.data_as_of.catalogue_revision
    if revision != planned:
        raise PlanError(
            f"{visible(place)} has changed since the plan was made "
            f"(revision {revision[:10]}, the plan's is {visible(planned[:10])}).",
            hint="Make a new plan.",
        )


def _verdict_of(name: str, present: Mapping[str, ModelVerdict], facts: CurationFacts) -> ModelVerdict:
    if name not in present:
        raise unknown_model(facts.table.category, name, present, facts.table.skipped)
    return present[name]


def _against(present: ModelVerdict, *, overridden: bool) -> list[ReasonInfo]:
    """Return the reasons against a removal now, without those that a curator's reason for the selection covers."""
    return [
        reason
        for reason in present.reasons
        if reason.verdict is not Verdict.REMOVE
        and reason.code not in _OF_THE_CHOICE
        and not (overridden and reason.verdict.needs_reason)
    ]


def _known(planned: ModelVerdict) -> set[str]:
    return {reason.code for reason in planned.reasons}


def _check_verdicts(refused: Mapping[str, list[ReasonInfo]]) -> None:
    """Refuse a plan of the policy's own choice that removes models of another verdict.

    Args:
        refused: The reasons against each, all of which the plan knew.
    """
    if refused:
        listed = ", ".join(
            f"{quoted(name)} ({reasons[0].verdict.value}: {visible(reasons[0].sentence)})"
            for name, reasons in list(refused.items())[:NAMED]
        )
        more = f" and {len(refused) - NAMED} more" if len(refused) > NAMED else ""
        raise PlanError(
            f"{counted(len(refused), 'model')} of the plan may not be removed: {listed}{more}.",
            hint="Make a new plan; --select and --override remove a model against the policy.",
        )


def _check_limits(plan: Plan, facts: CurationFacts, removed: Sequence[str]) -> None:
    """Check that the plan's number of models, and the removal of these together, keep to the limits of its policy."""
    number, most = len(plan.removed), plan.policy.limits.max_models
    if number > most:
        raise PlanError(f"The plan removes {number} models; limits.max_models is {most}.", hint="Make a new plan.")
    make_plan(facts, plan.policy, Choice(tuple(removed), _reasons_given(plan, removed)))


def _reasons_given(plan: Plan, names: Collection[str]) -> dict[str, str]:
    """Return the reasons of people for some removals, by model."""
    return {found.name: found.reason_given for found in plan.removed if found.reason_given and found.name in names}


def _of_another_policy(plan: Plan) -> str | None:
    return None if plan.policy.digest() == plan.policy_hash else "its policy is not that of its hash"


def _twice(plan: Plan) -> str | None:
    name, times = next(iter(Counter(found.name for found in plan.verdicts).most_common(1)), ("", 0))
    return f"it has {quoted(name)} {times} times" if times > 1 else None


def _not_selected(plan: Plan) -> str | None:
    listed = plan.policy.removal_reasons()
    by_hand = [
        found.name
        for found in plan.removed
        if plan.selected is not None or found.override or found.because != listed.get(found.name)
    ]
    names = [name for name in by_hand if name not in (plan.selected or ())]
    return f"{quoted(names[0])} was not selected" if names else None


def _not_removed(plan: Plan) -> str | None:
    names = sorted(set(plan.selected or ()).difference(found.name for found in plan.removed))
    return f"{quoted(names[0])} was selected, and is not removed" if names else None


_CONTRADICTIONS: tuple[Callable[[Plan], str | None], ...] = (
    _of_another_policy,
    _twice,
    _not_selected,
    _not_removed,
)
"""Contradictions that only an edited plan can have, in words."""
