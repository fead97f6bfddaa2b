"""The outcome of a selection: gauges of the limits, and files that a refused plan does not give."""

from __future__ import annotations

import pytest

from horde_model_reference.curation.planning import draft_plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.dashboard.plan_outcome import Gauge, outcome_of
from horde_model_reference.dashboard.plan_view import PlanView
from tests.support.curation import CROWD, SUBJECT, facts_of


@pytest.mark.parametrize(
    ("used", "most", "percent", "exceeded"),
    [
        (0, 10, 0, False),
        (5, 10, 50, False),
        (10, 10, 100, False),
        (11, 10, 100, True),
        (0, 0, 0, False),
        (1, 0, 100, True),
    ],
)
def test_a_gauge_is_full_at_its_limit(used: float, most: float, percent: float, exceeded: bool) -> None:
    gauge = Gauge("Models", used, most, "")
    assert (gauge.percent, gauge.exceeded) == (percent, exceeded)


def test_the_policys_own_choice_is_taken_as_it_is() -> None:
    facts = facts_of(CROWD | {SUBJECT: 0})
    own = draft_plan(facts, Policy())
    outcome = outcome_of(facts, Policy(), own, PlanView())
    assert [found.name for found in outcome.removed] == [SUBJECT]
    assert outcome.effect == own.effect
    assert [file.name for file in outcome.files] == ["plan.md", "removals.patch", "catalogue.json", "plan.json"]
    assert outcome.files[0].use == "its text"


def test_missing_reasons_are_told_before_anything_else() -> None:
    facts = facts_of(CROWD | {SUBJECT: 0}, days={SUBJECT: None})
    own = draft_plan(facts, Policy())
    refused = outcome_of(facts, Policy(), own, PlanView((SUBJECT,)))
    assert [text.partition(":")[0] for text in refused.refusals] == [f"{SUBJECT} is unknown"]
    assert refused.effect.models == 1
    assert outcome_of(facts, Policy(), own, PlanView((SUBJECT,), {SUBJECT: "agreed"})).refusals == []


def test_a_model_that_is_not_there_is_refused_with_the_closest_names() -> None:
    facts = facts_of(CROWD)
    refused = outcome_of(facts, Policy(), draft_plan(facts, Policy()), PlanView(("popular 1",)))
    assert "The closest names are" in refused.refusals[0]
