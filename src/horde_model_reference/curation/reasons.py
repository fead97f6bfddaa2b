"""The reasons for and against the removal of a model (design section 8).

A reason is declared once: its code (the name of the function), the verdict that it speaks for, the key of the policy
that it follows from, its meaning for the documentation, and the function that yields its sentences for a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from horde_model_reference.analytics.usage_trend import UsageYear
from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.curation.plan import ReasonInfo, Verdict
from horde_model_reference.curation.policy import OnRemoval, Policy
from horde_model_reference.reports.words import counted, last_use

SEASON_FACTOR = 2
"""The use of a season is at least so many times that of the weeks after it; else it was steady and perhaps ended."""

Sentences = Callable[[ModelFacts], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a verdict.

    Attributes:
        code: Its name in ``plan.json``.
        verdict: The verdict that it speaks for.
        key: The key of the policy that it follows from; empty where it always holds.
        meaning: One sentence for the documentation.
        sentences: Returns a model's sentences, none where the reason does not hold. Reasons that follow from the
            choice of models have none.
    """

    code: str
    verdict: Verdict
    key: str
    meaning: str
    sentences: Sentences = lambda _: ()

    def info(self, sentence: str) -> ReasonInfo:
        """Return the reason as a plan gives it."""
        return ReasonInfo(verdict=self.verdict, code=self.code, sentence=sentence)


def reason(verdict: Verdict, key: str) -> Callable[[Sentences], Reason]:
    """Make a reason of the function that yields its sentences: its name is the code, its docstring the meaning."""
    return lambda sentences: Reason(sentences.__name__, verdict, key, sentences.__doc__ or "", sentences)


@reason(Verdict.PROTECTED, "protect.names")
def protected_by_name(facts: ModelFacts) -> Iterable[str]:
    """A name or pattern of the policy matches it."""
    return facts.protections


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


@reason(Verdict.PROTECTED, "protect.rising")
def rising(facts: ModelFacts) -> Iterator[str]:
    """Its use surely rises."""
    past = facts.past
    if facts.policy.protect.rising and past is not None and past.rising:
        yield f"Its use rises, by about {past.rising_percent:g} percent in 30 days; {_rests_on(past)}."


@reason(Verdict.PROTECTED, "protect.seasonal")
def seasonal(facts: ModelFacts) -> Iterator[str]:
    """It was used enough a year ago, and much less after that."""
    past = facts.past
    if facts.policy.protect.seasonal and past is not None and _was_a_season(past, facts.policy):
        after = past.after_season_use
        then = "what it had after that is unknown" if after is None else f"about {after:,} in 30 days after that"
        last_year = f"about {counted(past.season_use, 'request')} in 30 days at the same time last year"
        yield f"It had {last_year}, and {then}; {_rests_on(past)}."


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


@reason(Verdict.UNKNOWN, "candidates.min_age_days")
def age_unknown(facts: ModelFacts) -> Iterator[str]:
    """Nothing says when it entered the catalogue."""
    if facts.policy.candidates.min_age_days > 0 and facts.age_days is None:
        yield "When it entered the catalogue is unknown."


@reason(Verdict.UNKNOWN, "styles.on_removal")
def styles_unknown(facts: ModelFacts) -> Iterator[str]:
    """The styles could not be read."""
    if facts.styles is None:
        yield "Whether styles name it is unknown: the styles could not be read."


@reason(Verdict.UNKNOWN, "protect.last_of_its_kind")
def kind_unknown(facts: ModelFacts) -> Iterator[str]:
    """Its record does not tell its kind."""
    if facts.policy.protect.last_of_its_kind and facts.standing.replacements is None:
        yield "Whether anything could take its place is unknown: its record does not say of what kind it is."


@reason(Verdict.UNKNOWN, "protect.rising")
def history_away(facts: ModelFacts) -> Iterator[str]:
    """A history of use is kept and cannot be read now: whether its use rises or is seasonal is unknown."""
    protect = facts.policy.protect
    if facts.history_away and (protect.rising or protect.seasonal):
        yield "Its use over time cannot be read now, so whether it rises or is seasonal is unknown."


@reason(Verdict.UNKNOWN, "candidates.min_history_days")
def history_unknown(facts: ModelFacts) -> Iterator[str]:
    """Its use over time is unknown."""
    candidates = facts.policy.candidates
    asked = max(candidates.unused_for_days, candidates.falling_for_days, candidates.min_history_days)
    if asked and (facts.past is None or _unused_unknown(facts.past, facts.policy)):
        yield "Its use over time is unknown."


@reason(Verdict.UNKNOWN, "candidates.min_history_days")
def history_too_short(facts: ModelFacts) -> Iterator[str]:
    """Its history is too short to tell."""
    past, candidates = facts.past, facts.policy.candidates
    if past is None or _unused_unknown(past, facts.policy):  # Then the length of the history says nothing.
        return
    too_short = (
        (past.days_seen < candidates.min_history_days, candidates.min_history_days),
        (_never_seen_used(past) and (past.unused_days or 0) < candidates.unused_for_days, candidates.unused_for_days),
        (past.days_seen < candidates.falling_for_days, candidates.falling_for_days),
    )
    needed = max((days for short, days in too_short if short), default=0)
    if needed:
        yield f"Its history is too short: {_rests_on(past)}, and {needed} are needed."


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


@reason(Verdict.KEEP, "candidates.unused_for_days")
def used_lately(facts: ModelFacts) -> Iterator[str]:
    """It was used too short a time ago."""
    past, asked = facts.past, facts.policy.candidates.unused_for_days
    if past is None or past.unused_days is None or _never_seen_used(past):
        return
    if past.unused_days < asked:
        yield f"It has been unused for {counted(past.unused_days, 'day')}, less than {asked}; {_rests_on(past)}."


@reason(Verdict.KEEP, "candidates.falling_for_days")
def not_falling(facts: ModelFacts) -> Iterator[str]:
    """Its use has not surely been falling for long."""
    past, asked = facts.past, facts.policy.candidates.falling_for_days
    if past is not None and past.falling_days < asked <= past.days_seen:
        what = f"for {past.falling_days} days" if past.falling_days else "not at all"
        yield f"Its use has surely fallen {what}, less than {asked}; {_rests_on(past)}."


LIMIT_REACHED = Reason(
    "limit_reached", Verdict.KEEP, "limits.max_models", "A candidate, but a limit of the plan is reached."
)
NOT_SELECTED = Reason("not_selected", Verdict.KEEP, "", "A candidate, but others were selected.")
CANDIDATE = Reason("candidate", Verdict.REMOVE, "", "Nothing speaks for it.")
SELECTED = Reason("selected", Verdict.REMOVE, "", "It was selected.")

REASONS: tuple[Reason, ...] = (
    protected_by_name,
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
    age_unknown,
    styles_unknown,
    kind_unknown,
    history_away,
    history_unknown,
    history_too_short,
    used_enough,
    risk_level_too_low,
    too_young,
    used_lately,
    not_falling,
    LIMIT_REACHED,
    NOT_SELECTED,
    CANDIDATE,
    SELECTED,
)
"""All reasons, by verdict, the strongest first; a plan gives those of a model in this order."""


def reasons_against(facts: ModelFacts) -> list[ReasonInfo]:
    """Return the reasons against the removal of a model."""
    return [found.info(sentence) for found in REASONS for sentence in found.sentences(facts)]


def removal_evidence(past: UsageYear | None, ever: int | None) -> str:
    """Return the evidence of use over time for a removal, as a sentence; empty where nothing is known.

    Args:
        past: Its use over the last year.
        ever: Its total use; None where that is unknown.
    """
    if past is None or past.unused_days is None:
        return ""
    unused = f"unused for at least {counted(past.unused_days, 'day')}" if past.unused_days else ""
    said = (last_use(past.last_used, ever), unused)
    return f" It was {', '.join(filter(None, said))}; {_rests_on(past)}."


def _was_a_season(past: UsageYear, policy: Policy) -> bool:
    """Whether it was used enough at the same time last year, and fell after that as far as is known."""
    season, after = past.season_use or 0, past.after_season_use or 0
    return season >= max(1, policy.candidates.month_usage_below, SEASON_FACTOR * after)


def _unused_unknown(past: UsageYear, policy: Policy) -> bool:
    """Whether the policy asks how long it was unused, and nobody knows."""
    return policy.candidates.unused_for_days > 0 and past.unused_days is None


def _never_seen_used(past: UsageYear) -> bool:
    """Whether a longer history could say that it has been unused for longer."""
    return past.last_used is None


def _rests_on(past: UsageYear) -> str:
    return f"this rests on {counted(past.days_seen, 'day')}"
