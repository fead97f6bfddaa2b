"""The state of each mark, from the present data (design section 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.mark_standings import VERDICTS, MarkStanding, against, mark_standings, state_of
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.styles import Styles
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.marks.because import CODES, RemovalCode
from horde_model_reference.marks.mark import Mark, Marks
from horde_model_reference.marks.mark_state import MarkState
from tests.support.builders import FETCHED, TEXT, status_of
from tests.support.curation import CROWD, SUBJECT, facts_of, policy_of
from tests.support.curation_worlds import worlds
from tests.support.marks import mark_of

TODAY = FETCHED.date()
SINCE = TODAY - timedelta(days=40)
PAST = {"since": SINCE, "remove_after": TODAY}
FUTURE = {"since": SINCE, "remove_after": TODAY + timedelta(days=1)}
NO_STATS: dict[str, dict[str, int]] = {"day": {}, "month": {}, "total": {}}


def facts_with(mark: Mark, figures: Mapping[str, int], **more: Any) -> CurationFacts:
    return replace(facts_of(CROWD | dict(figures), **more), marks=Marks((mark,)))


def standing(mark: Mark, figures: Mapping[str, int], policy: Policy | None = None, **more: Any) -> MarkStanding:
    (found,) = mark_standings(facts_with(mark, figures, **more), policy or Policy())
    return found


def state(figures: Mapping[str, int], policy: Policy | None = None, *, keys: Any = None, **more: Any) -> MarkState:
    return standing(mark_of(SUBJECT, **(keys or PAST)), figures, policy, **more).state


def test_a_mark_is_due_on_its_day_while_the_model_qualifies() -> None:
    assert state({SUBJECT: 3}) is MarkState.DUE
    assert state({SUBJECT: 3}, keys=FUTURE) is MarkState.WAITING


def test_use_above_the_policy_s_threshold_is_recovered_and_said() -> None:
    for keys in (PAST, FUTURE):
        found = standing(mark_of(SUBJECT, **keys), {SUBJECT: 200})
        assert found.state is MarkState.RECOVERED
        assert "It had 200 requests in 30 days, not less than 200." in found.reasons
    assert state({SUBJECT: 200}, policy_of({"candidates": {"month_usage_below": 201}})) is MarkState.DUE


def test_the_limits_of_a_plan_say_nothing_of_a_model() -> None:
    assert state({SUBJECT: 3}, policy_of({"limits": {"max_models": 0}})) is MarkState.DUE


@pytest.mark.parametrize(
    ("marked", "naming", "expected"),
    [
        ([], ["new"], MarkState.RECOVERED),
        (["old"], ["old"], MarkState.DUE),
        (["old", "left"], ["old"], MarkState.DUE),
        (["old"], ["old", "new"], MarkState.RECOVERED),
        (None, ["old"], MarkState.RECOVERED),
        (None, [], MarkState.DUE),
    ],
)
@pytest.mark.parametrize("code", [RemovalCode.LOW_USE, RemovalCode.BROKEN])
def test_new_dependants_are_recovered(
    marked: list[str] | None, naming: list[str], expected: MarkState, code: RemovalCode
) -> None:
    """Without a record of the styles, the policy decides."""
    mark = mark_of(SUBJECT, **PAST, styles=marked, because=code)
    found = standing(mark, {SUBJECT: 3}, styles=Styles(dict.fromkeys(naming, SUBJECT), {}))
    assert found.state is expected
    if expected is MarkState.RECOVERED and marked is not None:
        assert found.reasons == ("Styles that name it now: new.",)


def test_a_policy_that_changes_styles_lets_a_mark_without_a_record_be_due() -> None:
    styles = Styles({"s": SUBJECT}, {})
    changing = policy_of({"styles": {"on_removal": "delete"}})
    assert state({SUBJECT: 3}, changing, styles=styles) is MarkState.DUE
    assert state({SUBJECT: 3}, changing, styles=styles, keys={**PAST, "styles": []}) is MarkState.RECOVERED


@pytest.mark.parametrize("code", RemovalCode)
def test_rule_3_unknown_use_is_never_due(code: RemovalCode) -> None:
    """Design 10: whatever the reason of the mark."""
    keys = {**PAST, "because": code, "detail": "x"}
    assert state({SUBJECT: 3}, keys=keys, stats=NO_STATS, status=status_of({"x": 1})) is MarkState.UNKNOWN


@pytest.mark.parametrize("code", RemovalCode)
def test_rule_3_unknown_styles_are_never_due(code: RemovalCode) -> None:
    assert state({SUBJECT: 3}, keys={**PAST, "because": code, "detail": "x"}, styles=None) is MarkState.UNKNOWN


def test_an_unknown_age_is_unknown() -> None:
    assert state({SUBJECT: 3}, days={SUBJECT: None}) is MarkState.UNKNOWN


@pytest.mark.parametrize("code", RemovalCode)
def test_use_decides_for_some_reasons_alone(code: RemovalCode) -> None:
    keys = {**PAST, "because": code, "detail": "x"}
    expected = MarkState.RECOVERED if CODES[code].use_decides else MarkState.DUE
    assert state({SUBJECT: 50_000}, keys=keys) is expected
    protected = policy_of({"protect": {"names": [{"name": SUBJECT}]}})
    assert state({SUBJECT: 3}, protected, keys=keys) is MarkState.RECOVERED


def test_a_model_that_is_no_longer_listed_is_gone_or_replaced() -> None:
    assert standing(mark_of("absent", **PAST), {}).state is MarkState.GONE
    assert standing(mark_of("absent", **PAST, replacement="absent too"), {}).state is MarkState.GONE
    assert standing(mark_of("absent", **PAST, replacement="popular 01"), {}).state is MarkState.REPLACED


def test_rule_3_a_doubtful_catalogue_tells_nothing_of_an_absent_model() -> None:
    facts = facts_with(mark_of("absent", **PAST), {})
    warning = DataWarning("catalogue_shrunk", "It lost models.")
    shrunk = replace(facts, table=replace(facts.table, warnings=(warning,)))
    skipped = replace(facts, table=replace(facts.table, skipped={"absent": "It has no name."}))
    for doubtful in (shrunk, skipped):
        for policy in (Policy(), policy_of({"limits": {"shrunk_catalogue": True}})):
            assert [found.state for found in mark_standings(doubtful, policy)] == [MarkState.UNKNOWN]


def test_marks_of_other_categories_and_unknown_marks_have_no_standing() -> None:
    facts = facts_with(mark_of(SUBJECT, **PAST, category=TEXT.value), {SUBJECT: 3})
    assert mark_standings(facts, Policy()) == []
    assert mark_standings(replace(facts, marks=None), Policy()) == []


@given(worlds(), st.sampled_from(RemovalCode), st.booleans())
def test_whatever_the_world_a_due_model_has_known_use_and_its_day_has_come(
    world: tuple[CurationFacts, list[Mapping[str, Mapping[str, Any]]]], code: RemovalCode, come: bool
) -> None:
    facts, parts = world
    today = facts.made_on
    day = today if come else today + timedelta(days=1)
    keys = {"since": today - timedelta(days=9), "remove_after": day, "because": code, "detail": "x"}
    names = facts.table.rows["name"].to_list()
    marks = Marks(tuple(mark_of(name, **keys, category=facts.table.category.value) for name in names))
    found = mark_standings(replace(facts, marks=marks), policy_of(*parts))
    assert [each.mark.name for each in found] == names
    rows = {row["name"]: row for row in facts.table.rows.iter_rows(named=True)}
    for each in found:
        if each.state is MarkState.DUE:
            assert come
            assert rows[each.mark.name]["usage_known"]
        assert bool(each.reasons) == (each.state in {MarkState.RECOVERED, MarkState.UNKNOWN})


@given(st.sets(st.sampled_from(sorted(VERDICTS))), st.sampled_from(RemovalCode))
def test_a_reason_more_never_makes_a_mark_due(codes: set[str], code: RemovalCode) -> None:
    mark = mark_of("a", **PAST, because=code, detail="x")
    whole = state_of(mark, against(mark, codes, ()), TODAY)
    for left_out in codes:
        if state_of(mark, against(mark, codes - {left_out}, ()), TODAY) is not MarkState.DUE:
            assert whole is not MarkState.DUE
