"""The reasons that a plan gives, as a table: its codes, what each speaks for, what it means, and where it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from horde_model_reference.curation import past_reasons as past
from horde_model_reference.curation import present_reasons as present
from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.curation.plan import ReasonInfo, Verdict


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a verdict.

    Attributes:
        code: Its name in ``plan.json``.
        verdict: The verdict that it speaks for.
        key: The key of the policy that it follows from; empty where it always holds.
        meaning: One sentence.
        said: Gives a model's sentences, none where it does not hold; a reason without follows from the choice.
    """

    code: str
    verdict: Verdict
    key: str
    meaning: str
    said: Callable[[ModelFacts], Iterable[str]] = lambda _: ()

    def info(self, sentence: str) -> ReasonInfo:
        """Return the reason as a plan gives it."""
        return ReasonInfo(verdict=self.verdict, code=self.code, sentence=sentence)


LIMIT_REACHED = Reason(
    "limit_reached", Verdict.KEEP, "limits.max_models", "A candidate, but a limit of the plan is reached."
)
NOT_SELECTED = Reason("not_selected", Verdict.KEEP, "", "A candidate, but others were selected.")
CANDIDATE = Reason("candidate", Verdict.REMOVE, "", "Nothing speaks for it.")
SELECTED = Reason("selected", Verdict.REMOVE, "", "It was selected.")

REASONS: tuple[Reason, ...] = (
    Reason(
        "protected_by_name", Verdict.PROTECTED, "protect.names",
        "A name or pattern of the policy matches it.", present.protected_by_name,
    ),
    Reason(
        "among_the_most_used", Verdict.PROTECTED, "protect.top_by_month_usage",
        "It is among the most used.", present.among_the_most_used,
    ),
    Reason(
        "named_by_styles", Verdict.PROTECTED, "protect.named_by_styles",
        "Styles name it, and would break.", present.named_by_styles,
    ),
    Reason(
        "last_of_its_kind", Verdict.PROTECTED, "protect.last_of_its_kind",
        "Nothing of its kind has more use.", present.last_of_its_kind,
    ),
    Reason(
        "jobs_waiting", Verdict.PROTECTED, "protect.with_queued_jobs",
        "Jobs are waiting for it.", present.jobs_waiting,
    ),
    Reason(
        "served_by_workers", Verdict.PROTECTED, "protect.min_worker_threads",
        "Enough worker threads serve it.", present.served_by_workers,
    ),
    Reason("rising", Verdict.PROTECTED, "protect.rising", "Its use surely rises.", past.rising),
    Reason(
        "seasonal", Verdict.PROTECTED, "protect.seasonal",
        "It was used enough a year ago, and much less after that.", past.seasonal,
    ),
    Reason("usage_unknown", Verdict.UNKNOWN, "", "The Horde gave no usage.", present.usage_unknown),
    Reason(
        "workers_unknown", Verdict.UNKNOWN, "",
        "The Horde gave no workers, or a text worker hides them.", present.workers_unknown,
    ),
    Reason(
        "age_unknown", Verdict.UNKNOWN, "candidates.min_age_days",
        "Nothing says when it entered the catalogue.", present.age_unknown,
    ),
    Reason(
        "styles_unknown", Verdict.UNKNOWN, "protect.named_by_styles",
        "The styles could not be read.", present.styles_unknown,
    ),
    Reason(
        "kind_unknown", Verdict.UNKNOWN, "protect.last_of_its_kind",
        "Its record does not say of what kind it is.", present.kind_unknown,
    ),
    Reason(
        "history_unknown", Verdict.UNKNOWN, "candidates.min_history_days",
        "Its use over time is unknown.", past.history_unknown,
    ),
    Reason(
        "history_too_short", Verdict.UNKNOWN, "candidates.min_history_days",
        "Its history is too short to tell.", past.history_too_short,
    ),
    Reason(
        "used_enough", Verdict.KEEP, "candidates.month_usage_below",
        "It had enough requests in 30 days.", present.used_enough,
    ),
    Reason(
        "risk_level_too_low", Verdict.KEEP, "candidates.risk_levels",
        "Its risk level makes it no candidate.", present.risk_level_too_low,
    ),
    Reason(
        "too_young", Verdict.KEEP, "candidates.min_age_days",
        "It entered the catalogue too short a time ago.", present.too_young,
    ),
    Reason(
        "used_lately", Verdict.KEEP, "candidates.unused_for_days",
        "It was used too short a time ago.", past.used_lately,
    ),
    Reason(
        "not_falling", Verdict.KEEP, "candidates.falling_for_days",
        "Its use has not surely been falling for long.", past.not_falling,
    ),
    LIMIT_REACHED,
    NOT_SELECTED,
    CANDIDATE,
    SELECTED,
)  # fmt: skip
"""All reasons, by verdict, the strongest first; a plan gives those of a model in this order."""


def reasons_against(facts: ModelFacts) -> list[ReasonInfo]:
    """Return what speaks against the removal of a model."""
    return [reason.info(sentence) for reason in REASONS for sentence in reason.said(facts)]
