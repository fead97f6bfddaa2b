"""The rows of a risk table carry the verdicts of a plan, which nothing else computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond, respond_for_model
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.planning import make_plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.styles import Styles
from horde_model_reference.curation.verdict_builder import verdict_on
from horde_model_reference.curation.verdict_table import verdict_table, verdict_table_key
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import PlanError
from horde_model_reference.marks.mark import Marks
from horde_model_reference.marks.mark_state import DeletionMark, MarkState
from tests.curation.test_real_plans import facts_from
from tests.support.builders import IMAGE, TEXT
from tests.support.curation import CROWD, SUBJECT, UNLIMITED, facts_of, policy_of
from tests.support.curation_worlds import worlds
from tests.support.marks import mark_of

SHRUNK = DataWarning("catalogue_shrunk", "It lost models.")


def rows_of(facts: CurationFacts, policy: Policy) -> dict[str, tuple[str | None, list[str] | None]]:
    """Verdict and codes of every row, by name."""
    table = verdict_table(facts, policy, verdict_table_key(facts, policy))
    return {name: (verdict, codes) for name, verdict, codes in table.rows["name", "verdict", "verdict_reasons"].rows()}


def planned(facts: CurationFacts, policy: Policy) -> dict[str, tuple[str, list[str]]]:
    """Verdict and codes of every model of a plan, by name."""
    return {
        found.name: (found.verdict.value, list(dict.fromkeys(reason.code for reason in found.reasons)))
        for found in make_plan(facts, policy).verdicts
    }


@given(worlds())
def test_rows_and_plan_agree(world: tuple[CurationFacts, list[Mapping[str, Mapping[str, Any]]]]) -> None:
    """The invariant: whatever the models and the policy, there is one verdict."""
    facts, parts = world
    policy = policy_of(*parts)
    assert rows_of(facts, policy) == planned(facts, policy)
    for found in make_plan(facts, policy).verdicts:
        assert verdict_on(facts, policy, found.name) == found


@pytest.mark.parametrize("category", [IMAGE, TEXT])
async def test_rows_and_plan_agree_on_the_real_catalogues(
    shared_data: Path, category: MODEL_REFERENCE_CATEGORY
) -> None:
    facts = await facts_from(shared_data, category)
    for policy in (Policy(), policy_of(UNLIMITED, {"protect": {"last_of_its_kind": False}})):
        rows = rows_of(facts, policy)
        assert rows == planned(facts, policy)
        assert len({verdict for verdict, _ in rows.values()}) > 1


def test_rule_3_while_plans_are_refused_verdicts_are_unknown() -> None:
    facts = facts_of(CROWD | {SUBJECT: 3})
    shrunk = replace(facts, table=replace(facts.table, warnings=(SHRUNK,)))
    assert set(rows_of(shrunk, Policy()).values()) == {(None, None)}
    assert isinstance(verdict_on(shrunk, Policy(), SUBJECT), PlanError)
    allowed = policy_of({"limits": {"shrunk_catalogue": True}})
    assert rows_of(shrunk, allowed) == planned(shrunk, allowed)


def test_a_family_has_no_verdict_but_its_members_have() -> None:
    facts = facts_of({"a/Wren-7B": 3, "b/Wren-8B": 900}, category=TEXT)
    table = verdict_table(facts, Policy(), "a key")
    (family,) = respond(table, RiskQuery(group_text_models=True)).models
    assert (family.verdict, family.verdict_reasons) == (None, None)
    detail = respond_for_model(table, "b/Wren-8B")
    assert detail.verdict == "protected"
    assert detail.verdict_reasons == ["among_the_most_used", "last_of_its_kind", "used_enough"]


def test_a_table_that_was_never_judged_has_no_verdicts() -> None:
    assert {row.verdict for row in respond(facts_of({"a": 1}).table, RiskQuery()).models} == {None}


def test_all_that_a_verdict_follows_from_is_in_the_key() -> None:
    facts = facts_of({SUBJECT: 3})
    others = [
        facts,
        replace(facts, listings={SUBJECT: Listing(1.7e9)}),
        replace(facts, styles=Styles({"a style": SUBJECT}, {})),
        replace(facts, styles=None),
        replace(facts, history_away=True),
        replace(facts, marks=Marks((mark_of(SUBJECT),))),
        replace(facts, marks=Marks((mark_of(SUBJECT),)), styles=Styles({"one": SUBJECT}, {})),
        replace(facts, marks=Marks((mark_of(SUBJECT),)), styles=Styles({"two": SUBJECT}, {})),
        replace(facts, table=replace(facts.table, key="another")),
    ]
    keys = [verdict_table_key(found, Policy()) for found in others]
    keys.append(verdict_table_key(facts, policy_of({"limits": {"max_models": 1}})))
    assert len(set(keys)) == len(keys)
    assert verdict_table_key(replace(facts), Policy()) == keys[0]


def test_the_marks_of_other_categories_are_not_in_the_key() -> None:
    facts = facts_of({SUBJECT: 3})
    other = Marks((mark_of(SUBJECT, category="text_generation"),))
    assert verdict_table_key(replace(facts, marks=other), Policy()) == verdict_table_key(facts, Policy())


def marked_rows(facts: CurationFacts) -> dict[str, DeletionMark | None]:
    rows = respond(verdict_table(facts, Policy(), "a key"), RiskQuery(preset="marked")).models
    return {row.name: row.deletion_mark for row in rows}


MARKED = Marks((mark_of(SUBJECT), mark_of("popular 01")))


def test_rows_and_plan_agree_on_marks() -> None:
    facts = replace(facts_of(CROWD | {SUBJECT: 3}), marks=MARKED)
    planned = make_plan(facts, Policy()).marks
    assert planned is not None
    assert marked_rows(facts) == {found.name: found.deletion_mark for found in planned}
    assert [found.deletion_mark.state for found in planned] == [MarkState.DUE, MarkState.RECOVERED]


def test_rule_3_the_marks_of_a_shrunk_catalogue_are_unknown() -> None:
    facts = replace(facts_of(CROWD | {SUBJECT: 3}), marks=MARKED)
    found = marked_rows(replace(facts, table=replace(facts.table, warnings=(SHRUNK,))))
    assert [mark and mark.state for mark in found.values()] == [MarkState.UNKNOWN] * 2


def test_rule_3_marks_that_cannot_be_read_are_no_marks() -> None:
    assert marked_rows(replace(facts_of({SUBJECT: 3}), marks=None)) == {}


def test_nothing_else_in_the_rows_changes() -> None:
    facts = facts_of(CROWD | {SUBJECT: 3})
    judged = verdict_table(facts, Policy(), "a key")
    assert judged.rows.schema == facts.table.rows.schema
    dropped = ("verdict", "verdict_reasons")
    assert judged.rows.drop(dropped).equals(facts.table.rows.drop(dropped))
    assert judged.key == "a key"
