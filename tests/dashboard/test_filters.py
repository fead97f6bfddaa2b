"""Filters: each option's link shows the rows that it names, and a set one has a way out."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from horde_model_reference.analytics.matching import matching
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.dashboard.filters import FILTERS, Menu, menus, too_much
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
    return {menu.word: menu for menu in menus(table, View(table.category, query))}


def options(menu: Menu) -> dict[str, str]:
    return {option.word: option.link for option in menu.options}


def rows(table: RiskTable, link: str) -> set[str]:
    return set(matching(table.rows, read(unescape(link)))["name"])


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
    assert read(link) == replace(PLAIN, exact_level="low", verdict="keep")


def test_a_filter_without_options_is_not_offered() -> None:
    bare = table_of(
        catalogue_of({"a/b": {"baseline": None, "config": {}}}, TEXT), observation_of(stats_of({}), category=TEXT)
    )
    assert set(by_word(bare)) == {"Level", "Verdict", "Reason"}
    assert set(by_word(bare.families)) == {"Level"}, "families have no verdict of their own"


def test_the_filter_that_is_too_much_is_the_one_without_which_most_rows_are_left(table: RiskTable) -> None:
    view = View(table.category, replace(PLAIN, verdict="remove", host="gone.example"))
    found = too_much(table.rows, view, menus(table, view))
    assert found is not None
    assert (found.menu.word, found.rows) == ("Host", 1)
    nothing = View(table.category, replace(PLAIN, search="zzz"))
    assert too_much(table.rows, nothing, menus(table, nothing)) is None


def test_every_filter_sets_fields_of_its_own() -> None:
    fields = [field for found in FILTERS for field in found.fields]
    assert len(fields) == len(set(fields))
