"""What a model's present says for or against its removal: each yields the sentence of one reason, where it holds."""

from __future__ import annotations

from collections.abc import Iterator

from horde_model_reference.curation.case import Case
from horde_model_reference.reports.words import counted


def protected_by_name(case: Case) -> Iterator[str]:
    """Once for every name and pattern that matches."""
    return case.policy.protections(case.name, case.today)


def among_the_most_used(case: Case) -> Iterator[str]:
    first = case.policy.protect.top_by_month_usage
    if case.rank is not None and case.rank <= first:
        yield f"It is number {case.rank} by month usage; the first {first} are protected."


def named_by_styles(case: Case) -> Iterator[str]:
    if case.policy.protect.named_by_styles and case.styles:
        yield f"Styles that name it: {len(case.styles)}."


def last_of_its_kind(case: Case) -> Iterator[str]:
    if case.policy.protect.last_of_its_kind and case.standing.last_of_its_kind:
        yield f"It is the last of its kind: no model that is {case.standing.kind} has more use."


def jobs_waiting(case: Case) -> Iterator[str]:
    if case.policy.protect.with_queued_jobs and case.row["queued_jobs"]:
        yield f"Jobs waiting for it: {case.row['queued_jobs']:,}."


def served_by_workers(case: Case) -> Iterator[str]:
    enough = case.policy.protect.min_worker_threads
    if enough and (case.row["worker_count"] or 0) >= enough:
        yield f"Worker threads that serve it: {case.row['worker_count']:,}."


def usage_unknown(case: Case) -> Iterator[str]:
    if not case.row["usage_known"]:
        yield "Its usage is unknown."


def workers_unknown(case: Case) -> Iterator[str]:
    if not case.row["workers_known"]:
        yield "Its workers are unknown."


def age_unknown(case: Case) -> Iterator[str]:
    if case.policy.candidates.min_age_days > 0 and case.age_days is None:
        yield "When it entered the catalogue is unknown."


def styles_unknown(case: Case) -> Iterator[str]:
    if case.policy.protect.named_by_styles and case.styles is None:
        yield "Whether styles name it is unknown: the styles could not be read."


def kind_unknown(case: Case) -> Iterator[str]:
    if case.policy.protect.last_of_its_kind and case.standing.replacements is None:
        yield "Whether anything could take its place is unknown: its record does not say of what kind it is."


def used_enough(case: Case) -> Iterator[str]:
    month, enough = case.row["usage_month"], case.policy.candidates.month_usage_below
    if month is not None and month >= enough:
        yield f"It had {counted(month, 'request')} in 30 days, not less than {enough:,}."


def risk_level_too_low(case: Case) -> Iterator[str]:
    if case.row["risk_level"] not in case.policy.candidates.risk_levels:
        yield f"Its risk level is {case.row['risk_level']}."


def too_young(case: Case) -> Iterator[str]:
    least = case.policy.candidates.min_age_days
    if case.age_days is not None and case.age_days < least:
        yield f"It has been in the catalogue for {counted(case.age_days, 'day')}, less than {least}."
