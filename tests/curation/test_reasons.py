"""The table of reasons is whole, and its reasons are given in its order."""

from __future__ import annotations

import pytest

from horde_model_reference.curation import reasons, usage_reasons
from horde_model_reference.curation.budget import LIMITS
from horde_model_reference.curation.plan import Verdict
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.reason import Reason
from horde_model_reference.curation.reasons import LIMIT_REACHED, REASONS


def test_every_declared_reason_is_in_the_table() -> None:
    values = [*vars(reasons).values(), *vars(usage_reasons).values(), *LIMIT_REACHED.values()]
    declared = {(found.code, found.key) for found in values if isinstance(found, Reason)}
    assert declared == {(found.code, found.key) for found in REASONS}


def test_reasons_are_unique_by_code_and_key_and_ordered_by_verdict() -> None:
    named = [(reason.code, reason.key) for reason in REASONS]
    assert len(set(named)) == len(named)
    assert [reason.verdict for reason in REASONS] == sorted(
        (reason.verdict for reason in REASONS), key=list(Verdict).index
    )
    assert all(reason.meaning.endswith(".") for reason in REASONS)


def test_every_policy_key_of_a_reason_exists() -> None:
    keys = {f"{section}.{key}" for section, model in Policy() for key in type(model).model_fields}
    assert {reason.key for reason in REASONS} - {""} <= keys


def test_reasons_of_one_code_speak_for_one_verdict() -> None:
    assert len({(reason.code, reason.verdict) for reason in REASONS}) == len({reason.code for reason in REASONS})


def test_every_limit_of_the_policy_has_its_reason() -> None:
    numbers = {f"limits.{key}" for key, value in Policy().limits if not isinstance(value, bool)}
    assert set(LIMIT_REACHED) == {limit.key for limit in LIMITS} == numbers


@pytest.mark.parametrize(("verdict", "needed"), [("protected", True), ("unknown", True), ("keep", False)])
def test_a_protected_or_unknown_model_is_removed_only_with_a_reason(verdict: str, needed: bool) -> None:
    assert Verdict(verdict).needs_reason is needed
