"""The reasons that a year of use gives for or against the removal of a model."""

from __future__ import annotations

from collections.abc import Iterator

from horde_model_reference.analytics.usage_trend import UsageYear
from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.curation.plan import Verdict
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.reason import reason
from horde_model_reference.reports.words import counted, last_use

SEASON_FACTOR = 2
"""The use of a season is at least so many times that of the weeks after it; else it was steady and perhaps ended."""


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


@reason(Verdict.UNKNOWN, "protect.rising", code="history_away")
def rising_unknown(facts: ModelFacts) -> Iterator[str]:
    """A history of use is kept and cannot be read now: whether its use rises is unknown."""
    if facts.history_away and facts.policy.protect.rising:
        yield "Whether its use rises is unknown: its use over time cannot be read now."


@reason(Verdict.UNKNOWN, "protect.seasonal", code="history_away")
def seasonal_unknown(facts: ModelFacts) -> Iterator[str]:
    """A history of use is kept and cannot be read now: whether it is seasonal is unknown."""
    if facts.history_away and facts.policy.protect.seasonal:
        yield "Whether it is seasonal is unknown: its use over time cannot be read now."


@reason(Verdict.UNKNOWN, "candidates.unused_for_days", code="history_unknown")
def unused_unknown(facts: ModelFacts) -> Iterator[str]:
    """How long it was unused is unknown."""
    if facts.policy.candidates.unused_for_days and (facts.past is None or facts.past.unused_days is None):
        yield "How long it was unused is unknown."


@reason(Verdict.UNKNOWN, "candidates.falling_for_days", code="history_unknown")
def falling_unknown(facts: ModelFacts) -> Iterator[str]:
    """Whether its use falls is unknown."""
    if facts.policy.candidates.falling_for_days and facts.past is None:
        yield "Whether its use falls is unknown."


@reason(Verdict.UNKNOWN, "candidates.min_history_days")
def history_unknown(facts: ModelFacts) -> Iterator[str]:
    """Its use over time is unknown."""
    if facts.policy.candidates.min_history_days and facts.past is None:
        yield "Its use over time is unknown."


@reason(Verdict.UNKNOWN, "candidates.unused_for_days", code="history_too_short")
def too_short_for_unused(facts: ModelFacts) -> Iterator[str]:
    """No use was seen, in a history that is shorter than asked."""
    past, needed = facts.past, facts.policy.candidates.unused_for_days
    if past is not None and past.unused_days is not None and past.last_used is None and past.unused_days < needed:
        yield f"Its history is too short to say that it was unused: {_rests_on(past)}, and {needed} are needed."


@reason(Verdict.UNKNOWN, "candidates.falling_for_days", code="history_too_short")
def too_short_for_falling(facts: ModelFacts) -> Iterator[str]:
    """Its history is too short to tell whether its use falls."""
    past, needed = facts.past, facts.policy.candidates.falling_for_days
    if past is not None and past.days_seen < needed:
        yield f"Its history is too short to say that its use falls: {_rests_on(past)}, and {needed} are needed."


@reason(Verdict.UNKNOWN, "candidates.min_history_days")
def history_too_short(facts: ModelFacts) -> Iterator[str]:
    """Its history is too short to tell."""
    past, needed = facts.past, facts.policy.candidates.min_history_days
    if past is not None and past.days_seen < needed:
        yield f"Its history is too short: {_rests_on(past)}, and {needed} are needed."


@reason(Verdict.KEEP, "candidates.unused_for_days")
def used_lately(facts: ModelFacts) -> Iterator[str]:
    """It was used too short a time ago."""
    past, asked = facts.past, facts.policy.candidates.unused_for_days
    if past is None or past.unused_days is None or past.last_used is None:
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


def removal_evidence(past: UsageYear | None, ever: int | None) -> str:
    """Return the evidence of use over time for a removal, as a sentence; empty where nothing is known.

    Args:
        past: Its use over the last year.
        ever: Its total use; None where that is unknown.
    """
    if past is None or past.unused_days is None:
        return ""
    unused = f"unused for at least {counted(past.unused_days, 'day')}" if past.unused_days else ""
    last = "" if past.last_used is None and ever == 0 else last_use(past.last_used, ever)
    said = (last, unused)
    return f" It was {', '.join(filter(None, said))}; {_rests_on(past)}."


def _was_a_season(past: UsageYear, policy: Policy) -> bool:
    """Whether it was used enough at the same time last year, and fell after that as far as is known."""
    season, after = past.season_use or 0, past.after_season_use or 0
    return season >= max(1, policy.candidates.month_usage_below, SEASON_FACTOR * after)


def _rests_on(past: UsageYear) -> str:
    return f"this rests on {counted(past.days_seen, 'day')}"
