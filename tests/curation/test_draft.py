"""A plan in columns is the plan that is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given

from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.planning import Choice, complete_plan, draft_plan, make_plan
from horde_model_reference.curation.policy import Policy
from tests.support.curation import CROWD, SUBJECT, facts_of, policy_of, removed_from
from tests.support.curation_worlds import worlds


@given(worlds())
def test_the_draft_has_the_verdicts_of_the_plan(
    world: tuple[CurationFacts, list[Mapping[str, Mapping[str, Any]]]],
) -> None:
    facts, parts = world
    policy = policy_of(*parts)
    plan, draft = make_plan(facts, policy), draft_plan(facts, policy)
    columns = draft.models.select("name", "verdict", "verdict_reasons").rows()
    assert columns == [
        (found.name, found.verdict.value, list(dict.fromkeys(reason.code for reason in found.reasons)))
        for found in plan.verdicts
    ]
    assert draft.removed == plan.removed
    assert draft.suspicious["name"].to_list() == [found.name for found in plan.suspicious]
    some = [found.name for found in plan.verdicts[::2]]
    assert draft.verdicts_on(some) == plan.verdicts[::2]
    assert complete_plan(draft, Choice()) == plan


def test_a_draft_of_a_selection_removes_what_is_selected() -> None:
    facts = facts_of(CROWD | {SUBJECT: 3, "other": 2})
    choice = Choice((SUBJECT,))
    draft = draft_plan(facts, Policy(), choice)
    assert [found.name for found in draft.removed] == removed_from(make_plan(facts, Policy(), choice)) == [SUBJECT]
    assert draft.effect.models == 1
    assert draft.companions is not None
