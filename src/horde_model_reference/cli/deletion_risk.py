"""``deletion-risk``: the report of a category."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from horde_model_reference.analytics.filter_presets import PRESETS
from horde_model_reference.analytics.flags import RiskLevel
from horde_model_reference.analytics.risk_query import BY_REMOVAL, DEFAULT_SORT, RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.analytics.risk_schema import CategoryDeletionRiskResponse
from horde_model_reference.analytics.usage_trend import RECENT_COLUMNS
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.cli.common import (
    Category,
    Demo,
    Output,
    clock_for,
    keep_from_terminal,
    settings_for,
    show,
    with_engine,
    write,
)
from horde_model_reference.reports.csv_report import to_csv
from horde_model_reference.reports.json_report import to_json
from horde_model_reference.reports.markdown_report import to_markdown
from horde_model_reference.reports.parquet_report import to_parquet
from horde_model_reference.reports.terminal import report

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

PRESET_HELP = "Only the rows that answer one question: " + " ".join(
    f"{p.name} ({p.sentence})" for p in PRESETS.values()
)
LEVEL_HELP = f"Only rows of at least this level: {', '.join(level.value for level in reversed(RiskLevel))}."


class Format(StrEnum):
    """How the report is written."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    parquet = "parquet"


def _table(answer: CategoryDeletionRiskResponse, now: datetime) -> bytes:
    text = io.StringIO()
    console = Console(file=text, width=None, no_color=True, force_terminal=False)
    console.print(report(answer, now))
    return text.getvalue().encode()


WRITERS: dict[Format, Callable[[CategoryDeletionRiskResponse, datetime], bytes]] = {
    Format.table: _table,
    Format.json: lambda answer, _: to_json(answer),
    Format.csv: lambda answer, _: to_csv(answer.models).encode(),
    Format.parquet: lambda answer, _: to_parquet(answer.models),
    Format.markdown: lambda answer, now: to_markdown(answer, now).encode(),
}
"""Writes an answer in each format; the moment is the one that ages are told from."""


WITHOUT_PAST = (Format.table, Format.markdown)
"""Reports that show nothing of the past, so that it need not be read for them."""


def shows_past(format: Format, sort: str) -> bool:  # noqa: A002
    """Whether a report depends on the history of use."""
    return format not in WITHOUT_PAST or sort.removeprefix("-") in RECENT_COLUMNS.keys() | {"trend_30d"}


WITH_BACKENDS = (Format.table, Format.json)
"""Reports that have rows or fields for the backends of a model."""

BACKENDS_HELP = "Figures by backend of text models that are not grouped; only the table and JSON show them."


def shows_backends(category: MODEL_REFERENCE_CATEGORY, query: RiskQuery, format: Format) -> bool:  # noqa: A002
    """Whether a report has figures by backend when they are asked for."""
    text_models = category is MODEL_REFERENCE_CATEGORY.text_generation and not query.group_text_models
    return text_models and format in WITH_BACKENDS


@app.command()
def deletion_risk(  # noqa: PLR0913 - one parameter an option
    category: Category,
    *,
    group_text_models: Annotated[bool, typer.Option("--group-text-models", help="Families of text models.")] = False,
    include_backend_variations: Annotated[
        bool, typer.Option("--include-backend-variations", help=BACKENDS_HELP)
    ] = False,
    preset: Annotated[str | None, typer.Option(help=PRESET_HELP)] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many rows.")] = None,
    offset: Annotated[int, typer.Option(min=0, help="Leave out so many rows first.")] = 0,
    sort: Annotated[
        str | None,
        typer.Option(
            help=f"A column, with - for descending, or {BY_REMOVAL}. "
            f"Default: {BY_REMOVAL} for the table, else {DEFAULT_SORT}."
        ),
    ] = None,
    search: Annotated[str | None, typer.Option(help="Part of the name, ignoring case.")] = None,
    risk_level: Annotated[str | None, typer.Option(help=LEVEL_HELP)] = None,
    baseline: Annotated[str | None, typer.Option(help="Only models of this baseline.")] = None,
    nsfw: Annotated[bool | None, typer.Option("--nsfw/--sfw", help="Only NSFW models, or only others.")] = None,
    host: Annotated[str | None, typer.Option(help="Only models with a file on this host.")] = None,
    format: Annotated[Format, typer.Option(help="How to write the report.")] = Format.table,  # noqa: A002
    output: Output = None,
    demo: Demo = False,
) -> None:
    """Say which models of a category are at risk of deletion, and why."""
    query = RiskQuery(
        group_text_models=group_text_models,
        include_backend_variations=include_backend_variations,
        preset=preset,
        limit=limit,
        offset=offset,
        sort=sort or (BY_REMOVAL if format is Format.table else DEFAULT_SORT),
        search=search,
        risk_level=risk_level,
        baseline=baseline,
        nsfw=nsfw,
        host=host,
    )
    if format is Format.parquet:
        keep_from_terminal("Parquet", output)
    settings, clock = settings_for(demo=demo), clock_for(demo=demo)
    if not shows_past(format, query.sort):
        settings = settings.without_history()
    table = with_engine(lambda engine: engine.table(category), demo=demo, settings=settings, clock=clock)
    answer = respond(table, query)
    if include_backend_variations and not shows_backends(category, query, format):
        typer.echo(
            "warning: --include-backend-variations shows nothing here: only the table and JSON of text models that are "
            "not grouped have figures by backend.",
            err=True,
        )
    if format is Format.table and output is None:
        show(report(answer, clock.now()))
    else:
        write(WRITERS[format](answer, clock.now()), output)
