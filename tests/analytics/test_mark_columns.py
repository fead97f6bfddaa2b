"""Marks in the rows of a risk table (design section 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from horde_model_reference.analytics.mark_columns import MARK, with_marks
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond, respond_for_model
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.marks.mark_state import DeletionMark, MarkState, deletion_mark
from horde_model_reference.reports.csv_report import to_csv
from horde_model_reference.reports.exported_rows import exported_rows
from tests.support.builders import IMAGE, TEXT
from tests.support.curation import facts_of
from tests.support.marks import mark_of

FIRST = deletion_mark(mark_of("x", remove_after=date(2026, 5, 1), replacement="y"), MarkState.DUE, [])
SECOND = deletion_mark(mark_of("x", remove_after=date(2026, 6, 1)), MarkState.RECOVERED, ["It is used.", "Jobs wait."])


def table_with(
    marks: Mapping[str, DeletionMark], names: list[str], category: MODEL_REFERENCE_CATEGORY = IMAGE
) -> RiskTable:
    table = facts_of(dict.fromkeys(names, 3), category=category).table
    return replace(table, rows=with_marks(table.rows, marks))


def test_the_struct_has_the_fields_of_the_answer() -> None:
    assert [field.name for field in MARK.fields] == list(DeletionMark.model_fields)


def test_a_row_and_a_detail_have_the_mark() -> None:
    table = table_with({"b": SECOND, "absent": FIRST}, ["a", "b"])
    rows = {row.name: row for row in respond(table, RiskQuery()).models}
    assert (rows["b"].deletion_mark, rows["b"].remove_after) == (SECOND, date(2026, 6, 1))
    assert (rows["a"].deletion_mark, rows["a"].remove_after) == (None, None)
    assert respond_for_model(table, "b").deletion_mark == SECOND


def test_rows_without_marks_are_as_before() -> None:
    table = facts_of({"a": 1}).table
    assert with_marks(table.rows, {}).equals(table.rows)


@pytest.mark.parametrize(("sort", "order"), [("remove_after", ["c", "a", "b"]), ("-remove_after", ["a", "c", "b"])])
def test_rows_sort_by_the_day_and_those_without_one_come_last(sort: str, order: list[str]) -> None:
    table = table_with({"a": SECOND, "c": FIRST}, ["a", "b", "c"])
    assert [row.name for row in respond(table, RiskQuery(sort=sort)).models] == order


def test_the_preset_shows_the_marked_ones() -> None:
    table = table_with({"a": SECOND}, ["a", "b"])
    assert [row.name for row in respond(table, RiskQuery(preset="marked")).models] == ["a"]


def test_a_family_has_the_first_day_of_its_members() -> None:
    names = ["a/Wren-7B", "b/Wren-8B", "c/Robin-7B"]
    table = table_with({"a/Wren-7B": SECOND, "b/Wren-8B": FIRST}, names, TEXT)
    answer = respond(table, RiskQuery(group_text_models=True, preset="marked"))
    assert [(row.name, row.remove_after, row.deletion_mark) for row in answer.models] == [
        ("Wren", date(2026, 5, 1), None)
    ]


def test_csv_has_the_day() -> None:
    lines = to_csv(exported_rows(table_with({"a": FIRST}, ["a", "b"]), RiskQuery(sort="name"))).splitlines()
    at = lines[0].split(",").index("remove_after")
    assert [line.split(",")[at] for line in lines[1:]] == ["2026-05-01", ""]
