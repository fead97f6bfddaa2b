"""A plan never ends silently (design section 8): the keys that hold models back, and the models each would release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.plan import HeldBack, Plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.styles import Styles
from tests.support.curation import CROWD, UNLIMITED, facts_of, plan_of, policy_of, removed_from
from tests.support.curation_worlds import worlds

OFF: Mapping[str, Any] = {
    "candidates.month_usage_below": 10**9,
    "candidates.min_age_days": 0,
    "candidates.suspicious_worker_threads": 0,
    "candidates.risk_levels": [level.value for level in RiskLevel],
    "candidates.unused_for_days": 0,
    "candidates.falling_for_days": 0,
    "candidates.min_history_days": 0,
    "protect.names": [],
    "protect.globs": [],
    "protect.top_by_month_usage": 0,
    "protect.last_of_its_kind": False,
    "protect.with_queued_jobs": False,
    "protect.rising": False,
    "protect.seasonal": False,
    "protect.min_worker_threads": 0,
    "styles.on_removal": "delete",
    "limits.max_models": 10**9,
    "limits.max_share_of_models": 100,
    "limits.max_share_of_month_usage": 100,
}
"""The value with which each key holds nothing back."""

WIDE = {"limits": {"max_share_of_models": 100, "max_share_of_month_usage": 100}}


def keys_of(plan: Plan) -> dict[str, HeldBack]:
    return {held.key: held for held in plan.held_back}


def test_every_key_that_can_hold_back_has_its_off_value() -> None:
    sections = {section: type(model) for section, model in Policy() if section != "notice"}
    keys = {f"{section}.{key}" for section, model in sections.items() for key in model.model_fields}
    assert keys - OFF.keys() == {"limits.shrunk_catalogue", "removal.reasons"}


def test_no_key_releases_models_whose_styles_are_unknown() -> None:
    plan = plan_of(facts_of(CROWD | {"perhaps styled": 3}, styles=None))
    assert "styles.on_removal" not in keys_of(plan)
    assert not any("perhaps styled" in held.releases for held in plan.held_back)


def test_each_key_tells_how_many_it_holds_alone_and_would_release() -> None:
    figures = CROWD | {"styled": 3, "young": 4, "both": 5, "plain": 6}
    styles = Styles({"a": "styled", "b": "both"}, {})
    plan = plan_of(facts_of(figures, styles=styles, days={"young": 3, "both": 3}))
    keys = keys_of(plan)
    assert removed_from(plan) == ["plain"]
    assert keys["styles.on_removal"] == HeldBack(key="styles.on_removal", models=2, alone=1, releases=["styled"])
    assert keys["candidates.min_age_days"] == HeldBack(
        key="candidates.min_age_days", models=2, alone=1, releases=["young"]
    )
    used = keys["candidates.month_usage_below"]
    assert (used.models, used.alone) == (len(CROWD), len(CROWD) - 10), "ten are among the most used"
    assert used.releases == [], "each has more than one percent of the month usage"
    assert [held.releases != [] for held in plan.held_back] == [True, True, *[False] * (len(plan.held_back) - 2)]


def test_names_and_patterns_are_keys_of_their_own() -> None:
    plan = plan_of(facts_of(CROWD | {"a": 1, "b": 2}), {"protect": {"names": ["a"], "globs": ["[ab]"]}}, WIDE)
    keys = keys_of(plan)
    assert (keys["protect.names"].models, keys["protect.names"].releases) == (1, [])
    assert (keys["protect.globs"].models, keys["protect.globs"].releases) == (2, ["b"])


def test_a_limit_releases_no_more_than_the_other_limits_allow() -> None:
    plan = plan_of(facts_of(CROWD | {f"low {at}": at for at in range(6)}), {"limits": {"max_models": 1}})
    assert keys_of(plan)["limits.max_models"] == HeldBack(
        key="limits.max_models", models=5, alone=5, releases=["low 1", "low 2"]
    )


def test_a_released_model_takes_the_place_of_one_that_comes_after_it() -> None:
    """The limits stay, so a released model goes only where it comes early enough."""
    figures = CROWD | {"early": 0, "late": 100, "low": 50}
    styles = Styles({"a": "early", "b": "late"}, {})
    plan = plan_of(facts_of(figures, styles=styles), {"limits": {"max_models": 1}})
    assert removed_from(plan) == ["low"]
    held = keys_of(plan)["styles.on_removal"]
    assert (held.models, held.alone, held.releases) == (2, 2, ["early"])


def test_rule_3_a_model_of_unknown_usage_is_released_by_no_key() -> None:
    facts = facts_of(CROWD | {"low": 3}, stats={"day": {}, "month": {}, "total": {}}, days={"low": None})
    plan = plan_of(facts, UNLIMITED)
    assert removed_from(plan) == []
    assert [held.releases for held in plan.held_back] == [[]] * len(plan.held_back)


def test_a_selection_is_held_back_by_nothing() -> None:
    assert plan_of(facts_of(CROWD | {"low": 3}), select=["low"]).held_back == []


@settings(max_examples=25)  # each of which makes a plan for every key
@given(worlds())
def test_each_key_releases_what_a_plan_without_it_removes_besides(
    world: tuple[CurationFacts, list[Mapping[str, Mapping[str, Any]]]],
) -> None:
    """The invariant: nothing is computed apart from the plan that the loosened policy gives."""
    facts, parts = world
    plan = plan_of(facts, *parts)
    keys, removed = keys_of(plan), set(removed_from(plan))
    for key, value in OFF.items():
        section, _, name = key.partition(".")
        loosened = plan_of(facts, *parts, {section: {name: value}})
        besides = [found for found in removed_from(loosened) if found not in removed]
        assert (keys[key].releases if key in keys else []) == besides, key
    assert policy_of(*parts) == plan.policy
