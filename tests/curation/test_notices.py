"""Notices for owners of workers and authors of styles (design section 10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from horde_model_reference.curation.notices import (
    Notice,
    notices_markdown,
    notices_of_marks,
    notices_of_plan,
    workers_by_model,
)
from horde_model_reference.curation.styles import Styles
from horde_model_reference.marks.because import Because, RemovalCode
from horde_model_reference.marks.mark import Marks
from tests.support.builders import FETCHED, TEXT, stats_of
from tests.support.curation import CROWD, facts_of, plan_of
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.marks import mark_of

TODAY = FETCHED.date()
WORKERS = {"one": ("alpha", "beta"), "popular 01": ("gamma",)}


def test_a_plan_s_notices_have_day_reason_replacement_workers_and_styles() -> None:
    facts = facts_of(CROWD | {"one": 3}, styles=Styles({"s": "one"}, {}))
    because = {"one": Because(code=RemovalCode.BROKEN, detail="no file")}
    (notice,) = notices_of_plan(plan_of(facts, select=["one"], because=because), facts, WORKERS)
    assert notice == Notice("one", TODAY, because["one"], "popular 29", ["alpha", "beta"], ["s"])


def test_a_marked_model_has_the_day_and_the_replacement_of_its_mark() -> None:
    mark = mark_of("one", since=TODAY - timedelta(days=9), remove_after=TODAY, replacement="popular 02")
    facts = replace(facts_of(CROWD | {"one": 3}), marks=Marks((mark,)))
    (notice,) = notices_of_plan(plan_of(facts, select=["one"]), facts, {})
    assert (notice.day, notice.replacement, notice.workers) == (TODAY, "popular 02", [])
    assert notices_of_marks([mark], facts, WORKERS)[0].workers == ["alpha", "beta"]


def test_the_successor_of_a_reason_is_the_replacement() -> None:
    facts = facts_of(CROWD | {"one": 3})
    because = Because(code=RemovalCode.RENAMED_TO, detail="One 2")
    (planned,) = notices_of_plan(plan_of(facts, select=["one"], because={"one": because}), facts, {})
    (marked,) = notices_of_marks([mark_of("one", because=because.code, detail=because.detail)], facts, {})
    assert planned.replacement == marked.replacement == "One 2"


def test_a_replacement_that_goes_itself_is_none() -> None:
    facts = facts_of({"one": 3, "two": 4})
    policy = {"limits": {"max_models": 9, "max_share_of_models": 100, "max_share_of_month_usage": 100}}
    plan = plan_of(facts, policy, select=["one", "two"], overrides={"one": "x", "two": "x"})
    assert [notice.replacement for notice in notices_of_plan(plan, facts, {})] == [None, None]


def test_rule_3_unknown_workers_and_styles_are_said() -> None:
    facts = facts_of(CROWD | {"one": 3}, styles=None)
    plan = plan_of(facts, select=["one"], overrides={"one": "x"})
    (notice,) = notices_of_plan(plan, facts, None)
    assert (notice.workers, notice.styles) == (None, None)
    assert notices_markdown([notice]).count("**unknown**") == 2


def test_workers_of_all_api_names_of_a_model_count() -> None:
    figures = {"koboldcpp/Wren-7B": 3, "a/Wren-7B": 5, "stranger": 7}
    facts = facts_of({"a/Wren-7B": 3, "b/Robin-8B": 1}, category=TEXT, stats=stats_of(figures))
    workers = {"koboldcpp/Wren-7B": ("x",), "a/Wren-7B": ("y", "x"), "stranger": ("z",)}
    assert workers_by_model(facts.table, workers) == {"a/Wren-7B": ["x", "y"]}
    assert workers_by_model(facts.table, None) is None


def test_the_text_says_it_all() -> None:
    because = Because(code=RemovalCode.LOW_USE, detail="few")
    text = notices_markdown([Notice("one", date(2026, 5, 1), because, "two", ["w"], [])])
    assert text.endswith(
        "## `one`\n\n- When: not before 2026-05-01\n- Why: Hardly anybody uses it. `few`\n- Use instead: `two`\n"
        "- Workers that serve it now: `w`\n- Styles that name it: none\n"
    )


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_any_name_stays_on_its_line(name: str) -> None:
    """Rule 13: names of workers are anybody's."""
    notice = Notice(name, TODAY, Because(code=RemovalCode.OTHER, detail=name), name, [name], [name])
    text = notices_markdown([notice])
    assert not ACTIVE.search(text.replace("\n", ""))
    assert len(text.splitlines()) == 11
