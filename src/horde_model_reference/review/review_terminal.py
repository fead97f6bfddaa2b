"""The review in the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from horde_model_reference.escaping import visible
from horde_model_reference.reports import words
from horde_model_reference.reports.fitted_table import FittedColumn, FittedTable
from horde_model_reference.review.review_markdown import summary
from horde_model_reference.review.review_schema import Review
from horde_model_reference.review.rule import Severity

STYLES: dict[Severity, str] = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}


def review_report(review: Review) -> RenderableType:
    """Return the findings as a table, and the names that are added, removed, renamed and changed."""
    parts: list[RenderableType] = [_findings(review)] if review.findings else [Text("No findings.")]
    return Group(*parts, *map(Text, _changes(review)), Text(summary(review)))


def _findings(review: Review) -> FittedTable:
    columns = (
        FittedColumn("Severity"),
        FittedColumn("Record", least=20),
        FittedColumn("Line", "right"),
        FittedColumn("Finding", least=30),
    )
    table = FittedTable(columns, dropped=("Line",))
    for found in review.findings:
        table.add_row(
            Text(found.severity.value, style=STYLES[found.severity]),
            Text(visible(found.record or "")),
            Text("" if found.line is None else str(found.line)),
            Text(visible(f"{found.sentence} [{found.code}]")),
        )
    return table


def _changes(review: Review) -> Iterator[str]:
    names = {
        "Removed": [row.name for row in review.removed],
        "Renamed": [f"{row.before} to {row.name}" for row in review.renamed],
        "Added": [row.name for row in review.added],
        "Changed": [row.name for row in review.changed],
    }
    for word, found in names.items():
        if found:
            yield f"{word}: {words.first_names([visible(name) for name in found])}"
