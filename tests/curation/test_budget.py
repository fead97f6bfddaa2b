"""The limits of a plan: one that does not fit leaves room for the next."""

from __future__ import annotations

from typing import Any

import pytest

from horde_model_reference.curation.budget import LIMITS, Whole, filled
from horde_model_reference.curation.policy import Limits

CANDIDATES = [("a", 10), ("b", None), ("c", 30), ("d", 5), ("e", 0)]
WHOLE = Whole(models=20, usage_month=1000)
OPEN = {"max_models": 100, "max_share_of_models": 100.0, "max_share_of_month_usage": 100.0}


def reached(limits: dict[str, Any], without: str = "", whole: Whole = WHOLE) -> dict[str, str | None]:
    """The key of the limit that each candidate would exceed."""
    found = filled(CANDIDATES, whole, Limits.model_validate(OPEN | limits), without)
    return {name: None if limit is None else limit.key for name, limit in found}


@pytest.mark.parametrize(
    ("limits", "kept"),
    [
        ({}, []),
        ({"max_models": 3}, ["d", "e"]),
        ({"max_share_of_models": 15.0}, ["d", "e"]),
        ({"max_share_of_models": 14.9}, ["c", "d", "e"]),
        ({"max_share_of_month_usage": 1.5}, ["c"]),
        ({"max_share_of_month_usage": 0.0}, ["a", "c", "d"]),
    ],
)
def test_each_limit_keeps_those_that_do_not_fit(limits: dict[str, Any], kept: list[str]) -> None:
    (key,) = limits or {"": None}
    expected = {name: f"limits.{key}" if name in kept else None for name, _ in CANDIDATES}
    assert reached(limits) == expected
    assert set(reached(limits, without=f"limits.{key}").values()) == {None}


@pytest.mark.parametrize("month", [None, 0])
def test_rule_3_without_known_usage_there_is_no_share_of_it(month: int | None) -> None:
    assert set(reached({"max_share_of_month_usage": 0.0}, whole=Whole(20, month)).values()) == {None}


def test_a_limit_is_told_with_its_value() -> None:
    limits = Limits(max_models=1_000_000, max_share_of_models=2.5, max_share_of_month_usage=1)
    assert [limit.sentence(limits) for limit in LIMITS] == [
        "limits.max_models is 1000000",
        "limits.max_share_of_models is 2.5 percent",
        "limits.max_share_of_month_usage is 1 percent",
    ]
