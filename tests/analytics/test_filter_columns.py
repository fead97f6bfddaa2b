"""Filters by verdict, reason and backend: of models, and of families with such a member."""

from __future__ import annotations

from typing import Any

import pytest

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond, viewed
from horde_model_reference.analytics.risk_table import RiskTable
from tests.support.builders import TEXT, catalogue_of, observation_of, stats_of, table_of
from tests.support.rows import judged, rows_of

VERDICTS = {
    "a/Stheno-8B": ("keep", ["used_enough"]),
    "a/Stheno-70B": ("unknown", ["age_unknown", "kind_unknown"]),
    "b/Alone-7B": ("protected", ["last_of_its_kind"]),
}


USES = {"koboldcpp/Stheno-8B": 7, "aphrodite/a/Stheno-70B": 8, "b/Alone-7B": 9, "koboldcpp/unlisted": 3}


@pytest.fixture(scope="module")
def table() -> RiskTable:
    records = {name: {"parameters": int(name.rpartition("-")[2][:-1]) * 10**9} for name in VERDICTS}
    made = table_of(catalogue_of(records, TEXT), observation_of(stats_of(USES), category=TEXT))
    return judged(made, VERDICTS)


@pytest.mark.parametrize(
    ("asked", "models", "families"),
    [
        ({"verdict": "keep"}, {"a/Stheno-8B"}, {"Stheno"}),
        ({"verdict": "unknown"}, {"a/Stheno-70B"}, {"Stheno"}),
        ({"verdict": "remove"}, set(), set()),
        ({"reason": "kind_unknown"}, {"a/Stheno-70B"}, {"Stheno"}),
        ({"reason": "last_of_its_kind"}, {"b/Alone-7B"}, {"Alone"}),
        ({"reason": "no_active_workers"}, set(VERDICTS), {"Alone", "Stheno"}),
        ({"backend": "koboldcpp"}, {"a/Stheno-8B"}, {"Stheno"}),
        ({"backend": "canonical"}, {"b/Alone-7B"}, {"Alone"}),
        ({"backend": "tabby"}, set(), set()),
        ({"backend": "aphrodite", "verdict": "keep"}, set(), {"Stheno"}),
        ({"size": "4B to 9B"}, {"a/Stheno-8B", "b/Alone-7B"}, {"Alone"}),
        ({"size": "36B to 80B"}, {"a/Stheno-70B"}, {"Stheno"}),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_a_family_is_found_by_a_member(
    table: RiskTable, asked: dict[str, Any], models: set[str], families: set[str]
) -> None:
    assert set(rows_of(table, **asked)) == models
    assert set(rows_of(table, group_text_models=True, **asked)) == families


def test_figures_and_columns_of_answers_stay_those_of_the_table(table: RiskTable) -> None:
    """No filter of a request changes a number (design section 3)."""
    for grouped in (False, True):
        plain = rows_of(table, group_text_models=grouped)
        asked = rows_of(table, group_text_models=grouped, verdict="keep", backend="koboldcpp")
        assert asked.items() <= plain.items()


def test_columns_that_nobody_asks_for_are_not_made(table: RiskTable) -> None:
    assert viewed(table, RiskQuery(search="x")) is table
    grouped = RiskQuery(group_text_models=True, baseline="x")
    assert viewed(table, grouped) is table.families
    assert respond(table, grouped).total_count == 0
