"""What a model's use over time says for or against its removal; every sentence says on how many days it rests."""

from __future__ import annotations

from collections.abc import Iterator

from horde_model_reference.analytics.past_use import PastUse
from horde_model_reference.curation.plan import ReasonInfo, Verdict
from horde_model_reference.curation.policy import Policy
from horde_model_reference.reports.words import counted, last_use

SEASON_FACTOR = 2
"""The use of a season is at least so many times that of the weeks after it; else it was steady and perhaps ended."""


def protections(past: PastUse | None, policy: Policy) -> Iterator[ReasonInfo]:
    """Yield why the past protects a model; an unknown past does not."""
    if past is None:
        return
    rests = _rests_on(past)
    if policy.protect.rising and past.rising:
        sentence = f"Its use rises, by about {past.rising_percent:g} percent in 30 days; {rests}."
        yield _reason(Verdict.PROTECTED, "rising", sentence)
    if policy.protect.seasonal and _was_a_season(past, policy):
        after = past.after_season_use
        then = "what it had after that is unknown" if after is None else f"about {after:,} in 30 days after that"
        last_year = f"about {counted(past.season_use, 'request')} in 30 days at the same time last year"
        yield _reason(Verdict.PROTECTED, "seasonal", f"It had {last_year}, and {then}; {rests}.")


def unknowns(past: PastUse | None, policy: Policy) -> Iterator[ReasonInfo]:
    """Yield what the policy asks of the past and nobody knows."""
    candidates = policy.candidates
    asked = max(candidates.unused_for_days, candidates.falling_for_days, candidates.min_history_days)
    if asked and (past is None or (candidates.unused_for_days and past.unused_days is None)):
        yield _reason(Verdict.UNKNOWN, "history_unknown", "Its use over time is unknown.")
        return
    if past is None:
        return
    rests = _rests_on(past)
    too_short = (
        (past.days_seen < candidates.min_history_days, candidates.min_history_days),
        (_never_seen_used(past) and (past.unused_days or 0) < candidates.unused_for_days, candidates.unused_for_days),
        (past.days_seen < candidates.falling_for_days, candidates.falling_for_days),
    )
    needed = max((days for short, days in too_short if short), default=0)
    if needed:
        sentence = f"Its history is too short: {rests}, and {needed} are needed."
        yield _reason(Verdict.UNKNOWN, "history_too_short", sentence)


def no_candidate(past: PastUse | None, policy: Policy) -> Iterator[ReasonInfo]:
    """Yield why its past makes a model no candidate."""
    if past is None:
        return
    candidates, unused, rests = policy.candidates, past.unused_days, _rests_on(past)
    if unused is not None and unused < candidates.unused_for_days and not _never_seen_used(past):
        sentence = f"It has been unused for {counted(unused, 'day')}, less than {candidates.unused_for_days}; {rests}."
        yield _reason(Verdict.KEEP, "used_lately", sentence)
    if past.falling_days < candidates.falling_for_days <= past.days_seen:
        what = f"for {past.falling_days} days" if past.falling_days else "not at all"
        sentence = f"Its use has surely fallen {what}, less than {candidates.falling_for_days}; {rests}."
        yield _reason(Verdict.KEEP, "not_falling", sentence)


def _was_a_season(past: PastUse, policy: Policy) -> bool:
    """Whether it was used enough at the same time last year, and fell after that as far as is known."""
    season, after = past.season_use or 0, past.after_season_use or 0
    return season >= max(1, policy.candidates.month_usage_below, SEASON_FACTOR * after)


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


def _never_seen_used(past: PastUse) -> bool:
    """Whether a longer history could say that it has been unused for longer."""
    return past.last_used is None


def _rests_on(past: PastUse) -> str:
    return f"this rests on {counted(past.days_seen, 'day')}"


def _reason(verdict: Verdict, code: str, sentence: str) -> ReasonInfo:
    return ReasonInfo(verdict=verdict, code=code, sentence=sentence)
