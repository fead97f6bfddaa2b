"""The reasons for and against the removal of a model (design section 8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from horde_model_reference.curation.budget import LIMITS
from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.curation.plan import SUSPICIOUS, ReasonInfo, Verdict
from horde_model_reference.curation.policy import OnRemoval
from horde_model_reference.curation.reason import Reason, reason
from horde_model_reference.curation.usage_reasons import (
    falling_unknown,
    history_too_short,
    history_unknown,
    not_falling,
    rising,
    rising_unknown,
    seasonal,
    seasonal_unknown,
    too_short_for_falling,
    too_short_for_unused,
    unused_unknown,
    used_lately,
)
from horde_model_reference.reports.words import counted


@reason(Verdict.PROTECTED, "protect.names")
def protected_by_name(facts: ModelFacts) -> Iterable[str]:
    """A name of the policy is its."""
    return facts.protections.get("names", ())


@reason(Verdict.PROTECTED, "protect.globs", code="protected_by_name")
def protected_by_pattern(facts: ModelFacts) -> Iterable[str]:
    """A pattern of the policy matches its name."""
    return facts.protections.get("globs", ())


@reason(Verdict.PROTECTED, "protect.top_by_month_usage")
def among_the_most_used(facts: ModelFacts) -> Iterator[str]:
    """It is among the most used."""
    first = facts.policy.protect.top_by_month_usage
    if facts.rank is not None and facts.rank <= first:
        yield f"It is number {facts.rank} by month usage; the first {first} are protected."


@reason(Verdict.PROTECTED, "styles.on_removal")
def named_by_styles(facts: ModelFacts) -> Iterator[str]:
    """Styles name it, and would break."""
    if facts.policy.styles.on_removal is OnRemoval.PROTECT and facts.styles:
        yield f"Styles that name it: {len(facts.styles)}."


@reason(Verdict.PROTECTED, "protect.last_of_its_kind")
def last_of_its_kind(facts: ModelFacts) -> Iterator[str]:
    """It is in use, and nothing of its kind has as much use."""
    if facts.policy.protect.last_of_its_kind and facts.standing.last_of_its_kind and facts.in_use:
        yield f"It is the last of its kind: no model that is {facts.standing.kind} has as much use."


@reason(Verdict.PROTECTED, "protect.with_queued_jobs")
def jobs_waiting(facts: ModelFacts) -> Iterator[str]:
    """Jobs are waiting for it."""
    if facts.policy.protect.with_queued_jobs and facts.row["queued_jobs"]:
        yield f"Jobs waiting for it: {facts.row['queued_jobs']:,}."


@reason(Verdict.PROTECTED, "protect.min_worker_threads")
def served_by_workers(facts: ModelFacts) -> Iterator[str]:
    """Enough worker threads serve it."""
    enough = facts.policy.protect.min_worker_threads
    if enough and (facts.row["worker_count"] or 0) >= enough:
        yield f"Worker threads that serve it: {facts.row['worker_count']:,}."


@reason(Verdict.UNKNOWN, "")
def usage_unknown(facts: ModelFacts) -> Iterator[str]:
    """The Horde gave no usage."""
    if not facts.row["usage_known"]:
        yield "Its usage is unknown."


@reason(Verdict.UNKNOWN, "")
def workers_unknown(facts: ModelFacts) -> Iterator[str]:
    """The Horde gave no workers, or a text worker hides them."""
    if not facts.row["workers_known"]:
        yield "Its workers are unknown."


@reason(Verdict.UNKNOWN, "candidates.month_usage_below")
def possibly_used(facts: ModelFacts) -> Iterator[str]:
    """Names that belong to no model could be its, and with their use it had enough."""
    month, possible = facts.row["usage_month"], facts.row["possible_usage_month"]
    enough = facts.policy.candidates.month_usage_below
    if month is None or month >= enough or possible == 0:
        return
    if possible is None:
        yield "Whether names that belong to no model are its is unknown, and so is their use."
    elif month + possible >= enough:
        asked = f"with them it would have {month + possible:,}, not less than {enough:,}"
        yield f"Names that belong to no model but could be its had {counted(possible, 'request')} in 30 days; {asked}."


@reason(Verdict.UNKNOWN, "candidates.suspicious_worker_threads", code=SUSPICIOUS)
def suspicious(facts: ModelFacts) -> Iterator[str]:
    """Many worker threads serve it, and it has no use: its name clashes with another's, or it is broken."""
    many, threads = facts.policy.candidates.suspicious_worker_threads, facts.row["worker_count"]
    if facts.row["usage_month"] == 0 and threads is not None and 0 < many <= threads:
        yield (
            f"Suspicious: {counted(threads, 'worker thread')} and no request in 30 days; perhaps its name clashes with "
            "another's, or it is broken."
        )


@reason(Verdict.UNKNOWN, "candidates.min_age_days")
def age_unknown(facts: ModelFacts) -> Iterator[str]:
    """Nothing says when it entered the catalogue."""
    if facts.policy.candidates.min_age_days > 0 and facts.age_days is None:
        yield "When it entered the catalogue is unknown."


@reason(Verdict.UNKNOWN, "")
def styles_unknown(facts: ModelFacts) -> Iterator[str]:
    """The styles could not be read, so nothing can be done about them."""
    if facts.styles is None:
        yield "Whether styles name it is unknown: the styles could not be read."


@reason(Verdict.UNKNOWN, "protect.last_of_its_kind")
def kind_unknown(facts: ModelFacts) -> Iterator[str]:
    """Its record does not tell its kind."""
    if facts.policy.protect.last_of_its_kind and facts.standing.replacements is None:
        yield "Whether anything could take its place is unknown: its record does not say of what kind it is."


@reason(Verdict.KEEP, "candidates.month_usage_below")
def used_enough(facts: ModelFacts) -> Iterator[str]:
    """It had enough requests in 30 days."""
    month, enough = facts.row["usage_month"], facts.policy.candidates.month_usage_below
    if month is not None and month >= enough:
        yield f"It had {counted(month, 'request')} in 30 days, not less than {enough:,}."


@reason(Verdict.KEEP, "candidates.risk_levels")
def risk_level_too_low(facts: ModelFacts) -> Iterator[str]:
    """Its risk level makes it no candidate."""
    if facts.row["risk_level"] not in facts.policy.candidates.risk_levels:
        yield f"Its risk level is {facts.row['risk_level']}."


@reason(Verdict.KEEP, "candidates.min_age_days")
def too_young(facts: ModelFacts) -> Iterator[str]:
    """It entered the catalogue too short a time ago."""
    least = facts.policy.candidates.min_age_days
    if facts.age_days is not None and facts.age_days < least:
        yield f"It has been in the catalogue for {counted(facts.age_days, 'day')}, less than {least}."


LIMIT_REACHED = {
    limit.key: Reason("limit_reached", Verdict.KEEP, limit.key, "A candidate, but this limit of the plan is reached.")
    for limit in LIMITS
}
NOT_SELECTED = Reason("not_selected", Verdict.KEEP, "", "A candidate, but others were selected.")
CANDIDATE = Reason("candidate", Verdict.REMOVE, "", "Nothing speaks for it.")
SELECTED = Reason("selected", Verdict.REMOVE, "", "It was selected.")

REASONS: tuple[Reason, ...] = (
    protected_by_name,
    protected_by_pattern,
    among_the_most_used,
    named_by_styles,
    last_of_its_kind,
    jobs_waiting,
    served_by_workers,
    rising,
    seasonal,
    usage_unknown,
    workers_unknown,
    possibly_used,
    suspicious,
    age_unknown,
    styles_unknown,
    kind_unknown,
    rising_unknown,
    seasonal_unknown,
    unused_unknown,
    falling_unknown,
    history_unknown,
    too_short_for_unused,
    too_short_for_falling,
    history_too_short,
    used_enough,
    risk_level_too_low,
    too_young,
    used_lately,
    not_falling,
    *LIMIT_REACHED.values(),
    NOT_SELECTED,
    CANDIDATE,
    SELECTED,
)
"""All reasons, by verdict, the strongest first; a plan gives those of a model in this order."""


def reasons_against(facts: ModelFacts) -> list[ReasonInfo]:
    """Return the reasons against the removal of a model."""
    return [found.info(sentence) for found in REASONS for sentence in found.sentences(facts)]
