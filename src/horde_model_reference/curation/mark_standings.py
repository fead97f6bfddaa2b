"""The standing of each mark: its state by the present data and a policy, and the reasons for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.catalogue.manager import CATALOGUE_SHRUNK
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.plan import MarkedModel, ReasonInfo
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.reasons import (
    LIMIT_REACHED,
    REASONS,
    candidate,
    named_by_styles,
    not_selected,
    protected_by_name,
    selected,
    styles_unknown,
    usage_unknown,
)
from horde_model_reference.curation.usage_reasons import usage_contradictory
from horde_model_reference.curation.verdict_builder import verdicts_on
from horde_model_reference.errors import PlanError
from horde_model_reference.marks.because import CODES
from horde_model_reference.marks.mark import Mark
from horde_model_reference.marks.mark_state import MarkState, deletion_mark

VERDICTS: Mapping[str, Verdict] = {reason.code: reason.verdict for reason in REASONS}
"""The verdict that each code of a reason speaks for."""

OF_THE_CHOICE = {reason.code for reason in (*LIMIT_REACHED.values(), not_selected, candidate, selected)}
"""Codes that follow from the choice of a plan, and tell nothing of the model."""

ALWAYS_AGAINST = {
    reason.code for reason in (protected_by_name, named_by_styles, usage_unknown, usage_contradictory, styles_unknown)
}
"""Codes against the removal of a model that is marked for a reason which its use does not decide."""


@dataclass(frozen=True, slots=True)
class MarkStanding:
    """A mark and its state.

    Attributes:
        mark: The mark.
        state: Its state.
        reasons: Sentences that say why it is recovered or unknown; empty for other states.
    """

    mark: Mark
    state: MarkState
    reasons: tuple[str, ...] = ()

    def info(self) -> MarkedModel:
        """Return the mark with its state for an answer."""
        own = deletion_mark(self.mark, self.state, self.reasons)
        return MarkedModel(category=self.mark.category, name=self.mark.name, deletion_mark=own)


def against(mark: Mark, codes: Collection[str], naming: Collection[str] | None) -> list[str]:
    """Return the codes that speak against the removal of a marked model.

    Styles that named the model when it was marked are no reason: their authors had the notice.

    Args:
        mark: The mark.
        codes: The codes of all reasons that the policy gives the model.
        naming: The styles that name it now; None if unknown.
    """
    counted = set(codes) - OF_THE_CHOICE
    if not CODES[mark.because].use_decides:
        counted &= ALWAYS_AGAINST
    if mark.styles is not None and naming is not None:
        counted.discard(named_by_styles.code)
        counted |= {named_by_styles.code} if new_styles(mark, naming) else set()
    return [code for code in VERDICTS if code in counted]


def new_styles(mark: Mark, naming: Collection[str]) -> list[str]:
    """Return the styles that name a model now and did not when it was marked, sorted."""
    return sorted(set(naming) - set(mark.styles or ()))


def state_of(mark: Mark, codes_against: Sequence[str], today: date) -> MarkState:
    """Return the state of the mark of a listed model.

    Args:
        mark: The mark.
        codes_against: See :func:`against`.
        today: The day of the data.
    """
    verdicts = {VERDICTS[code] for code in codes_against}
    if verdicts - {Verdict.UNKNOWN}:
        return MarkState.RECOVERED
    if verdicts:
        return MarkState.UNKNOWN
    return MarkState.DUE if today >= mark.remove_after else MarkState.WAITING


def state_of_absent(mark: Mark, facts: CurationFacts) -> MarkState:
    """Return the state of the mark of a model that the catalogue does not list.

    A record that was skipped, or a catalogue that has shrunk, tells nothing of the model.
    """
    doubtful = any(warning.code == CATALOGUE_SHRUNK for warning in facts.table.warnings)
    if doubtful or mark.name in facts.table.skipped:
        return MarkState.UNKNOWN
    return MarkState.REPLACED if mark.replacement in facts.catalogue.records else MarkState.GONE


def mark_standings(facts: CurationFacts, policy: Policy) -> list[MarkStanding]:
    """Return the standing of each mark of the category, in the order of the file; none where the marks are unknown."""
    marks = facts.own_marks
    if not marks:
        return []
    listed = [name for name in marks if name in facts.catalogue.records]
    try:
        reasons = {verdict.name: verdict.reasons for verdict in verdicts_on(facts, policy, listed)}
    except PlanError as refusal:
        return [MarkStanding(mark, MarkState.UNKNOWN, (refusal.message,)) for mark in marks.values()]
    return [
        _standing(mark, reasons[name], facts) if name in reasons else MarkStanding(mark, state_of_absent(mark, facts))
        for name, mark in marks.items()
    ]


def marked_models(facts: CurationFacts, policy: Policy) -> list[MarkedModel] | None:
    """Return the marks of the category with their states for an answer; None where the marks are unknown."""
    return None if facts.marks is None else [found.info() for found in mark_standings(facts, policy)]


def _standing(mark: Mark, reasons: Sequence[ReasonInfo], facts: CurationFacts) -> MarkStanding:
    naming = None if facts.styles is None else facts.styles.naming(mark.name)
    codes = against(mark, {reason.code for reason in reasons}, naming)
    sentences = [reason.sentence for reason in reasons if reason.code in codes and reason.code != named_by_styles.code]
    if named_by_styles.code in codes:
        sentences.append(f"Styles that name it now: {', '.join(new_styles(mark, naming or ()))}.")
    return MarkStanding(mark, state_of(mark, codes, facts.made_on), tuple(sentences))
