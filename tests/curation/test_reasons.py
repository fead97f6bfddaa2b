"""The table of reasons is whole, and its reasons are given in its order."""

from __future__ import annotations

import inspect

from horde_model_reference.curation import past_reasons, present_reasons
from horde_model_reference.curation.plan import Verdict
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.reasons import CANDIDATE, LIMIT_REACHED, NOT_SELECTED, REASONS, SELECTED


def test_every_reason_says_where_it_holds_but_those_of_the_choice() -> None:
    """By the function of its name; and no function is left out."""
    of_the_choice = (LIMIT_REACHED, NOT_SELECTED, CANDIDATE, SELECTED)
    asked = {reason.code: reason.said for reason in REASONS if reason not in of_the_choice}
    functions = {
        name: function
        for module in (present_reasons, past_reasons)
        for name, function in inspect.getmembers(module, inspect.isgeneratorfunction)
    }
    assert asked == functions | {"protected_by_name": present_reasons.protected_by_name}


def test_codes_are_told_apart_and_ordered_by_verdict() -> None:
    codes = [reason.code for reason in REASONS]
    assert len(set(codes)) == len(codes)
    assert [reason.verdict for reason in REASONS] == sorted(
        (reason.verdict for reason in REASONS), key=list(Verdict).index
    )
    assert all(reason.meaning.endswith(".") for reason in REASONS)


def test_every_key_exists() -> None:
    keys = {f"{section}.{key}" for section, model in Policy() for key in type(model).model_fields}
    assert {reason.key for reason in REASONS} - {""} <= keys
