"""The columns of marks in the rows of a risk table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from horde_model_reference.marks.mark_state import DeletionMark

MARK = pl.Struct(
    {
        "since": pl.Date,
        "remove_after": pl.Date,
        "because": pl.String,
        "detail": pl.String,
        "replacement": pl.String,
        "by": pl.String,
        "note": pl.String,
        "state": pl.String,
        "reasons": pl.List(pl.String),
    }
)
"""A :class:`DeletionMark`."""

NO_FAMILY_MARK = pl.lit(None, MARK).alias("deletion_mark")
"""The mark of a family, which has none: its members are marked."""

NO_MARK = (
    NO_FAMILY_MARK,
    pl.lit(None, pl.Date).alias("remove_after"),
    pl.lit(value=False).alias("is_marked"),
)
"""The columns of rows without a mark."""

COLUMNS = tuple(column.meta.output_name() for column in NO_MARK)


def published_marks(rows: pl.DataFrame, day: date) -> dict[str, DeletionMark]:
    """Return the marks in rows that are published on a day, by model."""
    marked = rows.filter("is_marked").select("name", "deletion_mark").iter_rows()
    marks = {name: DeletionMark.model_validate(mark) for name, mark in marked}
    return {name: mark for name, mark in marks.items() if mark.since <= day}


def with_marks(rows: pl.DataFrame, marks: Mapping[str, DeletionMark]) -> pl.DataFrame:
    """Return rows with the marks of some models, by name."""
    marked = pl.DataFrame(
        {"name": list(marks), "deletion_mark": [mark.model_dump() for mark in marks.values()]},
        schema={"name": pl.String, "deletion_mark": MARK},
    )
    joined = rows.drop(COLUMNS).join(marked, on="name", how="left", maintain_order="left")
    columns = joined.with_columns(
        remove_after=pl.col("deletion_mark").struct.field("remove_after"),
        is_marked=pl.col("deletion_mark").is_not_null(),
    )
    return columns.select(rows.columns)
