"""What the past says for or against a removal (issue: a model is not dead because of one quiet day)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from horde_model_reference.analytics.usage_trend import UsageYear
from horde_model_reference.curation.curation_facts import PAST_COLUMNS
from horde_model_reference.curation.plan import ReasonInfo
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.reasons import REASONS
from horde_model_reference.curation.usage_reasons import removal_evidence
from tests.support.curation import given

PAST = UsageYear(
    days_seen=356,
    last_used=date(2026, 1, 1),
    used_days_ago=100,
    unused_days=100,
    falling_days=91,
    rising=False,
    rising_percent=-10.0,
    season_use=0,
    after_season_use=0,
)
USAGE_REASONS = {
    "history_away",
    "rising",
    "seasonal",
    "history_unknown",
    "history_too_short",
    "used_lately",
    "not_falling",
}


OF_USE_OVER_TIME = [reason for reason in REASONS if reason.code in USAGE_REASONS]


def row_of(past: UsageYear | None, ever: int | None = 0) -> dict[str, Any]:
    """The columns of a past, of a model with this use ever; None: unknown."""
    use = dict.fromkeys(("usage_day", "usage_month", "usage_total"), ever) | {"usage_known": ever is not None}
    return use | {f"past_{figure}": None if past is None else getattr(past, figure) for figure in PAST_COLUMNS}


def by_past(past: UsageYear | None, policy: Policy, *, away: bool = False) -> list[ReasonInfo]:
    """All reasons that a past gives under a policy."""
    return given(OF_USE_OVER_TIME, row_of(past) | {"history_away": away}, policy)


def codes(past: UsageYear | None, section: str = "candidates", **keys: Any) -> list[str]:
    """The codes of all reasons that a past gives under a policy."""
    reasons = by_past(past, Policy.model_validate({section: keys}))
    assert all(str(past.days_seen) in reason.sentence for reason in reasons if past is not None and past.unused_days)
    return [reason.code for reason in reasons]


def test_without_a_history_and_with_defaults_nothing_changes() -> None:
    assert codes(None) == codes(PAST) == []
    assert removal_evidence(row_of(None, 7)) == ""


@pytest.mark.parametrize(
    ("changes", "section", "keys", "expected"),
    [
        ({"rising": True, "rising_percent": 40.0}, "protect", {}, ["rising"]),
        ({"rising": True, "rising_percent": 40.0}, "protect", {"rising": False}, []),
        ({"season_use": 200}, "protect", {}, ["seasonal"]),
        ({"season_use": 199}, "protect", {}, []),
        ({"season_use": None, "after_season_use": None}, "protect", {}, []),
        ({"season_use": 200, "after_season_use": 100}, "protect", {}, ["seasonal"]),
        ({"season_use": 200, "after_season_use": 101}, "protect", {}, []),
        ({"season_use": 200, "after_season_use": None}, "protect", {}, ["seasonal"]),
        ({"season_use": 200}, "protect", {"seasonal": False}, []),
        ({"season_use": 0}, "candidates", {"month_usage_below": 0}, []),
        ({}, "candidates", {"unused_for_days": 100}, []),
        ({}, "candidates", {"unused_for_days": 101}, ["used_lately"]),
        ({"used_days_ago": None}, "candidates", {"unused_for_days": 101}, ["history_too_short"]),
        ({"used_days_ago": 200}, "candidates", {"unused_for_days": 101}, ["history_too_short"]),
        ({"used_days_ago": 200}, "candidates", {"unused_for_days": 201}, ["used_lately"]),
        ({"unused_days": None}, "candidates", {"unused_for_days": 1}, ["history_unknown"]),
        ({}, "candidates", {"falling_for_days": 91}, []),
        ({}, "candidates", {"falling_for_days": 92}, ["not_falling"]),
        ({"days_seen": 50, "falling_days": 0}, "candidates", {"falling_for_days": 92}, ["history_too_short"]),
        ({}, "candidates", {"min_history_days": 356}, []),
        ({}, "candidates", {"min_history_days": 357}, ["history_too_short"]),
        (
            {"unused_days": None},
            "candidates",
            {"unused_for_days": 1, "min_history_days": 357},
            ["history_unknown", "history_too_short"],
        ),
    ],
)
def test_reasons(changes: dict[str, Any], section: str, keys: dict[str, Any], expected: list[str]) -> None:
    assert codes(replace(PAST, **changes), section, **keys) == expected


@pytest.mark.parametrize(
    ("after", "said"), [(17, "about 17 in 30 days after that"), (None, "what it had after that is unknown")]
)
def test_a_season_is_told_with_what_came_after_it(after: int | None, said: str) -> None:
    (reason,) = by_past(replace(PAST, season_use=1234, after_season_use=after), Policy())
    had = "It had about 1,234 requests in 30 days at the same time last year"
    assert reason.sentence == f"{had}, and {said}; by the statistics of 356 days."


@pytest.mark.parametrize("key", ["unused_for_days", "falling_for_days", "min_history_days"])
def test_what_is_asked_of_an_unknown_past_is_unknown(key: str) -> None:
    (reason,) = by_past(None, Policy.model_validate({"candidates": {key: 1}}))
    assert (reason.code, reason.key) == ("history_unknown", f"candidates.{key}")


@pytest.mark.parametrize("key", ["unused_for_days", "falling_for_days", "min_history_days"])
def test_a_history_that_is_too_short_names_the_key_that_asks_for_more(key: str) -> None:
    past = replace(PAST, last_used=None, used_days_ago=None, falling_days=0)
    (reason,) = by_past(past, Policy.model_validate({"candidates": {key: 360}}))
    assert (reason.code, reason.key) == ("history_too_short", f"candidates.{key}")
    assert reason.sentence.endswith("by the statistics of 356 days, and 360 are needed.")


def test_why_it_is_removed_says_on_how_many_days_that_rests() -> None:
    said = removal_evidence(row_of(PAST, 900))
    assert said == " It was last used on 2026-01-01, unused for at least 100 days; by the statistics of 356 days."


@pytest.mark.parametrize(
    ("ever", "said"),
    [
        (0, "It was unused for"),
        (312_345, "It was last used before its history begins, or in a gap of it (312,345 requests ever), unused for"),
        (None, "It was unused for"),
    ],
)
def test_a_short_history_alone_does_not_say_that_a_model_was_never_used(ever: int | None, said: str) -> None:
    past = replace(PAST, days_seen=1, last_used=None, unused_days=30)
    assert removal_evidence(row_of(past, ever)) == f" {said} at least 30 days; by the statistics of 1 day."


def test_of_a_model_that_is_in_use_it_is_not_said_that_it_is_unused() -> None:
    assert (
        removal_evidence(row_of(replace(PAST, unused_days=0), 900))
        == " It was last used on 2026-01-01; by the statistics of 356 days."
    )


def test_one_day_is_said_as_one() -> None:
    past = replace(PAST, days_seen=1, used_days_ago=1, unused_days=1)
    (reason,) = by_past(past, Policy.model_validate({"candidates": {"unused_for_days": 2}}))
    assert reason.sentence == "It has been unused for 1 day, less than 2; by the statistics of 1 day."


@pytest.mark.parametrize(
    ("protect", "expected"),
    [
        ({}, ["protect.rising", "protect.seasonal"]),
        ({"rising": False}, ["protect.seasonal"]),
        ({"seasonal": False}, ["protect.rising"]),
        ({"rising": False, "seasonal": False}, []),
    ],
)
def test_rule_3_a_history_that_cannot_be_read_leaves_nothing_to_remove(
    protect: dict[str, bool], expected: list[str]
) -> None:
    """A model whose use may rise is unknown, not unprotected."""
    found = by_past(None, Policy.model_validate({"protect": protect}), away=True)
    assert [reason.key for reason in found] == expected
    assert all(reason.code == "history_away" and reason.verdict.needs_reason for reason in found)
