"""What a model's use over time says for or against its removal: each yields the sentence of one reason, where it holds.

Every sentence says on how many days it rests.
"""

from __future__ import annotations

from collections.abc import Iterator

from horde_model_reference.analytics.usage_trend import PastUse
from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.curation.policy import Policy
from horde_model_reference.reports.words import counted, last_use

SEASON_FACTOR = 2
"""The use of a season is at least so many times that of the weeks after it; else it was steady and perhaps ended."""


def rising(facts: ModelFacts) -> Iterator[str]:
    past = facts.past
    if facts.policy.protect.rising and past is not None and past.rising:
        yield f"Its use rises, by about {past.rising_percent:g} percent in 30 days; {_rests_on(past)}."


def seasonal(facts: ModelFacts) -> Iterator[str]:
    past = facts.past
    if facts.policy.protect.seasonal and past is not None and _was_a_season(past, facts.policy):
        after = past.after_season_use
        then = "what it had after that is unknown" if after is None else f"about {after:,} in 30 days after that"
        last_year = f"about {counted(past.season_use, 'request')} in 30 days at the same time last year"
        yield f"It had {last_year}, and {then}; {_rests_on(past)}."


def _was_a_season(past: PastUse, policy: Policy) -> bool:
    """Whether it was used enough at the same time last year, and fell after that as far as is known."""
    season, after = past.season_use or 0, past.after_season_use or 0
    return season >= max(1, policy.candidates.month_usage_below, SEASON_FACTOR * after)


def history_unknown(facts: ModelFacts) -> Iterator[str]:
    candidates = facts.policy.candidates
    asked = max(candidates.unused_for_days, candidates.falling_for_days, candidates.min_history_days)
    if asked and (facts.past is None or _unused_unknown(facts.past, facts.policy)):
        yield "Its use over time is unknown."


def history_too_short(facts: ModelFacts) -> Iterator[str]:
    """Not where it is unknown how long it was unused: then the length of its history says nothing."""
    past, candidates = facts.past, facts.policy.candidates
    if past is None or _unused_unknown(past, facts.policy):
        return
    too_short = (
        (past.days_seen < candidates.min_history_days, candidates.min_history_days),
        (_never_seen_used(past) and (past.unused_days or 0) < candidates.unused_for_days, candidates.unused_for_days),
        (past.days_seen < candidates.falling_for_days, candidates.falling_for_days),
    )
    needed = max((days for short, days in too_short if short), default=0)
    if needed:
        yield f"Its history is too short: {_rests_on(past)}, and {needed} are needed."


def used_lately(facts: ModelFacts) -> Iterator[str]:
    past, asked = facts.past, facts.policy.candidates.unused_for_days
    if past is None or past.unused_days is None or _never_seen_used(past):
        return
    if past.unused_days < asked:
        yield f"It has been unused for {counted(past.unused_days, 'day')}, less than {asked}; {_rests_on(past)}."


def not_falling(facts: ModelFacts) -> Iterator[str]:
    past, asked = facts.past, facts.policy.candidates.falling_for_days
    if past is not None and past.falling_days < asked <= past.days_seen:
        what = f"for {past.falling_days} days" if past.falling_days else "not at all"
        yield f"Its use has surely fallen {what}, less than {asked}; {_rests_on(past)}."


def in_words(past: PastUse | None, ever: int | None) -> str:
    """Return what the past adds to why a model is removed; empty where nothing is known.

    Args:
        past: What a year says of it.
        ever: How often the Horde says it was ever used; None where that is unknown.
    """
    if past is None or past.unused_days is None:
        return ""
    unused = f"unused for at least {counted(past.unused_days, 'day')}" if past.unused_days else ""
    said = (last_use(past.last_used, ever), unused)
    return f" It was {', '.join(filter(None, said))}; {_rests_on(past)}."


def _unused_unknown(past: PastUse, policy: Policy) -> bool:
    """Whether the policy asks how long it was unused, and nobody knows."""
    return policy.candidates.unused_for_days > 0 and past.unused_days is None


def _never_seen_used(past: PastUse) -> bool:
    """Whether a longer history could say that it has been unused for longer."""
    return past.last_used is None


def _rests_on(past: PastUse) -> str:
    return f"this rests on {counted(past.days_seen, 'day')}"
