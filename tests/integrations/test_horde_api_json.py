"""JSON of the Horde: repeated keys are marked, and numbers are bounded."""

from __future__ import annotations

import math

import pytest

from horde_model_reference.body_limits import BodyLimitError
from horde_model_reference.integrations.horde_api_json import REPEATED, loads
from horde_model_reference.json_text import LONGEST_NUMBER


def test_a_repeated_key_has_no_value() -> None:
    """Rule 3: which of two figures is right cannot be told."""
    assert loads(b'{"month": {"a": 1, "b": 2, "a": 3}}') == {"month": {"a": REPEATED, "b": 2.0}}


def test_a_key_may_stand_once_in_each_object() -> None:
    assert loads(b'{"day": {"a": 1}, "month": {"a": 1}}') == {"day": {"a": 1.0}, "month": {"a": 1.0}}


def test_a_number_of_thousands_of_digits_is_infinite() -> None:
    assert loads(b"[" + b"9" * (LONGEST_NUMBER + 1) + b"]") == [math.inf]


def test_nesting_beyond_the_limit_is_refused() -> None:
    with pytest.raises(BodyLimitError):
        loads(b"[" * 100_000)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": }'])
def test_a_body_that_is_no_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        loads(body)
