"""The columns of reports for people, from left to right; terminal and Markdown share them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from horde_model_reference.analytics.columns import COLUMNS, Column, ShownIn, shown_in
from horde_model_reference.analytics.risk_schema import BackendVariation, ModelDeletionRiskInfo
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, SizeMeasure, has_styles, measured_in
from horde_model_reference.reports import words


def _everywhere(_: MODEL_REFERENCE_CATEGORY) -> bool:
    return True


def _nothing(_: BackendVariation) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """One column of reports.

    Attributes:
        heading: Its heading.
        cell: Returns its cell for a row; names are as hostile as the catalogue's.
        narrow: Its heading in the terminal, over several lines; by default as it is.
        numeric: It holds numbers.
        dropped: Its turn among the columns that a narrow terminal does without; None where it always stays.
        least: Fewest cells of width down to which it folds; None where it never folds.
        backend_cell: Returns its cell for one of a row's backends.
        shown: Whether a category has it.
        markdown: Whether Markdown has it.
        hostile: Its text is the catalogue's.
    """

    heading: str
    cell: Callable[[ModelDeletionRiskInfo], str]
    narrow: str = ""
    numeric: bool = False
    dropped: int | None = None
    least: int | None = None
    backend_cell: Callable[[BackendVariation], str] = _nothing
    shown: Callable[[MODEL_REFERENCE_CATEGORY], bool] = _everywhere
    markdown: bool = True
    hostile: bool = False


def _heading(name: str) -> str:
    return COLUMNS[name].declared.heading


def _as_it_is(column: Column) -> ReportColumn:
    """Return a column that is shown as it is, under its heading."""
    return ReportColumn(
        column.declared.heading,
        lambda row: words.plain(getattr(row, column.name)),
        numeric=column.numeric,
        dropped=0,
        hostile=column.value_type is str,
    )


NAME = ReportColumn(
    _heading("name"),
    lambda row: row.name if row.members is None else f"{row.name} ({words.members(row)})",
    least=20,
    backend_cell=lambda backend: f"  {backend.backend}",
)
LEVEL = ReportColumn(_heading("risk_level"), lambda row: row.risk_level.value)

REPORT_COLUMNS: tuple[ReportColumn, ...] = (
    NAME,
    LEVEL,
    ReportColumn(
        _heading("usage_month"),
        words.month_use,
        narrow="Month\nuse",
        numeric=True,
        dropped=6,
        backend_cell=lambda backend: words.count(backend.usage_month),
    ),
    ReportColumn(
        _heading("usage_percentage_of_category"),
        lambda row: words.share(row.usage_percentage_of_category),
        numeric=True,
        dropped=1,
    ),
    ReportColumn(
        _heading("worker_count"),
        lambda row: words.count(row.worker_count),
        narrow="Work-\ners",
        numeric=True,
        dropped=4,
        backend_cell=lambda backend: words.count(backend.worker_count),
    ),
    ReportColumn(
        _heading("size_gb"),
        lambda row: words.size(row.size_gb),
        numeric=True,
        dropped=3,
        shown=measured_in(SizeMeasure.GIGABYTES),
    ),
    ReportColumn(
        _heading("parameters"),
        lambda row: words.weights(row.parameters),
        narrow="Param-\neters",
        numeric=True,
        dropped=3,
        shown=measured_in(SizeMeasure.PARAMETERS),
    ),
    ReportColumn(
        _heading("style_count"),
        lambda row: words.count(row.style_count),
        narrow="Sty-\nles",
        numeric=True,
        dropped=2,
        shown=has_styles,
        markdown=False,
    ),
    *map(_as_it_is, shown_in(ShownIn.REPORTS)),
    ReportColumn("Why", words.flags, least=14, dropped=5, backend_cell=lambda backend: backend.variant_name),
)
