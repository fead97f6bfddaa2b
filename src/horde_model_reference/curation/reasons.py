"""The reasons for and against the removal of a model (design section 8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.budget import LIMITS, Limit
from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.curation.plan import SUSPICIOUS, removal_day
from horde_model_reference.curation.policy import OnRemoval, Policy
from horde_model_reference.curation.reason import Reason, reason
from horde_model_reference.curation.usage_reasons import (
    falling_unknown,
    history_too_short,
    history_unknown,
    not_falling,
    removal_evidence,
    rising,
    rising_unknown,
    seasonal,
    seasonal_unknown,
    too_short_for_falling,
    too_short_for_unused,
    unused_unknown,
    usage_contradictory,
    used_lately,
)
from horde_model_reference.polars_queries import is_one_of
from horde_model_reference.reports.words import counted, use

SIGNS_OF_USE = ("usage_month", "possible_usage_month", "worker_count", "queued_jobs")
"""Figures of a row; a model for which all are 0 is neither used nor served."""

_MONTH = pl.col("usage_month")
_IN_USE = pl.any_horizontal(pl.col(figure).fill_null(1) != 0 for figure in SIGNS_OF_USE)
"""Whether a model has requests, possible use, workers or waiting jobs; an unknown figure counts as use."""


def _possibly_enough(policy: Policy) -> pl.Expr:
    enough, possible = policy.candidates.month_usage_below, pl.col("possible_usage_month")
    return (enough > _MONTH) & (possible.is_null() | ((possible > 0) & (_MONTH + possible >= enough)))


@reason(Verdict.PROTECTED, "protect.names", lambda _: pl.col("protected_by_names"), words="by the policy")
def protected_by_name(facts: ModelFacts) -> Iterable[str]:
    """A name of the policy is its."""
    return facts.protections.get("names", ())


@reason(
    Verdict.PROTECTED,
    "protect.globs",
    lambda _: pl.col("protected_by_globs"),
    code="protected_by_name",
    words="by the policy",
)
def protected_by_pattern(facts: ModelFacts) -> Iterable[str]:
    """A pattern of the policy matches its name."""
    return facts.protections.get("globs", ())


@reason(
    Verdict.PROTECTED,
    "protect.top_by_month_usage",
    lambda policy: pl.col("rank") <= policy.protect.top_by_month_usage,
    words="most used",
)
def among_the_most_used(facts: ModelFacts) -> Iterator[str]:
    """It is among the most used."""
    first = facts.policy.protect.top_by_month_usage
    yield f"It is number {facts.row['rank']} by month usage; the first {first} are protected."


@reason(
    Verdict.PROTECTED,
    "styles.on_removal",
    lambda policy: pl.lit(policy.styles.on_removal is OnRemoval.PROTECT) & (pl.col("styles_naming") > 0),
    words="styles",
)
def named_by_styles(facts: ModelFacts) -> Iterator[str]:
    """Styles name it, and would break."""
    yield f"Styles that name it: {facts.row['styles_naming']}."


@reason(
    Verdict.PROTECTED,
    "protect.last_of_its_kind",
    lambda policy: pl.lit(policy.protect.last_of_its_kind) & pl.col("last_of_its_kind") & _IN_USE,
)
def last_of_its_kind(facts: ModelFacts) -> Iterator[str]:
    """It is in use, and nothing of its kind has as much use."""
    yield f"It is the last of its kind: no model that is {facts.row['kind']} has as much use."


@reason(
    Verdict.PROTECTED,
    "protect.with_queued_jobs",
    lambda policy: pl.lit(policy.protect.with_queued_jobs) & (pl.col("queued_jobs") > 0),
)
def jobs_waiting(facts: ModelFacts) -> Iterator[str]:
    """Jobs are waiting for it."""
    yield f"Jobs waiting for it: {facts.row['queued_jobs']:,}."


@reason(
    Verdict.PROTECTED,
    "protect.min_worker_threads",
    lambda policy: (
        pl.lit(policy.protect.min_worker_threads > 0) & (pl.col("worker_count") >= policy.protect.min_worker_threads)
    ),
    words="enough workers",
)
def served_by_workers(facts: ModelFacts) -> Iterator[str]:
    """Enough worker threads serve it."""
    yield f"Worker threads that serve it: {facts.row['worker_count']:,}."


@reason(Verdict.UNKNOWN, "", lambda _: ~pl.col("usage_known"))
def usage_unknown(_: ModelFacts) -> Iterator[str]:
    """The Horde gave no usage."""
    yield "Its usage is unknown."


@reason(Verdict.UNKNOWN, "", lambda _: ~pl.col("workers_known"))
def workers_unknown(_: ModelFacts) -> Iterator[str]:
    """The Horde gave no workers, or a text worker hides them."""
    yield "Its workers are unknown."


@reason(Verdict.UNKNOWN, "candidates.month_usage_below", _possibly_enough, words="perhaps used")
def possibly_used(facts: ModelFacts) -> Iterator[str]:
    """Names that belong to no model could be its, and with their use it had enough."""
    month, possible = facts.row["usage_month"], facts.row["possible_usage_month"]
    if possible is None:
        yield "Whether names that belong to no model are its is unknown, and so is their use."
    else:
        enough = facts.policy.candidates.month_usage_below
        asked = f"with them it would have {month + possible:,}, not less than {enough:,}"
        yield f"Names that belong to no model but could be its had {counted(possible, 'request')} in 30 days; {asked}."


@reason(
    Verdict.UNKNOWN,
    "candidates.suspicious_worker_threads",
    lambda policy: (
        pl.lit(policy.candidates.suspicious_worker_threads > 0)
        & (_MONTH == 0)
        & (pl.col("worker_count") >= policy.candidates.suspicious_worker_threads)
    ),
    code=SUSPICIOUS,
    words="served, yet unused",
)
def suspicious(facts: ModelFacts) -> Iterator[str]:
    """Many worker threads serve it, and it has no use: its name clashes with another's, or it is broken."""
    threads = counted(facts.row["worker_count"], "worker thread")
    yield f"Suspicious: {threads} and no request in 30 days; perhaps its name clashes with another's, or it is broken."


@reason(
    Verdict.UNKNOWN,
    "candidates.min_age_days",
    lambda policy: pl.lit(policy.candidates.min_age_days > 0) & pl.col("age_days").is_null(),
)
def age_unknown(_: ModelFacts) -> Iterator[str]:
    """Nothing says when it entered the catalogue."""
    yield "When it entered the catalogue is unknown."


@reason(Verdict.UNKNOWN, "", lambda _: pl.col("styles_naming").is_null())
def styles_unknown(_: ModelFacts) -> Iterator[str]:
    """The styles could not be read, so nothing can be done about them."""
    yield "Whether styles name it is unknown: the styles could not be read."


@reason(
    Verdict.UNKNOWN,
    "protect.last_of_its_kind",
    lambda policy: pl.lit(policy.protect.last_of_its_kind) & pl.col("last_of_its_kind").is_null(),
)
def kind_unknown(_: ModelFacts) -> Iterator[str]:
    """Its record does not tell its kind."""
    yield "Whether anything could take its place is unknown: its record does not say of what kind it is."


@reason(Verdict.KEEP, "candidates.month_usage_below", lambda policy: policy.candidates.month_usage_below <= _MONTH)
def used_enough(facts: ModelFacts) -> Iterator[str]:
    """It had enough requests in 30 days."""
    enough = facts.policy.candidates.month_usage_below
    yield f"It had {counted(facts.row['usage_month'], 'request')} in 30 days, not less than {enough:,}."


@reason(
    Verdict.KEEP,
    "candidates.risk_levels",
    lambda policy: (
        ~is_one_of(pl.col("risk_level").cast(pl.String), (level.value for level in policy.candidates.risk_levels))
    ),
    words="level too low",
)
def risk_level_too_low(facts: ModelFacts) -> Iterator[str]:
    """Its risk level makes it no candidate."""
    yield f"Its risk level is {facts.row['risk_level']}."


@reason(Verdict.KEEP, "candidates.min_age_days", lambda policy: pl.col("age_days") < policy.candidates.min_age_days)
def too_young(facts: ModelFacts) -> Iterator[str]:
    """It entered the catalogue too short a time ago."""
    least = facts.policy.candidates.min_age_days
    yield f"It has been in the catalogue for {counted(facts.row['age_days'], 'day')}, less than {least}."


def _limit_reached(limit: Limit) -> Reason:
    def limit_reached(facts: ModelFacts) -> Iterator[str]:
        """A candidate, but this limit of the plan is reached."""
        yield f"A limit of the plan is reached: {limit.sentence(facts.policy.limits)}."

    return reason(Verdict.KEEP, limit.key)(limit_reached)


LIMIT_REACHED = {limit.key: _limit_reached(limit) for limit in LIMITS}


@reason(Verdict.KEEP, "")
def not_selected(_: ModelFacts) -> Iterator[str]:
    """A candidate, but others were selected."""
    yield "It is a candidate, but was not selected."


@reason(Verdict.REMOVE, "", words="nothing speaks for it")
def candidate(facts: ModelFacts) -> Iterator[str]:
    """Nothing speaks for it."""
    yield _why_removed(facts)


@reason(Verdict.REMOVE, "")
def selected(facts: ModelFacts) -> Iterator[str]:
    """It was selected."""
    yield _why_removed(facts)


def _why_removed(facts: ModelFacts) -> str:
    row = facts.row
    used, workers = use(row["usage_month"], row["usage_total"]), counted(row["worker_count"], "worker thread")
    possible = row["possible_usage_month"]
    perhaps = f"; perhaps {counted(possible, 'more request')} in 30 days, under names of no model" if possible else ""
    now = f"Risk level {row['risk_level']}; {used}{perhaps}; {workers}."
    removed = removal_day(facts.listing)
    returned = f" It returned after removal on {removed}." if removed is not None else ""
    return now + removal_evidence(row) + returned


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
    usage_contradictory,
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
    not_selected,
    candidate,
    selected,
)
"""All reasons, by verdict, the strongest first; a plan gives those of a model in this order."""
