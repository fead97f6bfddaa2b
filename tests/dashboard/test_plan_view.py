"""The state of the plan page: it stands in the address, and comes back from it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.planning import draft_plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.dashboard.plan_view import FILTERS, LONGEST_LINK, PlanView, Tab
from tests.support.builders import IMAGE
from tests.support.curation import facts_of
from tests.support.hostile_names import HOSTILE_NAMES

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1) | st.sampled_from(sorted(HOSTILE_NAMES.values()))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
views = st.builds(
    PlanView,
    names=st.none() | st.lists(names, max_size=4, unique=True).map(tuple),
    reasons=st.just({}),
    policy=st.just({}) | st.just({"candidates.min_age_days": "0", "protect.rising": "false"}),
    tab=st.none() | st.sampled_from(Tab),
    page=st.integers(0, 99),
    filters=st.dictionaries(st.sampled_from(sorted(FILTERS)), texts.filter(bool)),
)


def read(address: str) -> PlanView:
    return PlanView.read(parse_qsl(urlsplit(address).query, keep_blank_values=True), Policy())


@given(views)
def test_the_whole_state_is_in_the_address(view: PlanView) -> None:
    assert read(view.address(IMAGE)) == view


@given(st.lists(names, max_size=4, unique=True), st.dictionaries(names, names.filter(str.strip), max_size=3))
def test_reasons_of_ticked_models_come_through(chosen: list[str], reasons: dict[str, str]) -> None:
    view = PlanView(tuple(chosen), reasons)
    found = read(view.address(IMAGE))
    assert found.reasons == {name: reason for name, reason in reasons.items() if name in chosen}
    assert found.choice() == view.choice()


def test_a_long_selection_has_no_link() -> None:
    many = PlanView(tuple(f"a model of a long name {at}" for at in range(100)))
    assert many.link(IMAGE) is None
    assert len(PlanView((many.names or ())[:10]).link(IMAGE) or "") <= LONGEST_LINK
    assert PlanView().link(IMAGE) == "/plan/image_generation"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([], None),
        ([("asked", "1")], ()),
        ([("select", "a"), ("select", "b"), ("select", "a")], ("a", "b")),
        ([("select", "a%0Ab"), ("x", "y")], ("a\nb",)),
        ([("asked", "1"), ("select", "a"), ("follow", "1")], None),
    ],
)
def test_a_form_tells_nobody_asked_from_nothing_ticked(
    fields: list[tuple[str, str]], expected: tuple[str, ...] | None
) -> None:
    assert PlanView.read(fields, Policy()).names == expected


@pytest.mark.parametrize("page", ["", "-1", "x", "٣", "1" * 30])
def test_a_senseless_place_is_the_first(page: str) -> None:
    view = PlanView.read([("tab", "nothing"), ("page", page)], Policy())
    assert (view.tab, view.page) == (None, 0)


def test_the_ticks_of_another_policy_are_shown_with_it() -> None:
    """The tab that was open may have none of them."""
    assert PlanView.read([("tab", "kept"), ("follow", "1")], Policy()).tab is None


def test_the_last_button_counts() -> None:
    assert PlanView.read([("tab", "kept"), ("tab", "unknown")], Policy()).tab is Tab.UNKNOWN


def test_another_policy_begins_with_its_own_proposals() -> None:
    view = PlanView(("a",), {"a": "x"}, {"protect.rising": "false"}, Tab.KEPT, 3)
    changed = view.with_policy("candidates.min_age_days", "0")
    assert (changed.names, changed.tab, changed.page) == (None, None, 0)
    assert changed.policy == {"protect.rising": "false", "candidates.min_age_days": "0"}


def test_every_verdict_has_a_tab_and_marks_have_one() -> None:
    assert {tab.verdict for tab in Tab} == {*Verdict, None}


def test_filters_let_the_models_pass_that_they_name() -> None:
    facts = facts_of({"Some Model": 0}, days={"Some Model": None}, records={"Some Model": {"baseline": "flux_1"}})
    models = draft_plan(facts, Policy()).models

    def lists(**filters: str) -> bool:
        return PlanView(filters=filters).listed(models).height == 1

    assert lists(search="model", level="critical", reason="age_unknown", baseline="flux_1", size="up to 2.6 GB")
    assert not lists(search="other")
    assert not lists(level="low")
    assert not lists(reason="rising")
    assert not lists(baseline="flux_2")
    assert not lists(size="from 20 GB")
    assert not lists(size="no such size")
