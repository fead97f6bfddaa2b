"""The report as Markdown, for issues and pull requests."""

from __future__ import annotations

import re
from datetime import datetime

from horde_model_reference.analytics.risk_schema import CategoryDeletionRiskResponse, ModelDeletionRiskInfo
from horde_model_reference.escaping import visible
from horde_model_reference.reports import words
from horde_model_reference.reports.model_size import model_size

HEADER = "| Model | Level | Month use | Share | Workers | {} | Why |\n| --- | --- | ---: | ---: | ---: | ---: | --- |"
"""The heading of the table; its gap is for the measure of size."""


def to_markdown(answer: CategoryDeletionRiskResponse, now: datetime) -> str:
    """Return the report; ``now`` is the moment that ages are told from."""
    header = HEADER.format(model_size(answer.category).heading)
    lines = [f"## Deletion risk: {answer.category.value}", "", header, *map(_line, answer.models), ""]
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


def _line(row: ModelDeletionRiskInfo) -> str:
    cells = (
        code(row.name).replace("|", "\\|"),  # Tables demand it even inside code.
        row.risk_level.value,
        words.month_use(row),
        words.share(row.usage_percentage_of_category),
        words.count(row.worker_count),
        model_size(row.category).cell(row),
        words.flags(row),
    )
    return f"| {' | '.join(cells)} |"
