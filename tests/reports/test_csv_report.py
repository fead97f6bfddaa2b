"""CSV: cells that no spreadsheet runs (rule 13), and every scalar column and flag."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest

from horde_model_reference.analytics.flags import FLAG_NAMES
from horde_model_reference.analytics.risk_query import SCALAR_COLUMNS, RiskQuery
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.escaping import visible
from horde_model_reference.reports.csv_report import to_csv
from horde_model_reference.reports.exported_rows import exported_rows
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.rows import flags_of, rows_of

COLUMNS = [*SCALAR_COLUMNS, *FLAG_NAMES]


def read(written: str) -> list[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(written, newline=""), strict=True, restkey="too many")
    assert reader.fieldnames == COLUMNS
    return list(reader)


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_a_name_is_inert_and_reads_back(name: str, hostile: RiskTable) -> None:
    """Rule 13: one row, as many cells as columns, none of which is a formula; only an apostrophe is added."""
    (row,) = read(to_csv(exported_rows(hostile, RiskQuery()).filter(pl.col("name") == name)))
    assert list(row) == COLUMNS
    assert not any(cell.strip()[:1] in set("=+-@") for cell in row.values() if cell.strip())
    for column, text in (("name", name), ("baseline", name.strip())):
        assert row[column] in {visible(text), f"'{visible(text)}"}
        assert not ACTIVE.search(row[column])


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1", "'=1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        (" \u00a0=1", "' \u00a0=1"),
        ("a=1", "a=1"),
        ("'x", "'x"),
    ],
)
def test_an_apostrophe_stands_where_a_formula_would_start(name: str, cell: str, tiny: RiskTable) -> None:
    """Rule 13: and nowhere else."""
    rows = exported_rows(tiny, RiskQuery(search="Poor")).with_columns(name=pl.lit(name))
    assert read(to_csv(rows))[0]["name"] == cell


def test_lines_end_as_csv_lines_do(hostile: RiskTable) -> None:
    written = to_csv(exported_rows(hostile, RiskQuery()))
    assert written.count("\r\n") == written.count("\n") == len(HOSTILE_NAMES) + 1
    assert written.endswith("\r\n")


def test_all_columns_of_a_row(tiny: RiskTable) -> None:
    """Unknown is an empty cell, booleans are those of JSON, and each flag has its column."""
    rows = rows_of(tiny)
    for cells, row in zip(read(to_csv(exported_rows(tiny, RiskQuery()))), rows.values(), strict=True):
        for column in SCALAR_COLUMNS:
            value = getattr(row, column)
            expected = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
            assert cells[column] == expected
        assert {flag for flag in FLAG_NAMES if cells[flag] == "true"} == flags_of(row)
        assert {cells[flag] for flag in FLAG_NAMES} <= {"true", "false"}


def test_no_rows_are_a_header(tiny: RiskTable) -> None:
    assert read(to_csv(exported_rows(tiny, RiskQuery(search="no such model")))) == []
