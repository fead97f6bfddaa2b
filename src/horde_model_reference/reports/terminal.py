"""The report in the terminal. Names are put in as plain text, never as markup."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from horde_model_reference.analytics.flags import RiskLevel
from horde_model_reference.analytics.risk_schema import (
    ApiNameInfo,
    BackendVariation,
    CategoryDeletionRiskResponse,
    FlagEvidence,
    ModelDeletionRiskDetail,
    ModelDeletionRiskInfo,
)
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.escaping import visible
from horde_model_reference.reports import words

LEVEL_STYLES: dict[RiskLevel, str] = {
    RiskLevel.CRITICAL: "bold red",
    RiskLevel.HIGH: "red",
    RiskLevel.MEDIUM: "yellow",
    RiskLevel.LOW: "cyan",
    RiskLevel.NONE: "green",
}


def report(answer: CategoryDeletionRiskResponse, now: datetime) -> RenderableType:
    """Return the table of an answer with its summary; ``now`` is the moment that ages are told from."""
    columns = [column for column in COLUMNS if column.categories is None or answer.category in column.categories]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column.heading, justify=column.justify, no_wrap=not column.folds, overflow="fold")
    for row in answer.models:
        table.add_row(*(column.cell(row) for column in columns))
        for variation in row.backend_variations or ():
            table.add_row(*(column.variation_cell(variation) for column in columns), style="dim")
    return Group(table, _closing(answer, now))


def _no_cell(_: BackendVariation) -> Text:
    return Text()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the report: its heading, and its cell for a row and for one of a row's backends."""

    heading: str
    cell: Callable[[ModelDeletionRiskInfo], Text]
    variation_cell: Callable[[BackendVariation], Text] = _no_cell
    justify: Literal["left", "right"] = "right"
    folds: bool = False
    categories: frozenset[MODEL_REFERENCE_CATEGORY] | None = None


def _name(row: ModelDeletionRiskInfo) -> Text:
    return Text(visible(row.name if row.members is None else f"{row.name} ({len(row.members)})"))


COLUMNS: tuple[Column, ...] = (
    Column("Model", _name, lambda variation: Text(f"  {variation.backend}"), "left", folds=True),
    Column("Level", lambda row: Text(row.risk_level.value, style=LEVEL_STYLES[row.risk_level]), justify="left"),
    Column(
        "Month\nuse",
        lambda row: Text(words.count(row.usage_month)),
        lambda variation: Text(words.count(variation.usage_month)),
    ),
    Column("Share", lambda row: Text(words.share(row.usage_percentage_of_category))),
    Column(
        "Work-\ners",
        lambda row: Text(words.count(row.worker_count)),
        lambda variation: Text(words.count(variation.worker_count)),
    ),
    Column("GB", lambda row: Text(words.size(row.size_gb))),
    Column(
        "Sty-\nles",
        lambda row: Text(words.count(row.style_count)),
        categories=frozenset({MODEL_REFERENCE_CATEGORY.image_generation}),
    ),
    Column(
        "Why",
        lambda row: Text(words.flags(row)),
        lambda variation: Text(visible(variation.variant_name)),
        "left",
        folds=True,
    ),
)
"""The columns of the report, from left to right; styles name image models only."""


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
        f"{words.size(detail.size_gb)} GB; baseline {visible(detail.baseline or words.UNKNOWN)}; "
        f"files on {visible(', '.join(detail.download_hosts)) or 'no known host'}",
    )
    reasons = _evidence(detail.evidence) if detail.evidence else Text("\nNothing speaks against it.")
    names = (
        _api_names(detail.api_names) if detail.api_names else Text("\nThe Horde reports no name that belongs to it.")
    )
    return Group(verdict, reasons, _relying(detail), names, Text(words.age(detail.data_as_of, now)))


def _relying(detail: ModelDeletionRiskDetail) -> Text:
    if detail.category is not MODEL_REFERENCE_CATEGORY.image_generation:
        return Text()
    if detail.dependents is None:
        return Text("Which styles name it is unknown.")
    styles, emptied = detail.dependents.styles, detail.dependents.emptied_style_categories
    if not styles:
        return Text("No style names it.")
    text = f"{len(styles)} style{'s name' if len(styles) > 1 else ' names'} it: {visible(', '.join(styles))}."
    return Text(text + (f" Categories left empty without it: {visible(', '.join(emptied))}." if emptied else ""))


def _evidence(evidence: list[FlagEvidence]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="Why", title_justify="left")
    for heading in ("Severity", "Reason", "Observed", "Below", "Source"):
        table.add_column(heading, overflow="fold")
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


def _api_names(names: list[ApiNameInfo]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="Reported as", title_justify="left")
    table.add_column("API name", overflow="fold", ratio=3)
    table.add_column("Backend", overflow="fold")
    for heading in ("Day", "Month", "Total", "Workers"):
        table.add_column(heading, justify="right", overflow="fold")
    table.add_column("How it was found", overflow="fold", ratio=3)
    for entry in names:
        figures = (entry.usage_day, entry.usage_month, entry.usage_total, entry.worker_count)
        table.add_row(
            Text(visible(entry.api_name)),
            Text(entry.backend),
            *(Text(words.count(figure)) for figure in figures),
            Text(entry.reason),
        )
    return table
