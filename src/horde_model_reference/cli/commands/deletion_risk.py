"""``deletion-risk``: the report of a category."""

from __future__ import annotations

from typing import Annotated

import typer

from horde_model_reference.analytics.filter_presets import PRESETS
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import BY_REMOVAL, DEFAULT_SORT, SCALAR_COLUMNS, RiskQuery
from horde_model_reference.cli.common import CATEGORIES, Demo, Output, RiskCategory, completing, new_app
from horde_model_reference.reports.formats import Format

app = new_app()

PRESET_HELP = "Only the rows that answer one question: " + " ".join(
    f"{preset.name} ({preset.sentence})" for preset in PRESETS.values()
)
LEVEL_HELP = f"Only rows of at least this level: {', '.join(level.value for level in reversed(RiskLevel))}."
SORT_HELP = (
    f"A column, with - for descending, or {BY_REMOVAL}. Default: {BY_REMOVAL} for the table, else {DEFAULT_SORT}."
)
BACKENDS_HELP = "Figures by backend of text models that are not grouped; only the table and JSON show them."

SORTED_BY = [BY_REMOVAL, *SCALAR_COLUMNS, *(f"-{column}" for column in SCALAR_COLUMNS)]


@app.command()
def deletion_risk(  # noqa: PLR0913 - one parameter an option
    category: RiskCategory,
    *,
    group_text_models: Annotated[bool, typer.Option("--group-text-models", help="Families of text models.")] = False,
    include_backend_variations: Annotated[
        bool, typer.Option("--include-backend-variations", help=BACKENDS_HELP)
    ] = False,
    preset: Annotated[str | None, typer.Option(help=PRESET_HELP, autocompletion=completing(PRESETS))] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many rows.")] = None,
    offset: Annotated[int, typer.Option(min=0, help="Leave out so many rows first.")] = 0,
    sort: Annotated[str | None, typer.Option(help=SORT_HELP, autocompletion=completing(SORTED_BY))] = None,
    search: Annotated[str | None, typer.Option(help="Part of the name, ignoring case.")] = None,
    risk_level: Annotated[str | None, typer.Option(help=LEVEL_HELP, autocompletion=completing(RiskLevel))] = None,
    baseline: Annotated[str | None, typer.Option(help="Only models of this baseline.")] = None,
    nsfw: Annotated[bool | None, typer.Option("--nsfw/--sfw", help="Only NSFW models, or only others.")] = None,
    host: Annotated[str | None, typer.Option(help="Only models with a file on this host.")] = None,
    format: Annotated[Format, typer.Option(help="How to write the report.")] = Format.table,  # noqa: A002
    output: Output = None,
    demo: Demo = False,
) -> None:
    """Say which models of a category are at risk of deletion, and why."""
    from horde_model_reference.cli.actions import deletion_risk as actions

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
    actions.write_report(CATEGORIES[category], query, format, output, demo=demo)
