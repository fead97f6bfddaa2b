"""The shell: its tabs count what their pages show, and the category switch keeps the tab."""

from __future__ import annotations

from dataclasses import replace

import pytest

from horde_model_reference.categories import USAGE
from horde_model_reference.dashboard.shell import Section, bare_shell, shell_of
from tests.support.builders import IMAGE, TEXT, catalogue_of, observation_of, stats_of, table_of
from tests.support.rows import judged

TABLE = judged(
    table_of(catalogue_of(["a", "b", "c"]), observation_of(stats_of({"a": 1, "x": 2, "y": 3}), status=[])),
    {"a": ("keep", ["used_enough"]), "b": ("remove", ["candidate"])},
)


def test_tabs_count_what_their_pages_show() -> None:
    counts = {tab.word: tab.count for tab in shell_of(TABLE, Section.PLAN).tabs}
    assert counts == {"Overview": None, "Models": 3, "Charts": None, "Plan": 1, "Names": 2}


@pytest.mark.parametrize("section", Section)
def test_the_category_switch_keeps_the_tab(section: Section) -> None:
    shell = shell_of(TABLE, section)
    assert [entry.link for entry in shell.switch] == [f"/{section.value}/{category.value}" for category in USAGE]
    assert [entry.current for entry in shell.switch] == [category is IMAGE for category in USAGE]
    assert [tab.word for tab in shell.tabs if tab.current] == [section.value.capitalize()]


def test_stale_data_is_told() -> None:
    stale = replace(TABLE, data_as_of=replace(TABLE.data_as_of, stale=True))
    assert shell_of(stale, Section.MODELS).stale
    assert not shell_of(TABLE, Section.MODELS).stale


def test_without_data_it_leads_to_every_category() -> None:
    shell = bare_shell()
    assert {entry.link for entry in shell.switch} == {f"/overview/{category.value}" for category in (IMAGE, TEXT)}
    assert (shell.fetched_at, shell.checks) == (None, ())
    assert all(tab.count is None for tab in shell.tabs)
