"""The comparison of plans: changed verdicts with their reasons, and files that are no plan are refused."""

from __future__ import annotations

import pytest

from horde_model_reference.curation.policy import Policy
from horde_model_reference.dashboard.comparison_page import comparison_page
from horde_model_reference.dashboard.plan_view import PlanView
from horde_model_reference.errors import PlanError
from horde_model_reference.reports.json_report import to_json
from tests.support.builders import TEXT
from tests.support.curation import CROWD, SUBJECT, facts_of, plan_of
from tests.support.markup import Markup

EARLIER = facts_of(CROWD | {SUBJECT: 0, "<b>gone": 0})
NOW = facts_of(CROWD | {SUBJECT: 900})


def page(content: bytes, view: PlanView | None = None) -> str:
    return comparison_page(NOW.table, NOW, Policy(), view or PlanView(), content)


def test_changed_verdicts_are_told_with_their_reasons() -> None:
    text = page(to_json(plan_of(EARLIER)))
    assert "2 models changed" in text
    assert "It had 900 requests in 30 days, not less than 200." in text
    assert "not in the catalogue" in text
    assert "&lt;b&gt;gone" in text
    assert Markup(text).inline() == []


def test_the_same_plan_has_no_change() -> None:
    assert "Nothing changed" in page(to_json(plan_of(NOW)))


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", to_json(plan_of(facts_of({"a/b": 0}, category=TEXT)))])
def test_what_is_no_plan_of_the_category_is_refused(content: bytes) -> None:
    with pytest.raises(PlanError):
        page(content)
