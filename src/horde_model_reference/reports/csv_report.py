"""Rows as CSV: the scalar columns, and one column a flag."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from horde_model_reference.analytics.flags import FLAG_NAMES
from horde_model_reference.analytics.risk_query import SCALAR_COLUMNS
from horde_model_reference.analytics.risk_schema import ModelDeletionRiskInfo
from horde_model_reference.escaping import visible

FORMULA_STARTS = ("=", "+", "-", "@")


def to_csv(rows: Iterable[ModelDeletionRiskInfo]) -> str:
    """Return rows as CSV with a header line and CRLF line ends; unknown is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*SCALAR_COLUMNS, *FLAG_NAMES])
    for row in rows:
        scalars = [getattr(row, column) for column in SCALAR_COLUMNS]
        flags = [getattr(row.deletion_risk_flags, name) for name in FLAG_NAMES]
        writer.writerow([cell(value) for value in (*scalars, *flags)])
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
