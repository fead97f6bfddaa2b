"""The report as Markdown, for issues and pull requests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from horde_model_reference.analytics.risk_schema import CategoryDeletionRiskResponse, ModelDeletionRiskInfo
from horde_model_reference.escaping import visible
from horde_model_reference.reports import words
from horde_model_reference.reports.report_columns import NAME, REPORT_COLUMNS, ReportColumn


def to_markdown(answer: CategoryDeletionRiskResponse, now: datetime) -> str:
    """Return the report; ``now`` is the moment that ages are told from."""
    columns = [column for column in REPORT_COLUMNS[1:] if column.markdown and column.shown(answer.category)]
    lines = [f"## Deletion risk: {answer.category.value}", "", *_table(answer.models, columns), ""]
    lines += [
        words.summary(answer),
        "",
        words.attribution(answer.attribution.month),
        "",
        words.age(answer.data_as_of, now),
    ]
    for warning in answer.warnings:
        lines += ["", f"> **{warning.code}**: {code(warning.message)}"]
    return "\n".join(lines) + "\n"


def code(text: str) -> str:
    """Return hostile text as a code span, in which neither Markdown, HTML, mentions nor links act."""
    shown = visible(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    padding = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def _table(rows: Iterable[ModelDeletionRiskInfo], columns: Sequence[ReportColumn]) -> Iterator[str]:
    """Yield the lines of the table: the names as code, and the other columns."""
    yield _line((NAME.heading, *(column.heading for column in columns)))
    yield _line(("---", *("---:" if column.numeric else "---" for column in columns)))
    for row in rows:
        cells = (_code_cell(column.cell(row)) if column.hostile else column.cell(row) for column in columns)
        yield _line((_code_cell(row.name), *cells))


def _code_cell(text: str) -> str:
    """Return hostile text as a cell; tables demand that a bar is escaped even inside code."""
    return code(text).replace("|", "\\|")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
