"""The table of reasons is whole, and its reasons are given in its order."""

from __future__ import annotations

import pytest

from horde_model_reference.curation import reasons
from horde_model_reference.curation.plan import Verdict
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.reasons import REASONS, Reason


def test_every_declared_reason_is_in_the_table() -> None:
    declared = [value for value in vars(reasons).values() if isinstance(value, Reason)]
    assert sorted(declared, key=lambda reason: reason.code) == sorted(REASONS, key=lambda reason: reason.code)


def test_codes_are_unique_and_ordered_by_verdict() -> None:
    codes = [reason.code for reason in REASONS]
    assert len(set(codes)) == len(codes)
    assert [reason.verdict for reason in REASONS] == sorted(
        (reason.verdict for reason in REASONS), key=list(Verdict).index
    )
    assert all(reason.meaning.endswith(".") for reason in REASONS)


def test_every_policy_key_of_a_reason_exists() -> None:
    keys = {f"{section}.{key}" for section, model in Policy() for key in type(model).model_fields}
    assert {reason.key for reason in REASONS} - {""} <= keys


@pytest.mark.parametrize(("verdict", "needed"), [("protected", True), ("unknown", True), ("keep", False)])
def test_a_protected_or_unknown_model_is_removed_only_with_a_reason(verdict: str, needed: bool) -> None:
    assert Verdict(verdict).needs_reason is needed
