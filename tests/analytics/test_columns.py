"""The table of columns: each with a type, a unit where it is a number, and a rule for families."""

from __future__ import annotations

from typing import get_args

import pytest

from horde_model_reference.analytics.columns import COLUMNS, CONSTANT_COLUMNS, Column, OfFamily, combined, shown_in
from horde_model_reference.analytics.columns import ShownIn as Table
from horde_model_reference.analytics.risk_schema import ModelDeletionRiskInfo

ALL = pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS.keys())


@ALL
def test_the_schema_has_each_column_with_its_type_and_meaning(column: Column) -> None:
    field = ModelDeletionRiskInfo.model_fields[column.name]
    assert field.annotation == column.kind
    assert (field.description or "") == column.declared.description


@ALL
def test_each_number_has_a_unit_and_nothing_else_has_one(column: Column) -> None:
    assert bool(column.declared.unit) is column.numeric


@ALL
def test_a_column_that_is_shown_as_it_is_has_a_heading(column: Column) -> None:
    assert column.declared.heading or not column.declared.shown
    assert all(column in shown_in(table) for table in column.declared.shown)


@ALL
def test_only_a_column_that_may_be_null_is_null_for_families(column: Column) -> None:
    assert column.declared.family is not OfFamily.NONE or type(None) in get_args(column.kind)


def test_a_rule_names_its_columns_in_order() -> None:
    assert combined(OfFamily.ALL) == ("usage_known", "workers_known", "has_description")
    assert combined(OfFamily.SHARED, OfFamily.LARGEST) == ("parameters", "baseline")


def test_no_column_is_shown_as_it_is_yet() -> None:
    assert {table: shown_in(table) for table in Table} == dict.fromkeys(Table, ())


def test_the_constant_columns_are_those_that_the_horde_never_reports_and_the_category() -> None:
    assert set(CONSTANT_COLUMNS) == {"category", "usage_hour", "usage_minute"}
