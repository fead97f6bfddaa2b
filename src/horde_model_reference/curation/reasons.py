"""The reasons that a plan gives: their codes, what each speaks for, and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from horde_model_reference.curation.plan import Verdict


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a verdict.

    Attributes:
        code: Its name in ``plan.json``.
        verdict: The verdict that it speaks for.
        key: The key of the policy that it follows from; empty where it always holds.
        meaning: One sentence.
    """

    code: str
    verdict: Verdict
    key: str
    meaning: str


REASONS: tuple[Reason, ...] = (
    Reason("protected_by_name", Verdict.PROTECTED, "protect.names", "A name or pattern of the policy matches it."),
    Reason("among_the_most_used", Verdict.PROTECTED, "protect.top_by_month_usage", "It is among the most used."),
    Reason("named_by_styles", Verdict.PROTECTED, "protect.named_by_styles", "Styles name it, and would break."),
    Reason("last_of_its_kind", Verdict.PROTECTED, "protect.last_of_its_kind", "Nothing of its kind has more use."),
    Reason("jobs_waiting", Verdict.PROTECTED, "protect.with_queued_jobs", "Jobs are waiting for it."),
    Reason("served_by_workers", Verdict.PROTECTED, "protect.min_worker_threads", "Enough worker threads serve it."),
    Reason("rising", Verdict.PROTECTED, "protect.rising", "Its use surely rises."),
    Reason(
        "seasonal", Verdict.PROTECTED, "protect.seasonal", "It was used enough a year ago, and much less after that."
    ),
    Reason("usage_unknown", Verdict.UNKNOWN, "", "The Horde gave no usage."),
    Reason("workers_unknown", Verdict.UNKNOWN, "", "The Horde gave no workers, or a text worker hides them."),
    Reason("age_unknown", Verdict.UNKNOWN, "candidates.min_age_days", "Nothing says when it entered the catalogue."),
    Reason("styles_unknown", Verdict.UNKNOWN, "protect.named_by_styles", "The styles could not be read."),
    Reason("kind_unknown", Verdict.UNKNOWN, "protect.last_of_its_kind", "Its record does not say of what kind it is."),
    Reason("history_unknown", Verdict.UNKNOWN, "candidates.min_history_days", "Its use over time is unknown."),
    Reason("history_too_short", Verdict.UNKNOWN, "candidates.min_history_days", "Its history is too short to tell."),
    Reason("used_enough", Verdict.KEEP, "candidates.month_usage_below", "It had enough requests in 30 days."),
    Reason("risk_level_too_low", Verdict.KEEP, "candidates.risk_levels", "Its risk level makes it no candidate."),
    Reason("too_young", Verdict.KEEP, "candidates.min_age_days", "It entered the catalogue too short a time ago."),
    Reason("used_lately", Verdict.KEEP, "candidates.unused_for_days", "It was used too short a time ago."),
    Reason("not_falling", Verdict.KEEP, "candidates.falling_for_days", "Its use has not surely been falling for long."),
    Reason("limit_reached", Verdict.KEEP, "limits.max_models", "A candidate, but a limit of the plan is reached."),
    Reason("not_selected", Verdict.KEEP, "", "A candidate, but others were selected."),
    Reason("candidate", Verdict.REMOVE, "", "Nothing speaks for it."),
    Reason("selected", Verdict.REMOVE, "", "It was selected."),
)
