"""Checks of the data behind a page: how fresh it is, and which gaps it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.reports import words
from horde_model_reference.reports.model_size import model_size

FAILED = "the newest attempt to refresh it failed"
REVISION = 10
"""Characters of a catalogue's revision that are shown."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the data.

    Attributes:
        word: Its subject.
        text: The finding; with a moment, what happened at it.
        good: Whether there is nothing to look at.
        moment: The time that the finding ends with, if any.
        more: What follows the moment.
    """

    word: str
    text: str
    good: bool = True
    moment: datetime | None = None
    more: str = ""


def freshness(table: RiskTable) -> tuple[Check, ...]:
    """Return how fresh usage, workers, catalogue and history are."""
    data = table.data_as_of
    failed = f"; {FAILED}" if data.stale else ""
    revision, changed = f"revision {data.catalogue_revision[:REVISION]}", data.catalogue_modified_at
    return (
        Check("Usage", "fetched", not data.stale, data.stats_fetched_at, failed),
        Check("Workers", "fetched", not data.stale, data.status_fetched_at, failed),
        Check("Catalogue", f"{revision}, changed" if changed else revision, moment=changed),
        _history(table),
    )


def _history(table: RiskTable) -> Check:
    first: date | None = table.rows["first_seen"].min()  # type: ignore[assignment]
    return Check("History", "none is known" if first is None else f"since {first}")


def data_checks(table: RiskTable, ages: pl.Series) -> tuple[Check, ...]:
    """Return all checks of a table.

    Args:
        table: The ungrouped table.
        ages: Days since each model is listed; null where unknown.
    """
    return (*freshness(table), *_gaps(table, ages), _attribution(table), *_warnings(table))


def _gaps(table: RiskTable, ages: pl.Series) -> Iterator[Check]:
    size = model_size(table.category)
    for word, column in (("Listing dates", ages), ("Sizes", table.rows[size.column])):
        missing = column.null_count()
        yield Check(word, f"unknown of {words.counted(missing, 'model')}" if missing else "all known", not missing)


def _attribution(table: RiskTable) -> Check:
    month = table.totals["month"]
    if not month.reported or month.attributed is None:
        return Check("Attribution", "the Horde reports no usage figures just now", month.reported is not None)
    percent = 100 * month.attributed / month.reported
    return Check("Attribution", f"{percent:.1f}% of {words.counted(month.reported, 'request')}")


def _warnings(table: RiskTable) -> Iterator[Check]:
    """Return the warnings of a table, those of one code together: their number, and the first."""
    by_code: dict[str, list[str]] = {}
    for warning in table.warnings:
        by_code.setdefault(warning.code, []).append(warning.message)
    for code, messages in by_code.items():
        more = f" ({len(messages) - 1:,} more like it)" if len(messages) > 1 else ""
        yield Check(code.replace("_", " ").capitalize(), messages[0] + more, good=False)
