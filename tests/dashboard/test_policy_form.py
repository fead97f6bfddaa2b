"""The policy as a form: changed keys come through, all others keep the service's values."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.curation.policy import Policy
from horde_model_reference.dashboard.policy_form import (
    MARKER,
    SECTIONS,
    changed_policy,
    changes_in,
    in_words,
    policy_fields,
    policy_keys,
    written,
)
from horde_model_reference.errors import PolicyError

OWN = Policy.model_validate({"candidates": {"min_age_days": 30}, "protect": {"names": ["a"], "rising": False}})
KEYS = dict(policy_keys(OWN))
LISTS = {
    "candidates.risk_levels": "critical",
    "notice.none_for": "broken,licence",
    "protect.names": "a\nb c",
    "protect.globs": "x*",
    "removal.reasons": "a=low_use\nb=superseded_by:c = d",
}
"""Each key with a list, and another value of it as a form sends it."""
NUMBERS = sorted(key for key, value in KEYS.items() if isinstance(value, int | float) and not isinstance(value, bool))
TICKS = sorted(key for key, value in KEYS.items() if isinstance(value, bool))


def test_every_key_has_words_and_a_section() -> None:
    assert {key.partition(".")[0] for key in KEYS} == SECTIONS.keys()
    words = {field.key: field.word for fields in policy_fields(OWN, {}).values() for field in fields}
    assert words.keys() == KEYS.keys()
    assert all(words.values())


def test_the_form_as_it_was_shown_changes_nothing() -> None:
    shown = [(MARKER, "1"), *((key, written(key, value)) for key, value in KEYS.items() if value is not False)]
    assert changes_in(shown, OWN) == {}
    assert changed_policy(OWN, {}) == OWN


@given(st.dictionaries(st.sampled_from(NUMBERS), st.integers(0, 100)), st.sets(st.sampled_from(TICKS)))
def test_changed_keys_come_through_and_others_stay(numbers: dict[str, int], ticked: set[str]) -> None:
    sent = [(MARKER, "1"), *((key, str(value)) for key, value in numbers.items()), *((key, "true") for key in ticked)]
    changed = dict(policy_keys(changed_policy(OWN, changes_in(sent, OWN))))
    assert {key: changed[key] for key in numbers} == numbers
    assert {key for key in TICKS if changed[key]} == ticked
    untouched = KEYS.keys() - numbers.keys() - set(TICKS) - LISTS.keys()
    assert {key: changed[key] for key in untouched} == {key: KEYS[key] for key in untouched}


def test_an_address_without_the_form_leaves_ticks_alone() -> None:
    assert changes_in([("candidates.min_age_days", "0"), ("select", "x")], OWN) == {"candidates.min_age_days": "0"}
    assert changed_policy(OWN, {"candidates.min_age_days": "0"}).protect.names == OWN.protect.names


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("candidates.min_age_days", "-1"),
        ("candidates.min_age_days", "soon"),
        ("candidates.min_age_days", "1.5"),
        ("limits.max_share_of_models", "nan"),
        ("limits.max_share_of_models", "101"),
        ("styles.on_removal", "burn"),
        ("protect.rising", "perhaps"),
        ("candidates.risk_levels", "critical,dire"),
        ("notice.none_for", "boredom"),
        ("protect.names", "x" * 301),
        ("protect.globs", "\n".join(f"{at}{'x' * 290}" for at in range(100))),
        ("removal.reasons", "a"),
        ("removal.reasons", "a=superseded_by"),
        ("removal.reasons", "a=low_use\na=low_use"),
    ],
)
def test_a_value_without_sense_names_its_key(key: str, value: str) -> None:
    with pytest.raises(PolicyError, match=key):
        changed_policy(OWN, {key: value})


def test_every_list_is_a_field() -> None:
    assert LISTS.keys() == {key for key, value in KEYS.items() if isinstance(value, tuple)}


@pytest.mark.parametrize("key", LISTS)
def test_a_list_comes_through_and_can_be_emptied(key: str) -> None:
    sent = changes_in([(key, LISTS[key].replace("\n", "\r\n"))], OWN)
    assert sent == {key: LISTS[key]}
    changed = changed_policy(OWN, sent)
    assert written(key, dict(policy_keys(changed))[key]) == LISTS[key]
    nothing = changes_in(
        [(MARKER, "1"), *((other, written(other, KEYS[other])) for other in KEYS if other != key)], OWN
    )
    assert dict(policy_keys(changed_policy(OWN, nothing)))[key] == ()
    assert changes_in([(key, "")], changed) == {key: ""}, "an address without any of them"


def test_ticked_choices_are_one_key() -> None:
    sent = changes_in([("candidates.risk_levels", "high"), ("candidates.risk_levels", "critical")], OWN)
    assert sent == {"candidates.risk_levels": "critical,high"}
    levels = [("candidates.risk_levels", level.value) for level in RiskLevel if level in OWN.candidates.risk_levels]
    assert changes_in(levels, OWN) == {}, "their order tells nothing"


def test_a_protection_keeps_its_reason_and_last_day() -> None:
    entry = {"name": "a", "reason": "agreed", "until": date(2030, 1, 1)}
    own = Policy.model_validate({"protect": {"names": [entry]}})
    kept, new = changed_policy(own, {"protect.names": "a\nb"}).protect.names
    assert kept == own.protect.names[0]
    assert (new.pattern, new.reason, new.until) == ("b", "", None)


def test_changed_keys_are_marked_with_the_value_that_was_sent() -> None:
    fields = {field.key: field for group in policy_fields(OWN, {"limits.max_models": "x"}).values() for field in group}
    assert [key for key, field in fields.items() if field.changed] == ["limits.max_models"]
    assert fields["limits.max_models"].value == "x"
    assert fields["candidates.min_age_days"].value == "30"
    assert fields["styles.on_removal"].choices == ("protect", "delete", "repoint")
    assert fields["candidates.risk_levels"].choices == tuple(RiskLevel)
    assert fields["protect.names"].value == "a"


def test_the_heart_of_a_policy_is_one_line() -> None:
    assert in_words(OWN) == "fewer than 200 requests a month, listed for 30 days, level medium or worse"
    some = Policy.model_validate({"candidates": {"risk_levels": ["critical", "low"]}})
    assert in_words(some).endswith("level low, critical")
