"""The policy as a form: changed keys come through, all others keep the service's values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.curation.policy import Policy
from horde_model_reference.dashboard.policy_form import (
    MARKER,
    SECTIONS,
    WORDS,
    changed_policy,
    changes_in,
    in_words,
    policy_fields,
    scalar_keys,
    written,
)
from horde_model_reference.errors import PolicyError

OWN = Policy.model_validate({"candidates": {"min_age_days": 30}, "protect": {"names": ["a"], "rising": False}})
KEYS = dict(scalar_keys(OWN))
NUMBERS = sorted(key for key, value in KEYS.items() if isinstance(value, int | float) and not isinstance(value, bool))
TICKS = sorted(key for key, value in KEYS.items() if isinstance(value, bool))


def test_every_key_has_words_and_a_section() -> None:
    assert KEYS.keys() == WORDS.keys()
    assert {key.partition(".")[0] for key in KEYS} == SECTIONS.keys()


def test_the_form_as_it_was_shown_changes_nothing() -> None:
    shown = [(MARKER, "1"), *((key, written(value)) for key, value in KEYS.items() if value is not False)]
    assert changes_in(shown, OWN) == {}
    assert changed_policy(OWN, {}) == OWN


@given(st.dictionaries(st.sampled_from(NUMBERS), st.integers(0, 100)), st.sets(st.sampled_from(TICKS)))
def test_changed_keys_come_through_and_others_stay(numbers: dict[str, int], ticked: set[str]) -> None:
    sent = [(MARKER, "1"), *((key, str(value)) for key, value in numbers.items()), *((key, "true") for key in ticked)]
    changed = dict(scalar_keys(changed_policy(OWN, changes_in(sent, OWN))))
    assert {key: changed[key] for key in numbers} == numbers
    assert {key for key in TICKS if changed[key]} == ticked
    untouched = KEYS.keys() - numbers.keys() - set(TICKS)
    assert {key: changed[key] for key in untouched} == {key: KEYS[key] for key in untouched}


def test_an_address_without_the_form_leaves_ticks_alone() -> None:
    assert changes_in([("candidates.min_age_days", "0"), ("select", "x"), ("protect.names", "y")], OWN) == {
        "candidates.min_age_days": "0"
    }
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
    ],
)
def test_a_value_without_sense_names_its_key(key: str, value: str) -> None:
    with pytest.raises(PolicyError, match=key):
        changed_policy(OWN, {key: value})


def test_changed_keys_are_marked_with_the_value_that_was_sent() -> None:
    fields = {field.key: field for group in policy_fields(OWN, {"limits.max_models": "x"}).values() for field in group}
    assert [key for key, field in fields.items() if field.changed] == ["limits.max_models"]
    assert fields["limits.max_models"].value == "x"
    assert fields["candidates.min_age_days"].value == "30"
    assert fields["styles.on_removal"].choices == ("protect", "delete", "repoint")


def test_the_heart_of_a_policy_is_one_line() -> None:
    assert in_words(OWN) == "fewer than 200 requests a month, listed for 30 days, level critical, high, medium"
