"""Verdicts told one by one are those of the whole plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from horde_model_reference.curation.planning import make_plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.verdict_builder import verdict_on, verdicts_on
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import PlanError
from tests.support.curation import CROWD, SUBJECT, facts_of, policy_of

NAMES = [SUBJECT, "popular 29"]


def test_some_verdicts_are_those_of_the_plan_in_its_order() -> None:
    facts = facts_of(CROWD | {SUBJECT: 3})
    whole = [verdict for verdict in make_plan(facts, Policy()).verdicts if verdict.name in NAMES]
    assert verdicts_on(facts, Policy(), NAMES) == whole
    assert verdicts_on(facts, Policy(), []) == []
    assert verdict_on(facts, Policy(), SUBJECT) == whole[0]


def test_a_curator_s_reason_of_the_policy_stands_in_the_verdict() -> None:
    facts = facts_of(CROWD | {SUBJECT: 3})
    policy = policy_of({"removal": {"reasons": [{"name": SUBJECT, "code": "low_use"}]}})
    (verdict,) = verdicts_on(facts, policy, [SUBJECT])
    assert verdict.because is not None
    assert verdict.because.code == "low_use"


def test_a_shrunk_catalogue_has_no_verdicts() -> None:
    facts = facts_of(CROWD)
    warning = DataWarning("catalogue_shrunk", "It lost models.")
    shrunk = replace(facts, table=replace(facts.table, warnings=(warning,)))
    with pytest.raises(PlanError, match="shrunk"):
        verdicts_on(shrunk, Policy(), NAMES)
    assert isinstance(verdict_on(shrunk, Policy(), SUBJECT), PlanError)
