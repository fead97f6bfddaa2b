"""The marks with their states, as a table for the terminal and as an answer for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field
from rich.console import RenderableType
from rich.text import Text

from horde_model_reference.analytics.risk_schema import Answer, WarningInfo
from horde_model_reference.curation.mark_standings import MarkStanding
from horde_model_reference.curation.plan import MarkedModel
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.escaping import visible
from horde_model_reference.reports.fitted_table import FittedColumn, FittedTable


class MarksAnswer(Answer):
    """All marks."""

    marks: list[MarkedModel] = Field(description="In the order of the file, category by category.")
    warnings: list[WarningInfo]


def marks_answer(standings: Sequence[MarkStanding], warnings: Sequence[DataWarning]) -> MarksAnswer:
    """Return the answer for programs."""
    return MarksAnswer(
        marks=[found.info() for found in standings],
        warnings=[WarningInfo(code=warning.code, message=warning.message) for warning in warnings],
    )


COLUMNS = (
    FittedColumn("Model", least=20),
    FittedColumn("State"),
    FittedColumn("Since"),
    FittedColumn("Remove\nafter"),
    FittedColumn("Because", least=12),
    FittedColumn("Instead", least=12),
)


def marks_table(standings: Sequence[MarkStanding], warnings: Sequence[DataWarning]) -> Iterator[RenderableType]:
    """Yield the table, the reasons of each state that has some, and the warnings."""
    table = FittedTable(COLUMNS, dropped=("Instead", "Because", "Since"))
    for found in standings:
        mark = found.mark
        cells = (mark.name, found.state, str(mark.since), str(mark.remove_after), mark.reason.text())
        table.add_row(*(Text(visible(cell)) for cell in (*cells, mark.replacement or "")))
    yield table if standings else Text("No model is marked.")
    for found in standings:
        if found.reasons:
            yield Text(visible(f"{found.mark.name}, {found.state}: {' '.join(found.reasons)}"))
    for warning in warnings:
        yield Text(f"{warning.code}: {visible(warning.message)}")
