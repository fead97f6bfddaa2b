"""What a model's present says for or against its removal: each yields the sentence of one reason, where it holds."""

from __future__ import annotations

from collections.abc import Iterator

from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.reports.words import counted


def protected_by_name(facts: ModelFacts) -> Iterator[str]:
    """Once for every name and pattern that matches."""
    return facts.policy.protections(facts.name, facts.today)


def among_the_most_used(facts: ModelFacts) -> Iterator[str]:
    first = facts.policy.protect.top_by_month_usage
    if facts.rank is not None and facts.rank <= first:
        yield f"It is number {facts.rank} by month usage; the first {first} are protected."


def named_by_styles(facts: ModelFacts) -> Iterator[str]:
    if facts.policy.protect.named_by_styles and facts.styles:
        yield f"Styles that name it: {len(facts.styles)}."


def last_of_its_kind(facts: ModelFacts) -> Iterator[str]:
    if facts.policy.protect.last_of_its_kind and facts.standing.last_of_its_kind:
        yield f"It is the last of its kind: no model that is {facts.standing.kind} has more use."


def jobs_waiting(facts: ModelFacts) -> Iterator[str]:
    if facts.policy.protect.with_queued_jobs and facts.row["queued_jobs"]:
        yield f"Jobs waiting for it: {facts.row['queued_jobs']:,}."


def served_by_workers(facts: ModelFacts) -> Iterator[str]:
    enough = facts.policy.protect.min_worker_threads
    if enough and (facts.row["worker_count"] or 0) >= enough:
        yield f"Worker threads that serve it: {facts.row['worker_count']:,}."


def usage_unknown(facts: ModelFacts) -> Iterator[str]:
    if not facts.row["usage_known"]:
        yield "Its usage is unknown."


def workers_unknown(facts: ModelFacts) -> Iterator[str]:
    if not facts.row["workers_known"]:
        yield "Its workers are unknown."


def age_unknown(facts: ModelFacts) -> Iterator[str]:
    if facts.policy.candidates.min_age_days > 0 and facts.age_days is None:
        yield "When it entered the catalogue is unknown."


def styles_unknown(facts: ModelFacts) -> Iterator[str]:
    if facts.policy.protect.named_by_styles and facts.styles is None:
        yield "Whether styles name it is unknown: the styles could not be read."


def kind_unknown(facts: ModelFacts) -> Iterator[str]:
    if facts.policy.protect.last_of_its_kind and facts.standing.replacements is None:
        yield "Whether anything could take its place is unknown: its record does not say of what kind it is."


def used_enough(facts: ModelFacts) -> Iterator[str]:
    month, enough = facts.row["usage_month"], facts.policy.candidates.month_usage_below
    if month is not None and month >= enough:
        yield f"It had {counted(month, 'request')} in 30 days, not less than {enough:,}."


def risk_level_too_low(facts: ModelFacts) -> Iterator[str]:
    if facts.row["risk_level"] not in facts.policy.candidates.risk_levels:
        yield f"Its risk level is {facts.row['risk_level']}."


def too_young(facts: ModelFacts) -> Iterator[str]:
    least = facts.policy.candidates.min_age_days
    if facts.age_days is not None and facts.age_days < least:
        yield f"It has been in the catalogue for {counted(facts.age_days, 'day')}, less than {least}."
