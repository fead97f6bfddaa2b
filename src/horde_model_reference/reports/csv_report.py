"""Rows as CSV: the scalar columns, and one column a flag."""

from __future__ import annotations

import csv
import io

import polars as pl

from horde_model_reference.escaping import visible

FORMULA_STARTS = ("=", "+", "-", "@")


def to_csv(rows: pl.DataFrame) -> str:
    """Return rows as CSV with a header line and CRLF line ends; unknown is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(rows.columns)
    writer.writerows(map(cell, row) for row in rows.iter_rows())
    return text.getvalue()


def cell(value: object) -> object:
    """Return a value as a cell in which no spreadsheet sees more than text."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return value
    shown = visible(value)
    # A spreadsheet would run a cell that starts like a formula; with an apostrophe before it, it is text.
    return f"'{shown}" if shown.lstrip().startswith(FORMULA_STARTS) else shown
