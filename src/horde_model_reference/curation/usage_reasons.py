"""The reasons that a year of use gives for or against the removal of a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from horde_model_reference.analytics.usage_trend import MONTH_DAYS
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.reason import reason
from horde_model_reference.reports.words import counted, last_use

SEASON_FACTOR = 2
"""The use of a season is at least so many times that of the weeks after it; else it was steady and perhaps ended."""

_SEEN = pl.col("past_days_seen")
_UNUSED = pl.col("past_unused_days")
_USED_AGO = pl.col("past_used_days_ago")
_FALLING = pl.col("past_falling_days")


def _was_a_season(policy: Policy) -> pl.Expr:
    """Return whether it was used enough at the same time last year, and fell after that as far as is known."""
    season, after = (pl.col(f"past_{figure}").fill_null(0) for figure in ("season_use", "after_season_use"))
    enough = season >= max(1, policy.candidates.month_usage_below)
    return pl.lit(policy.protect.seasonal) & enough & (season >= SEASON_FACTOR * after)


@reason(Verdict.PROTECTED, "protect.rising", lambda policy: pl.lit(policy.protect.rising) & pl.col("past_rising"))
def rising(facts: ModelFacts) -> Iterator[str]:
    """Its use surely rises."""
    percent = facts.row["past_rising_percent"]
    yield f"Its use rises, by about {percent:g} percent in 30 days; {_by_statistics(facts.row)}."


@reason(Verdict.PROTECTED, "protect.seasonal", _was_a_season)
def seasonal(facts: ModelFacts) -> Iterator[str]:
    """It was used enough a year ago, and much less after that."""
    after = facts.row["past_after_season_use"]
    then = "what it had after that is unknown" if after is None else f"about {after:,} in 30 days after that"
    requests = counted(facts.row["past_season_use"], "request")
    yield f"It had about {requests} in 30 days at the same time last year, and {then}; {_by_statistics(facts.row)}."


@reason(
    Verdict.UNKNOWN,
    "",
    # A day less than the counter covers, since days and counters may end at different moments.
    lambda _: (pl.col("usage_month") == 0) & (_USED_AGO < MONTH_DAYS - 1),
)
def usage_contradictory(facts: ModelFacts) -> Iterator[str]:
    """The Horde's counter of 30 days is 0, and the kept history saw use in them: it began anew."""
    ago = counted(facts.row["past_used_days_ago"], "day")
    yield f"Its usage is contradictory: its counter of 30 days is 0, and use was seen {ago} before."


@reason(
    Verdict.UNKNOWN,
    "protect.rising",
    lambda policy: pl.lit(policy.protect.rising) & pl.col("history_away"),
    code="history_away",
)
def rising_unknown(_: ModelFacts) -> Iterator[str]:
    """A history of use is kept and cannot be read now: whether its use rises is unknown."""
    yield "Whether its use rises is unknown: its use over time cannot be read now."


@reason(
    Verdict.UNKNOWN,
    "protect.seasonal",
    lambda policy: pl.lit(policy.protect.seasonal) & pl.col("history_away"),
    code="history_away",
)
def seasonal_unknown(_: ModelFacts) -> Iterator[str]:
    """A history of use is kept and cannot be read now: whether it is seasonal is unknown."""
    yield "Whether it is seasonal is unknown: its use over time cannot be read now."


@reason(
    Verdict.UNKNOWN,
    "candidates.unused_for_days",
    lambda policy: pl.lit(policy.candidates.unused_for_days > 0) & _UNUSED.is_null(),
    code="history_unknown",
)
def unused_unknown(_: ModelFacts) -> Iterator[str]:
    """How long it was unused is unknown."""
    yield "How long it was unused is unknown."


@reason(
    Verdict.UNKNOWN,
    "candidates.falling_for_days",
    lambda policy: pl.lit(policy.candidates.falling_for_days > 0) & _FALLING.is_null(),
    code="history_unknown",
)
def falling_unknown(_: ModelFacts) -> Iterator[str]:
    """Whether its use falls is unknown."""
    yield "Whether its use falls is unknown."


@reason(
    Verdict.UNKNOWN,
    "candidates.min_history_days",
    lambda policy: pl.lit(policy.candidates.min_history_days > 0) & _SEEN.is_null(),
)
def history_unknown(_: ModelFacts) -> Iterator[str]:
    """Its use over time is unknown."""
    yield "Its use over time is unknown."


@reason(
    Verdict.UNKNOWN,
    "candidates.unused_for_days",
    lambda policy: (
        (_USED_AGO.is_null() | (policy.candidates.unused_for_days <= _USED_AGO))
        & (policy.candidates.unused_for_days > _UNUSED)
    ),
    code="history_too_short",
)
def too_short_for_unused(facts: ModelFacts) -> Iterator[str]:
    """No use was seen, in a history that is shorter than asked or has gaps."""
    needed = facts.policy.candidates.unused_for_days
    known = f"it surely was for {counted(facts.row['past_unused_days'], 'day')}, {_by_statistics(facts.row)}"
    yield f"Its history is too short, or has gaps, to say that it was unused: {known}, and {needed} are needed."


@reason(
    Verdict.UNKNOWN,
    "candidates.falling_for_days",
    lambda policy: policy.candidates.falling_for_days > _SEEN,
    code="history_too_short",
)
def too_short_for_falling(facts: ModelFacts) -> Iterator[str]:
    """Its history is too short to tell whether its use falls."""
    needed = facts.policy.candidates.falling_for_days
    yield f"Its history is too short to say that its use falls: {_by_statistics(facts.row)}, and {needed} are needed."


@reason(Verdict.UNKNOWN, "candidates.min_history_days", lambda policy: policy.candidates.min_history_days > _SEEN)
def history_too_short(facts: ModelFacts) -> Iterator[str]:
    """Its history is too short to tell."""
    needed = facts.policy.candidates.min_history_days
    yield f"Its history is too short: {_by_statistics(facts.row)}, and {needed} are needed."


@reason(
    Verdict.KEEP,
    "candidates.unused_for_days",
    lambda policy: (policy.candidates.unused_for_days > _USED_AGO) & _UNUSED.is_not_null(),
)
def used_lately(facts: ModelFacts) -> Iterator[str]:
    """It was used too short a time ago."""
    unused, asked = counted(facts.row["past_used_days_ago"], "day"), facts.policy.candidates.unused_for_days
    yield f"It has been unused for {unused}, less than {asked}; {_by_statistics(facts.row)}."


@reason(
    Verdict.KEEP,
    "candidates.falling_for_days",
    lambda policy: (policy.candidates.falling_for_days > _FALLING) & (policy.candidates.falling_for_days <= _SEEN),
)
def not_falling(facts: ModelFacts) -> Iterator[str]:
    """Its use has not surely been falling for long."""
    falling, asked = facts.row["past_falling_days"], facts.policy.candidates.falling_for_days
    what = f"for {falling} days" if falling else "not at all"
    yield f"Its use has surely fallen {what}, less than {asked}; {_by_statistics(facts.row)}."


def removal_evidence(row: Mapping[str, Any]) -> str:
    """Return the evidence of use over time for a removal, as a sentence; empty where nothing is known."""
    days = row["past_unused_days"]
    if days is None:
        return ""
    unused = f"unused for at least {counted(days, 'day')}" if days else ""
    day, ever = row["past_last_used"], _used_ever(row)
    last = "" if day is None and ever == 0 else last_use(day, ever)
    return f" It was {', '.join(filter(None, (last, unused)))}; {_by_statistics(row)}."


def _used_ever(row: Mapping[str, Any]) -> int | None:
    """Return the most that any counter tells, since the total trails the others; None where they are unknown."""
    return max(row["usage_day"], row["usage_month"], row["usage_total"]) if row["usage_known"] else None


def _by_statistics(row: Mapping[str, Any]) -> str:
    return f"by the statistics of {counted(row['past_days_seen'], 'day')}"
