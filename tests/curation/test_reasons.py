"""The table of reasons is whole, and its reasons are given in its order."""

from __future__ import annotations

from typing import Any

import pytest

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation import reasons, usage_reasons
from horde_model_reference.curation.budget import LIMITS
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.reason import Reason
from horde_model_reference.curation.reasons import LIMIT_REACHED, REASONS
from horde_model_reference.errors import PlanError
from tests.support.builders import stats_of, status_of
from tests.support.curation import CROWD, codes_of, facts_of, plan_of, removed_from, verdicts_of


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


def test_a_suspicious_model_is_no_plain_candidate() -> None:
    """Design section 8: many workers and no use is called suspicious; only a person's reason removes it."""
    facts = facts_of(CROWD | {"odd": 0, "plain": 0}, threads={"odd": 12, "plain": 1})
    plan = plan_of(facts)
    assert removed_from(plan) == ["plain"]
    assert [found.name for found in plan.suspicious] == ["odd"]
    (reason,) = verdicts_of(plan)["odd"].reasons
    assert (reason.verdict, reason.code) == (Verdict.UNKNOWN, "suspicious")
    assert reason.sentence.startswith("Suspicious: 12 worker threads and no request in 30 days;")
    (held,) = [found for found in plan.held_back if found.key == "candidates.suspicious_worker_threads"]
    assert (held.models, held.alone, held.releases) == (1, 1, ["odd"])
    with pytest.raises(PlanError, match="'odd' is unknown: Suspicious: 12 worker threads"):
        plan_of(facts, select=["odd"])
    chosen = plan_of(facts, select=["odd"], overrides={"odd": "it is broken"})
    assert codes_of(verdicts_of(chosen)["odd"]) == ["suspicious", "selected"]
    assert chosen.suspicious == []


@pytest.mark.parametrize(
    ("stats", "status"),
    [
        ({"day": {}, "month": {}, "total": {}}, status_of({"odd": 12})),
        (stats_of(CROWD | {"odd": 0}), [{"name": "odd", "count": None}, *status_of({"x": 1})]),
    ],
    ids=["use", "workers"],
)
def test_rule_3_an_unknown_figure_makes_no_model_suspicious(stats: Any, status: Any) -> None:
    """It is unknown for another reason."""
    verdict = verdicts_of(plan_of(facts_of(CROWD | {"odd": 0}, stats=stats, status=status)))["odd"]
    assert "suspicious" not in codes_of(verdict)
    assert verdict.verdict is Verdict.UNKNOWN
