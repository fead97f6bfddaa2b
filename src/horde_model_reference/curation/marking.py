"""Marking models: from the names and the reason to entries of a file of marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from horde_model_reference.analytics.unknown_names import unknown_model
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.notice import notice_for
from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.errors import UsageError
from horde_model_reference.escaping import quoted
from horde_model_reference.marks.because import Because, RemovalCode
from horde_model_reference.marks.mark import Mark


@dataclass(frozen=True, slots=True)
class Marking:
    """The fields that several new marks share.

    Attributes:
        because: The reason.
        since: The day from which the marks are published.
        days: The notice in days; None for that of the policy.
        replacement: The model to use instead.
        by: Who marks.
        note: For people.
    """

    because: Because
    since: date
    days: int | None = None
    replacement: str | None = None
    by: str = ""
    note: str = ""


def marks_of(facts: CurationFacts, policy: Policy, names: Sequence[str], given: Marking) -> list[Mark]:
    """Return the marks of some models.

    Raises:
        UnknownModelError: A model, or the replacement, is not in the catalogue.
        UsageError: The notice is shorter than the policy's, or the replacement is among the models.
    """
    for name in (*names, *([] if given.replacement is None else [given.replacement])):
        if name not in facts.catalogue.records:
            raise unknown_model(facts.table.category, name, facts.catalogue.records, facts.table.skipped)
    if given.replacement in names:
        raise UsageError(f"--replacement: {quoted(given.replacement or '')} is to be removed itself.")
    return [_mark(facts, policy, name, given) for name in dict.fromkeys(names)]


def marks_of_plan(plan: Plan, facts: CurationFacts, since: date) -> list[Mark]:
    """Return marks of the models that a plan removes, but for those that are marked.

    The reason is that of a curator, else low use; the replacement is the most likely model that stays.
    """
    marked = {found.name for found in plan.marks or ()}
    going = {verdict.name for verdict in plan.removed}
    made: list[Mark] = []
    for verdict in plan.removed:
        if verdict.name in marked:
            continue
        staying = [found.name for found in verdict.replacements or () if found.name not in going]
        because = verdict.because or Because(code=RemovalCode.LOW_USE)
        given = Marking(because, since, replacement=next(iter(staying), None))
        made.append(_mark(facts, plan.policy, verdict.name, given))
    return made


def _mark(facts: CurationFacts, policy: Policy, name: str, given: Marking) -> Mark:
    least = notice_for(facts, policy.notice, name, given.because.code)
    days = least.days if given.days is None else given.days
    if days < least.days:
        raise UsageError(
            f"--in {days}d: {quoted(name)} needs a notice of {least.days} days ({least.key}).",
            hint="Give a longer one, or change the policy.",
        )
    styles = None if facts.styles is None else facts.styles.naming(name)
    return Mark(
        category=facts.table.category,
        name=name,
        since=given.since,
        remove_after=given.since + timedelta(days=days),
        because=given.because.code,
        detail=given.because.detail,
        replacement=given.replacement,
        by=given.by,
        note=given.note,
        styles=None if styles is None else tuple(sorted(styles)),
    )
