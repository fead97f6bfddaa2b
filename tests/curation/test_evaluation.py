"""The evaluation of all models, in columns; test_verdict_table.py compares it with plans."""

from __future__ import annotations

from horde_model_reference.curation.evaluation import evaluate
from horde_model_reference.curation.policy import Policy
from tests.support.curation import CROWD, SUBJECT, facts_of


def test_candidates_are_the_models_without_a_reason_in_the_order_of_removal() -> None:
    facts = facts_of(CROWD | {SUBJECT: 3, "unused": 0})
    assert evaluate(facts, Policy()).candidates().rows() == [("unused", 0), (SUBJECT, 3)]
