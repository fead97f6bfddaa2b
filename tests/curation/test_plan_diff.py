"""What is different between two plans."""

from __future__ import annotations

from horde_model_reference.curation.plan_diff import ABSENT, compare
from horde_model_reference.curation.styles import Styles
from tests.support.curation import CROWD, facts_of, plan_of

BEFORE = plan_of(facts_of(CROWD | {"recovers": 10, "falls": 5000, "stays": 20, "goes": 30, "styled": 40}))


def test_new_candidates_recovered_ones_and_changed_verdicts_are_told_with_their_reasons() -> None:
    figures = CROWD | {"recovers": 900, "falls": 0, "stays": 25, "comes": 50, "styled": 40}
    styles = Styles({"a": "styled"}, {})
    limits = {"limits": {"max_models": 2}}
    changes = {found.name: found for found in compare(BEFORE, plan_of(facts_of(figures, styles=styles), limits))}
    assert {name: (found.before, found.after) for name, found in changes.items()} == {
        "comes": (ABSENT, "keep"),
        "falls": ("keep", "remove"),
        "goes": ("remove", ABSENT),
        "recovers": ("remove", "keep"),
        "styled": ("keep", "protected"),
    }
    assert "It had 900 requests in 30 days" in changes["recovers"].why
    assert "Risk level critical; never used" in changes["falls"].why
    assert "No longer: It had 5,000 requests" in changes["falls"].why
    assert "A limit of the plan is reached" in changes["comes"].why
    assert "Styles that name it: 1." in changes["styled"].why
    assert changes["goes"].why == ""


def test_the_same_plan_has_no_changes() -> None:
    assert compare(BEFORE, BEFORE) == []


def test_other_figures_under_the_same_verdict_are_no_change() -> None:
    figures = CROWD | {"recovers": 11, "falls": 6000, "stays": 21, "goes": 31, "styled": 41}
    assert compare(BEFORE, plan_of(facts_of(figures))) == []


def test_changes_are_in_the_order_of_names() -> None:
    changes = compare(BEFORE, plan_of(facts_of(CROWD), {"protect": {"globs": ["*"]}}))
    names = [found.name for found in changes]
    assert names == sorted(names)
