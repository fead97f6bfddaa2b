"""Section 8: ``apply`` trusts a plan's choice of names, not its verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.plan import ModelVerdict, Plan, ReasonInfo
from horde_model_reference.curation.reasons import candidate
from horde_model_reference.curation.rechecking import recheck
from horde_model_reference.curation.styles import Styles
from horde_model_reference.errors import PlanError, UnknownModelError
from horde_model_reference.marks.because import Because, RemovalCode
from tests.support.builders import stats_of
from tests.support.curation import CROWD, UNLIMITED, facts_of, plan_of, removed_from

FIGURES = CROWD | {"one": 1, "two": 2}
NAMES = st.sets(st.sampled_from(sorted(FIGURES)), min_size=1, max_size=6)


def with_verdicts(plan: Plan, change: Callable[[ModelVerdict], Mapping[str, Any]]) -> Plan:
    """A plan whose file was edited."""
    return plan.model_copy(update={"verdicts": [found.model_copy(update=change(found)) for found in plan.verdicts]})


def test_what_may_still_go_goes() -> None:
    decision = recheck(plan_of(facts_of(FIGURES)), facts_of(FIGURES))
    assert (decision.removed, decision.recovered) == (("one", "two"), ())
    assert decision.staying == CROWD.keys()


class TestRecovery:
    @pytest.mark.parametrize(
        ("facts", "reason"),
        [
            ({"threads": {"one": 1}, "jobs": {"one": 2}}, "Jobs waiting for it: 2."),
            ({"styles": Styles({"a": "one"}, {})}, "Styles that name it: 1."),
            ({"stats": stats_of(FIGURES | {"one": 500})}, "500 requests"),
            ({"days": {"one": None}}, "unknown"),
        ],
    )
    def test_what_has_recovered_stays(self, facts: dict[str, Any], reason: str) -> None:
        decision = recheck(plan_of(facts_of(FIGURES)), facts_of(FIGURES, **facts))
        assert decision.removed == ("two",)
        assert [found.name for found in decision.recovered] == ["one"]
        assert reason in decision.recovered[0].reason
        assert decision.staying == CROWD.keys() | {"one"}

    def test_the_reason_of_a_curator_overrides_as_well(self) -> None:
        because = {"one": Because(code=RemovalCode.BROKEN)}
        old = plan_of(facts_of(FIGURES), select=["one"], because=because)
        decision = recheck(old, facts_of(FIGURES, styles=Styles({"a": "one"}, {})))
        assert (decision.removed, decision.reasons) == (("one",), {"one": "broken"})

    def test_the_reason_of_a_policy_overrides_nothing(self) -> None:
        old = plan_of(facts_of(FIGURES), {"removal": {"reasons": [{"name": "one", "code": "broken"}]}})
        assert recheck(old, facts_of(FIGURES)).reasons == {"one": "broken"}
        decision = recheck(old, facts_of(FIGURES, styles=Styles({"a": "one"}, {})))
        assert (decision.removed, [found.name for found in decision.recovered]) == (("two",), ["one"])

    @pytest.mark.parametrize("facts", [{"stats": stats_of({})}, {"styles": None}, {"status": []}])
    def test_rule_3_where_all_is_unknown_nothing_is_removed(self, facts: dict[str, Any]) -> None:
        decision = recheck(plan_of(facts_of(FIGURES)), facts_of(FIGURES, **facts))
        assert decision.removed == ()
        assert [found.name for found in decision.recovered] == ["one", "two"]

    def test_what_spoke_for_it_when_it_was_selected_is_no_news(self) -> None:
        old = plan_of(facts_of(FIGURES, days={"one": 3}), select=["one"])
        decision = recheck(old, facts_of(FIGURES, days={"one": 4}))
        assert (decision.removed, decision.recovered) == (("one",), ())

    def test_an_override_covers_protection_and_ignorance(self) -> None:
        old = plan_of(facts_of(FIGURES, days={"one": None}), select=["one"], overrides={"one": "agreed"})
        assert recheck(old, facts_of(FIGURES, days={"one": None}, styles=Styles({"a": "one"}, {}))).removed == ("one",)
        used = facts_of(FIGURES, days={"one": None}, stats=stats_of(FIGURES | {"one": 900}))
        assert [found.name for found in recheck(old, used).recovered] == ["one"]

    def test_limits_that_others_use_up_now_are_no_recovery(self) -> None:
        """The worst model of now was not so when the plan was made."""
        policy = {"limits": {"max_models": 1}}
        old = plan_of(facts_of(FIGURES, days={"one": 1}), policy)
        assert removed_from(old) == ["two"]
        assert removed_from(plan_of(facts_of(FIGURES), policy)) == ["one"]
        assert recheck(old, facts_of(FIGURES)).removed == ("two",)


class TestEditedPlans:
    @pytest.mark.parametrize("more_reasons", [[], [candidate.info("It was edited.")]])
    def test_verdicts_changed_to_remove_are_refused_by_name(self, more_reasons: list[ReasonInfo]) -> None:
        edited = with_verdicts(
            plan_of(facts_of(FIGURES)),
            lambda found: {"verdict": Verdict.REMOVE, "reasons": [*found.reasons, *more_reasons]},
        )
        with pytest.raises(PlanError, match=r"30 models of the plan may not be removed: 'popular \d\d' \(") as refused:
            recheck(edited, facts_of(FIGURES))
        assert "and 27 more" in refused.value.message
        assert "requests in 30 days" in refused.value.message

    def test_one_whose_reasons_were_taken_out_as_well_removes_no_more(self) -> None:
        """By its own word these models have recovered."""
        plan = plan_of(facts_of(FIGURES), UNLIMITED)
        reason = candidate.info("It was edited.")
        edited = with_verdicts(plan, lambda _: {"verdict": Verdict.REMOVE, "reasons": [reason]})
        decision = recheck(edited, facts_of(FIGURES))
        assert decision.removed == ("one", "two")
        assert len(decision.recovered) == len(CROWD)

    def test_more_models_than_the_limit_are_refused(self) -> None:
        reason = candidate.info("It was edited.")
        edited = with_verdicts(plan_of(facts_of(FIGURES)), lambda _: {"verdict": Verdict.REMOVE, "reasons": [reason]})
        with pytest.raises(PlanError, match=r"removes 32 models; limits\.max_models is 10"):
            recheck(edited, facts_of(FIGURES))

    def test_a_changed_policy_is_refused(self) -> None:
        plan = plan_of(facts_of(FIGURES))
        edited = plan.model_copy(update={"policy": plan_of(facts_of(FIGURES), UNLIMITED).policy})
        with pytest.raises(PlanError, match="its policy is not that of its hash"):
            recheck(edited, facts_of(FIGURES))

    def test_a_model_that_was_not_selected_is_refused(self) -> None:
        plan = plan_of(facts_of(FIGURES), select=["one"])
        both = plan_of(facts_of(FIGURES))
        with pytest.raises(PlanError, match="'two' was not selected"):
            recheck(plan.model_copy(update={"verdicts": both.verdicts}), facts_of(FIGURES))
        with pytest.raises(PlanError, match="'two' was selected, and is not removed"):
            recheck(plan.model_copy(update={"selected": ["one", "two"]}), facts_of(FIGURES))

    def test_an_override_of_what_was_not_selected_is_refused(self) -> None:
        edited = with_verdicts(plan_of(facts_of(FIGURES)), lambda found: {"override": "so"})
        with pytest.raises(PlanError, match="'one' was not selected"):
            recheck(edited, facts_of(FIGURES))

    def test_a_selected_model_that_is_protected_needs_its_override(self) -> None:
        facts = facts_of(FIGURES, styles=Styles({"a": "one"}, {}))
        plan = plan_of(facts, select=["one"], overrides={"one": "agreed"})
        assert recheck(plan, facts).removed == ("one",)
        with pytest.raises(PlanError, match="'one' is protected: Styles that name it: 1"):
            recheck(with_verdicts(plan, lambda _: {"override": None}), facts)

    def test_a_name_twice_or_of_no_model_is_refused(self) -> None:
        plan = plan_of(facts_of(FIGURES))
        with pytest.raises(PlanError, match="it has 'one' 2 times"):
            recheck(plan.model_copy(update={"verdicts": [*plan.verdicts, plan.verdicts[0]]}), facts_of(FIGURES))
        with pytest.raises(UnknownModelError, match="'ones'"):
            recheck(
                with_verdicts(plan, lambda found: {"name": "ones"} if found.name == "one" else {}), facts_of(FIGURES)
            )

    def test_another_revision_is_refused(self) -> None:
        with pytest.raises(PlanError, match="has changed since the plan was made"):
            recheck(plan_of(facts_of(FIGURES)), facts_of(FIGURES | {"three": 3}))

    @given(NAMES)
    def test_whatever_is_named_only_what_may_go_goes(self, names: set[str]) -> None:
        """The invariant: a choice of names, however it came about, removes no more than the policy would."""
        reason = candidate.info("It was edited.")
        edited = with_verdicts(
            plan_of(facts_of(FIGURES)),
            lambda found: (
                {"verdict": Verdict.REMOVE, "reasons": [reason]} if found.name in names else {"verdict": Verdict.KEEP}
            ),
        )
        assert set(recheck(edited, facts_of(FIGURES)).removed) == names & {"one", "two"}


class TestLimits:
    @pytest.mark.parametrize(
        ("limits", "said"),
        [
            ({"max_models": 1}, "limits.max_models is 1"),
            ({"max_share_of_models": 4.0}, "limits.max_share_of_models is 4 percent"),
        ],
    )
    def test_those_of_the_policy_are_computed_again(self, limits: dict[str, Any], said: str) -> None:
        """A plan that was made without them, and edited with its hash."""
        plan = plan_of(facts_of(FIGURES), UNLIMITED)
        policy = plan_of(facts_of(FIGURES), UNLIMITED, {"limits": limits}).policy
        edited = plan.model_copy(update={"policy": policy, "policy_hash": policy.digest()})
        with pytest.raises(PlanError, match=said):
            recheck(edited, facts_of(FIGURES))

    def test_use_that_has_grown_together_exceeds_the_share(self) -> None:
        """Each of them is used too little to have recovered."""
        policy = {"limits": {"max_share_of_month_usage": 0.01}}
        plan = plan_of(facts_of(FIGURES), policy)
        assert removed_from(plan) == ["one", "two"]
        grown = facts_of(FIGURES, stats=stats_of(FIGURES | {"one": 199, "two": 199}))
        with pytest.raises(PlanError, match=r"limits\.max_share_of_month_usage is 0\.01 percent"):
            recheck(plan, grown)
