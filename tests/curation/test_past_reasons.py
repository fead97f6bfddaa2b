"""What the past says for or against a removal (issue: a model is not dead because of one quiet day)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from horde_model_reference.analytics.past_use import PastUse
from horde_model_reference.curation.past_reasons import in_words, no_candidate, protections, unknowns
from horde_model_reference.curation.policy import Policy

PAST = PastUse(
    days_seen=356,
    last_used=date(2026, 1, 1),
    unused_days=100,
    falling_days=91,
    rising=False,
    rising_percent=-10.0,
    season_use=0,
)


def codes(past: PastUse | None, section: str = "candidates", **keys: Any) -> list[str]:
    """The codes of all reasons that a past gives under a policy."""
    policy = Policy.model_validate({section: keys})
    given = [*protections(past, policy), *unknowns(past, policy), *no_candidate(past, policy)]
    assert all(str(past.days_seen) in reason.sentence for reason in given if past is not None and past.unused_days)
    return [reason.code for reason in given]


def test_without_a_history_and_with_defaults_nothing_changes() -> None:
    assert codes(None) == codes(PAST) == []
    assert in_words(None) == ""


@pytest.mark.parametrize(
    ("changes", "section", "keys", "expected"),
    [
        ({"rising": True, "rising_percent": 40.0}, "protect", {}, ["rising"]),
        ({"rising": True, "rising_percent": 40.0}, "protect", {"rising": False}, []),
        ({"season_use": 200}, "protect", {}, ["seasonal"]),
        ({"season_use": 199}, "protect", {}, []),
        ({"season_use": None}, "protect", {}, []),
        ({"season_use": 200}, "protect", {"seasonal": False}, []),
        ({"season_use": 0}, "candidates", {"month_usage_below": 0}, []),
        ({}, "candidates", {"unused_for_days": 100}, []),
        ({}, "candidates", {"unused_for_days": 101}, ["used_lately"]),
        ({"last_used": None}, "candidates", {"unused_for_days": 101}, ["history_too_short"]),
        ({"unused_days": None}, "candidates", {"unused_for_days": 1}, ["history_unknown"]),
        ({}, "candidates", {"falling_for_days": 91}, []),
        ({}, "candidates", {"falling_for_days": 92}, ["not_falling"]),
        ({"days_seen": 50, "falling_days": 0}, "candidates", {"falling_for_days": 92}, ["history_too_short"]),
        ({}, "candidates", {"min_history_days": 356}, []),
        ({}, "candidates", {"min_history_days": 357}, ["history_too_short"]),
    ],
)
def test_reasons(changes: dict[str, Any], section: str, keys: dict[str, Any], expected: list[str]) -> None:
    assert codes(replace(PAST, **changes), section, **keys) == expected


@pytest.mark.parametrize("key", ["unused_for_days", "falling_for_days", "min_history_days"])
def test_what_is_asked_of_an_unknown_past_is_unknown(key: str) -> None:
    assert codes(None, "candidates", **{key: 1}) == ["history_unknown"]


def test_why_it_is_removed_says_on_how_many_days_that_rests() -> None:
    assert "last used on 2026-01-01" in in_words(PAST)
    assert "356 days" in in_words(PAST)
    assert "never seen in use" in in_words(replace(PAST, last_used=None))
