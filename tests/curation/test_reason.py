"""A reason is declared by the function that yields its sentences."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.curation.reason import reason


def too_loud(_: ModelFacts) -> Iterator[str]:
    """It is too loud."""
    yield "It is 120 dB."


@pytest.mark.parametrize(("code", "expected"), [("", "too_loud"), ("loud", "loud")])
def test_the_function_gives_code_and_meaning(code: str, expected: str) -> None:
    declared = reason(Verdict.KEEP, "protect.names", code=code)(too_loud)
    assert (declared.code, declared.meaning) == (expected, "It is too loud.")
    info = declared.info("It is 120 dB.")
    assert (info.code, info.key, info.verdict, info.sentence) == (
        expected, "protect.names", Verdict.KEEP, "It is 120 dB."
    )  # fmt: skip


def test_a_reason_that_always_holds_has_no_key() -> None:
    assert reason(Verdict.KEEP, "")(too_loud).info("x").key is None
