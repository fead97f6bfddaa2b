"""The judgement of all models, in columns; test_judged_table.py compares it with plans."""

from __future__ import annotations

from horde_model_reference.curation.judging import judge
from horde_model_reference.curation.policy import Policy
from tests.support.curation import CROWD, SUBJECT, facts_of


def test_candidates_are_the_models_without_a_reason_in_the_order_of_removal() -> None:
    facts = facts_of(CROWD | {SUBJECT: 3, "unused": 0})
    assert judge(facts, Policy()).candidates().rows() == [("unused", 0), (SUBJECT, 3)]
