"""The inputs of a plan as columns."""

from __future__ import annotations

from horde_model_reference.curation.styles import Styles
from tests.support.curation import facts_of


def test_rule_3_unknown_ages_and_styles_are_null() -> None:
    known = facts_of({"a": 3, "b": 5}, days={"a": None}, styles=Styles({"one": "b"}, {})).added
    assert known["age_days"].to_list() == [None, 365]
    assert known["styles_naming"].to_list() == [0, 1]
    assert facts_of({"a": 3}, styles=None).added["styles_naming"].to_list() == [None]
