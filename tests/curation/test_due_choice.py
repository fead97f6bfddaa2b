"""``plan --due``: the marked models whose day has come and that still qualify."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.due_choice import due_choice
from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.planning import make_plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.rechecking import recheck
from horde_model_reference.curation.styles import Styles
from horde_model_reference.errors import PlanError
from horde_model_reference.marks.because import Because, RemovalCode
from horde_model_reference.marks.mark import Mark, Marks
from horde_model_reference.marks.mark_state import MarkState
from tests.support.builders import FETCHED
from tests.support.curation import CROWD, UNLIMITED, facts_of, policy_of, removed_from
from tests.support.marks import mark_of

TODAY = FETCHED.date()
FIGURES = {"a": 3, "b": 2, "c": 1, "used": 900}


def marked(name: str, days: int = 0, **keys: Any) -> Mark:
    return mark_of(name, **({"since": TODAY - timedelta(days=40), "remove_after": TODAY + timedelta(days=days)} | keys))


def facts_with(*marks: Mark, figures: Mapping[str, int] | None = None, **more: Any) -> CurationFacts:
    return replace(facts_of(CROWD | dict(figures or FIGURES), **more), marks=Marks(marks))


def due_plan(facts: CurationFacts, policy: Policy | None = None) -> Plan:
    policy = policy or policy_of(UNLIMITED)
    return make_plan(facts, policy, due_choice(facts, policy))


def test_due_models_go_with_the_reasons_of_their_marks_and_others_are_listed() -> None:
    facts = facts_with(marked("a", detail="few"), marked("b", 1), marked("used"), marked("absent"))
    plan = due_plan(facts)
    assert (removed_from(plan), plan.selected, plan.due) == (["a"], ["a"], True)
    assert plan.removed[0].because == Because(code=RemovalCode.LOW_USE, detail="few")
    states = {found.name: found.deletion_mark.state.value for found in plan.marks or ()}
    assert states == {"a": "due", "b": "waiting", "used": "recovered", "absent": "gone"}


def test_a_broken_model_goes_although_it_is_used_and_named_by_a_style() -> None:
    """Its style's author had the notice."""
    mark = marked("used", because="broken", styles=["s"])
    assert removed_from(due_plan(facts_with(mark, styles=Styles({"s": "used"}, {})))) == ["used"]


def test_when_none_is_due_nothing_goes() -> None:
    plan = due_plan(facts_with(marked("a", 1)))
    assert (removed_from(plan), plan.selected, plan.due) == ([], [], True)
    assert plan.verdicts[0].reasons[0].code == "not_selected"


def test_the_limits_of_the_policy_hold_and_the_others_stay_due() -> None:
    facts = facts_with(marked("a"), marked("b"), marked("c"))
    plan = due_plan(facts, policy_of(UNLIMITED, {"limits": {"max_models": 2}}))
    assert removed_from(plan) == ["c", "b"]
    assert [found.deletion_mark.state for found in plan.marks or ()] == [MarkState.DUE] * 3


def test_rule_3_marks_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(PlanError, match="Which models are marked is unknown"):
        due_choice(replace(facts_with(), marks=None), Policy())


class TestApplyingLater:
    def later(self, *marks: Mark, **more: Any) -> tuple[tuple[str, ...], dict[str, str]]:
        plan = due_plan(facts_with(marked("a"), marked("b")))
        decision = recheck(plan, facts_with(*marks, **more))
        return decision.removed, {found.name: found.reason for found in decision.recovered}

    def test_what_is_still_due_goes(self) -> None:
        assert self.later(marked("a"), marked("b")) == (("b", "a"), {})

    def test_a_mark_that_was_taken_away_keeps_the_model(self) -> None:
        assert self.later(marked("a")) == (("a",), {"b": "It is not marked."})

    def test_a_later_day_keeps_the_model(self) -> None:
        assert self.later(marked("a"), marked("b", 1)) == (("a",), {"b": "Its mark is waiting."})

    def test_a_new_style_keeps_the_model(self) -> None:
        found = self.later(marked("a"), marked("b", styles=[]), styles=Styles({"s": "b"}, {}))
        assert found == (("a",), {"b": "Its mark is recovered. Styles that name it now: s."})
