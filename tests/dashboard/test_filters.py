"""Filters: each option's link shows the rows that it names, and a set one has a way out."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import viewed
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.row_selection import matching
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.dashboard.filters import FILTERS, Menu, Tables, menus, too_much
from horde_model_reference.dashboard.views import PLAIN, View
from tests.dashboard.test_views import read
from tests.support.builders import TEXT, catalogue_of, observation_of, stats_of, table_of
from tests.support.rows import judged


@pytest.fixture(scope="module")
def table() -> RiskTable:
    models: dict[str, dict[str, Any]] = {"a": {"baseline": "flux_1", "nsfw": True}, "b": {"description": None}, "c": {}}
    made = table_of(catalogue_of(models), observation_of(stats_of({"a": 5000, "b": 3})))
    verdicts = {"a": ("keep", ["used_enough"]), "b": ("remove", ["candidate"]), "c": ("unknown", ["age_unknown"])}
    return judged(made, verdicts)


def by_word(table: RiskTable, **asked: object) -> dict[str, Menu]:
    query = replace(PLAIN, **asked)  # type: ignore[arg-type]
    return {menu.word: menu for menu in menus(tables_of(table, query), View(table.category, query))}


def tables_of(table: RiskTable, query: RiskQuery = PLAIN) -> Tables:
    return Tables(table, viewed(table, query))


def options(menu: Menu) -> dict[str, str]:
    return {option.word: option.link for option in menu.options}


def rows(table: RiskTable, link: str) -> set[str]:
    query = read(unescape(link))
    return set(matching(viewed(table, query).rows, query)["name"])


@pytest.mark.parametrize(
    ("menu", "option", "names"),
    [
        ("Level", "critical", {"c"}),
        ("Level", "medium or worse", {"a", "b", "c"}),
        ("Level", "only medium", {"a", "b"}),
        ("Verdict", "remove", {"b"}),
        ("Baseline", "Flux", {"a"}),
        ("Reason", "no description", {"b"}),
        ("Reason", "age unknown", {"c"}),
        ("Size", "up to 2.6 GB", {"a", "b", "c"}),
        ("Host", "huggingface.co", {"a", "b", "c"}),
        ("NSFW", "only", {"a"}),
        ("NSFW", "without", {"b", "c"}),
    ],
)
def test_an_option_shows_the_rows_that_it_names(table: RiskTable, menu: str, option: str, names: set[str]) -> None:
    assert rows(table, options(by_word(table)[menu])[option]) == names


@pytest.mark.parametrize(
    ("asked", "word", "value"),
    [
        ({"risk_level": "medium"}, "Level", "medium or worse"),
        ({"exact_level": "low"}, "Level", "only low"),
        ({"verdict": "remove"}, "Verdict", "remove"),
        ({"nsfw": False}, "NSFW", "without"),
        ({"baseline": "gone"}, "Baseline", "gone"),
        ({"preset": "zero_usage"}, "Question", "zero usage"),
    ],
)
def test_a_set_filter_says_its_value_and_has_a_way_out(
    table: RiskTable, asked: dict[str, object], word: str, value: str
) -> None:
    found = by_word(table, search="x", **asked)
    assert {menu.word for menu in found.values() if menu.value is not None} == {word}
    assert found[word].value == value
    assert read(found[word].clear) == replace(PLAIN, search="x")


def test_choosing_another_level_replaces_the_first(table: RiskTable) -> None:
    link = options(by_word(table, risk_level="medium", verdict="keep")["Level"])["only low"]
    assert read(link) == replace(PLAIN, exact_level=RiskLevel.LOW, verdict=Verdict.KEEP)


def test_a_filter_without_options_is_not_offered() -> None:
    bare = table_of(
        catalogue_of({"a/b": {"baseline": None, "config": {}}}, TEXT), observation_of(stats_of({}), category=TEXT)
    )
    assert set(by_word(bare)) == set(by_word(bare, group_text_models=True)) == {"Level", "Verdict", "Size", "Reason"}


def test_the_filter_that_is_too_much_is_the_one_without_which_most_rows_are_left(table: RiskTable) -> None:
    view = View(table.category, replace(PLAIN, verdict=Verdict.REMOVE, host="gone.example"))
    found = too_much(table.rows, view, menus(tables_of(table), view))
    assert found is not None
    assert (found.menu.word, found.rows) == ("Host", 1)


def test_a_text_that_no_name_has_is_too_much_too(table: RiskTable) -> None:
    view = View(table.category, replace(PLAIN, search="zzz", verdict=Verdict.KEEP))
    found = too_much(table.rows, view, menus(tables_of(table), view))
    assert found is not None
    assert (found.menu.word, found.menu.value, found.rows) == ("Name", "zzz", 1)
    assert read(found.menu.clear) == replace(PLAIN, verdict=Verdict.KEEP)
    nothing = View(table.category, replace(PLAIN, search="zzz", host="gone.example"))
    assert too_much(table.rows, nothing, menus(tables_of(table), nothing)) is None


def test_families_are_filtered_by_what_their_members_are() -> None:
    """A menu of families offers the reasons of their members, whose verdicts they have none of themselves."""
    records = {"a/Stheno-8B": {"parameters": 8 * 10**9}, "a/Stheno-70B": {"parameters": 70 * 10**9}}
    uses = stats_of({"koboldcpp/Stheno-8B": 7, "aphrodite/Stheno-70B": 8})
    made = table_of(catalogue_of(records, TEXT), observation_of(uses, category=TEXT))
    texts = judged(made, {"a/Stheno-8B": ("keep", ["used_enough"]), "a/Stheno-70B": ("unknown", ["age_unknown"])})
    found = by_word(texts, group_text_models=True)
    assert {"age unknown", "used enough"} <= options(found["Reason"]).keys()
    assert list(options(found["Backend"])) == ["aphrodite", "koboldcpp"]
    assert list(options(found["Size"])) == ["36B to 80B"], "a family is as large as its largest member"
    for menu, option in (("Verdict", "keep"), ("Reason", "age unknown"), ("Backend", "koboldcpp")):
        assert rows(texts, options(found[menu])[option]) == {"Stheno"}
    assert rows(texts, options(found["Verdict"])["remove"]) == set()


def test_every_filter_sets_fields_of_its_own() -> None:
    fields = [field for found in FILTERS for field in found.fields]
    assert len(fields) == len(set(fields))
