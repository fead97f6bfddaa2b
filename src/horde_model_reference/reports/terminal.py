"""The report in the terminal. Names are put in as plain text, never as markup."""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter

from rich.console import Group, RenderableType
from rich.text import Text

from horde_model_reference.analytics.detail_schema import ApiNameInfo, FlagEvidence, ModelDeletionRiskDetail
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_schema import CategoryDeletionRiskResponse, ModelDeletionRiskInfo
from horde_model_reference.categories import has_styles
from horde_model_reference.escaping import visible
from horde_model_reference.reports import words
from horde_model_reference.reports.fitted_table import FittedColumn, FittedTable
from horde_model_reference.reports.model_size import model_size
from horde_model_reference.reports.report_columns import LEVEL, REPORT_COLUMNS, ReportColumn

LEVEL_STYLES: dict[RiskLevel, str] = {
    RiskLevel.CRITICAL: "bold red",
    RiskLevel.HIGH: "red",
    RiskLevel.MEDIUM: "yellow",
    RiskLevel.LOW: "cyan",
    RiskLevel.NONE: "green",
}


def report(answer: CategoryDeletionRiskResponse, now: datetime) -> RenderableType:
    """Return the table of an answer with its summary; ``now`` is the moment that ages are told from."""
    columns = [column for column in REPORT_COLUMNS if column.shown(answer.category)]
    table = FittedTable([_fitted(column) for column in columns], dropped=DROPPED)
    for row in answer.models:
        table.add_row(*(_cell(column, row) for column in columns))
        for backend in row.backend_variations or ():
            table.add_row(*(Text(visible(column.backend_cell(backend))) for column in columns), style="dim")
    return Group(table, _closing(answer, now))


def _terminal_heading(column: ReportColumn) -> str:
    return column.narrow or column.heading


def _fitted(column: ReportColumn) -> FittedColumn:
    return FittedColumn(_terminal_heading(column), "right" if column.numeric else "left", column.least)


def _cell(column: ReportColumn, row: ModelDeletionRiskInfo) -> Text:
    return Text(visible(column.cell(row)), style=LEVEL_STYLES[row.risk_level] if column is LEVEL else "")


DROPPED = tuple(
    _terminal_heading(column)
    for _, column in sorted(
        ((column.dropped, column) for column in REPORT_COLUMNS if column.dropped is not None), key=itemgetter(0)
    )
)
"""The columns that a narrow terminal does without; the first goes first."""


def _closing(answer: CategoryDeletionRiskResponse, now: datetime) -> Text:
    lines = [words.summary(answer), words.attribution(answer.attribution.month), words.age(answer.data_as_of, now)]
    text = Text("\n".join(lines))
    for warning in answer.warnings:
        text.append(f"\n{warning.code}: ", style="yellow").append(visible(warning.message))
    return text


def explanation(detail: ModelDeletionRiskDetail, now: datetime) -> RenderableType:
    """Return one model's verdict with its evidence and API names; ``now`` as in :func:`report`."""
    verdict = Text.assemble(
        (visible(detail.name), "bold"),
        "  ",
        (detail.risk_level.value, LEVEL_STYLES[detail.risk_level]),
        f"\n{words.counted(detail.usage_day, 'request')} in a day, {words.count(detail.usage_month)} in 30 days "
        f"({words.share(detail.usage_percentage_of_category)} of the category), "
        f"{words.count(detail.usage_total)} ever; "
        f"{words.counted(detail.worker_count, 'worker thread')}, {words.counted(detail.queued_jobs, 'job')} waiting\n"
        f"{words.possible_use(detail.possible_usage_month)}"
        f"{model_size(detail.category).with_unit(detail)}; baseline {visible(detail.baseline or words.UNKNOWN)}; "
        f"files on {visible(', '.join(detail.download_hosts)) or 'no known host'}",
    )
    reasons = _evidence(detail.evidence) if detail.evidence else Text("\nNothing speaks against it.")
    names = (
        _api_names(detail.api_names) if detail.api_names else Text("\nThe Horde reports no name that belongs to it.")
    )
    possible = [_api_names(detail.possible_api_names, "Could also be it")] if detail.possible_api_names else []
    return Group(
        verdict, reasons, _relying(detail), _links(detail), names, *possible, Text(words.age(detail.data_as_of, now))
    )


def _relying(detail: ModelDeletionRiskDetail) -> Text:
    if not has_styles(detail.category):
        return Text()
    if detail.dependents is None:
        return Text("Which styles name it is unknown.")
    styles, emptied = detail.dependents.styles, detail.dependents.emptied_style_categories
    if not styles:
        return Text("No style names it.")
    text = f"{len(styles)} style{'s name' if len(styles) > 1 else ' names'} it: {visible(', '.join(styles))}."
    return Text(text + (f" Categories left empty without it: {visible(', '.join(emptied))}." if emptied else ""))


MOST_LINKS = 10


def _links(detail: ModelDeletionRiskDetail) -> Text:
    """Return the model's pages and files, one a line; addresses are percent-encoded, and stay text."""
    if not detail.links:
        return Text("No page of it is known.")
    lines = [f"{words.link_label(link)}: {link.url}" for link in detail.links[:MOST_LINKS]]
    more = len(detail.links) - MOST_LINKS
    return Text("\n".join([*lines, *([f"and {more:,} more"] if more > 0 else [])]))


EVIDENCE = (
    FittedColumn("Severity"),
    FittedColumn("Reason", least=18),
    FittedColumn("Observed", least=10),
    FittedColumn("Below", least=10),
    FittedColumn("Source", least=10),
)


def _evidence(evidence: list[FlagEvidence]) -> FittedTable:
    table = FittedTable(EVIDENCE, dropped=("Source", "Below", "Observed"), title="Why")
    for entry in evidence:
        table.add_row(
            Text(entry.severity.value, style=LEVEL_STYLES[entry.severity]),
            Text(f"{entry.sentence} [{entry.flag}]"),
            Text(visible(_observed(entry))),
            Text("" if entry.threshold is None else f"{entry.threshold:g} {entry.unit}"),
            Text(entry.source),
        )
    return table


def _observed(entry: FlagEvidence) -> str:
    if isinstance(entry.observed, list):
        return ", ".join(entry.observed) or "none"
    if isinstance(entry.observed, bool):
        return "yes" if entry.observed else "no"
    if isinstance(entry.observed, float):
        return f"{entry.observed:.6g}"
    return "none" if entry.observed is None else str(entry.observed)


API_NAMES = (
    FittedColumn("API name", least=20),
    FittedColumn("Backend"),
    FittedColumn("Day", "right"),
    FittedColumn("Month", "right"),
    FittedColumn("Total", "right"),
    FittedColumn("Workers", "right"),
    FittedColumn("How it was found", least=16),
)


def _api_names(names: list[ApiNameInfo], title: str = "Reported as") -> FittedTable:
    dropped = ("Backend", "Day", "How it was found", "Total", "Workers")
    table = FittedTable(API_NAMES, dropped=dropped, title=title)
    for entry in names:
        figures = (entry.usage_day, entry.usage_month, entry.usage_total, entry.worker_count)
        table.add_row(
            Text(visible(entry.api_name)),
            Text(entry.backend),
            *(Text(words.count(figure)) for figure in figures),
            Text(entry.reason),
        )
    return table
