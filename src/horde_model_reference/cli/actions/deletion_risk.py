"""Write the report of a category."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import polars as pl
from rich.console import Console

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond, viewed
from horde_model_reference.analytics.risk_schema import CategoryDeletionRiskResponse
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.row_selection import unmatched
from horde_model_reference.analytics.usage_trend import RECENT_COLUMNS
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_families
from horde_model_reference.cli.actions.output import keep_from_terminal, show, warn, write
from horde_model_reference.cli.actions.session import clock_for, settings_for, with_engine
from horde_model_reference.reports.csv_report import to_csv
from horde_model_reference.reports.exported_rows import exported_rows
from horde_model_reference.reports.formats import Format
from horde_model_reference.reports.json_report import to_json
from horde_model_reference.reports.markdown_report import to_markdown
from horde_model_reference.reports.parquet_report import to_parquet
from horde_model_reference.reports.terminal import report


@dataclass(frozen=True)
class Report:
    """A report to be written.

    Attributes:
        table: The ungrouped table of the category.
        query: The rows that are asked for.
        now: The moment that ages are told from.
    """

    table: RiskTable
    query: RiskQuery
    now: datetime

    @cached_property
    def answer(self) -> CategoryDeletionRiskResponse:
        """The answer to the query."""
        return respond(self.table, self.query)

    @property
    def rows(self) -> pl.DataFrame:
        """The rows of the answer as columns."""
        return exported_rows(self.table, self.query)


def _table(asked: Report) -> bytes:
    text = io.StringIO()
    console = Console(file=text, width=None, no_color=True, force_terminal=False)
    console.print(report(asked.answer, asked.now))
    return text.getvalue().encode()


WRITERS: dict[Format, Callable[[Report], bytes]] = {
    Format.table: _table,
    Format.json: lambda asked: to_json(asked.answer),
    Format.csv: lambda asked: to_csv(asked.rows).encode(),
    Format.parquet: lambda asked: to_parquet(asked.rows),
    Format.markdown: lambda asked: to_markdown(asked.answer, asked.now).encode(),
}
"""Writes a report in each format."""


WITHOUT_PAST = (Format.table, Format.markdown)
"""Reports that show nothing of the past, so that it need not be read for them."""


def shows_past(written: Format, query: RiskQuery) -> bool:
    """Whether a report depends on the history of use, from which verdicts follow."""
    asks_for_verdicts = query.verdict is not None or bool(query.reason)
    sorts_by_past = query.sort.removeprefix("-") in RECENT_COLUMNS.keys() | {"trend_30d", "verdict"}
    return written not in WITHOUT_PAST or asks_for_verdicts or sorts_by_past


WITH_BACKENDS = (Format.table, Format.json)
"""Reports that have rows or fields for the backends of a model."""


def shows_backends(category: MODEL_REFERENCE_CATEGORY, query: RiskQuery, written: Format) -> bool:
    """Whether a report has figures by backend when they are asked for."""
    text_models = has_families(category) and not query.group_text_models
    return text_models and written in WITH_BACKENDS


def write_report(
    category: MODEL_REFERENCE_CATEGORY, query: RiskQuery, written: Format, output: Path | None, *, demo: bool
) -> None:
    """Show the report of a category, or write it to a file or standard output."""
    if written is Format.parquet:
        keep_from_terminal("Parquet", output)
    settings, clock = settings_for(demo=demo), clock_for(demo=demo)
    if not shows_past(written, query):
        settings = settings.without_history()
    table = with_engine(lambda engine: engine.table(category), demo=demo, settings=settings, clock=clock)
    asked = Report(table, query, clock.now())
    for option, values in unmatched(viewed(table, query).rows, query).items():
        there = f"there are: {', '.join(values)}" if values else "no model names any"
        warn(f"--{option} {getattr(query, option)}: no model has it; {there}.")
    if query.include_backend_variations and not shows_backends(category, query, written):
        warn(
            "--include-backend-variations shows nothing here: only the table and JSON of text models that are "
            "not grouped have figures by backend."
        )
    if written is Format.table and output is None:
        show(report(asked.answer, asked.now))
    else:
        write(WRITERS[written](asked), output)
