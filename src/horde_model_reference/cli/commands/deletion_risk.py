"""``deletion-risk``: the report of a category."""

from __future__ import annotations

from inspect import Parameter
from typing import Annotated, Any

import typer

from horde_model_reference.analytics.query_parameters import QueryParameter, taking
from horde_model_reference.analytics.risk_query import BY_REMOVAL, DEFAULT_SORT, PARAMETERS, RiskQuery
from horde_model_reference.cli.common import CATEGORIES, Demo, Output, RiskCategory, completing, new_app
from horde_model_reference.reports.formats import Format

app = new_app()

NOTES: dict[str, str] = {
    "sort": f"Default: {BY_REMOVAL} for the table, else {DEFAULT_SORT}.",
    "include_backend_variations": "Only the table and JSON show them.",
}
"""Words on parameters that are true of the command alone."""


def option(found: QueryParameter) -> Parameter:
    """Return the option of a parameter of queries."""
    flag = f"--{found.name.replace('_', '-')}"
    plain = typer.Option(
        found.declared.option or flag,
        min=found.declared.least,
        help=" ".join(filter(None, (found.declared.description.replace("`", ""), NOTES.get(found.name)))),
        autocompletion=completing(found.choices) if found.declared.choices else None,
    )
    kind, default = (str | None, None) if found.name == "sort" else (found.kind, found.default)
    return Parameter(found.name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, plain])


@app.command()
@taking(map(option, PARAMETERS))
def deletion_risk(
    category: RiskCategory,
    *,
    format: Annotated[Format, typer.Option(help="How to write the report.")] = Format.table,  # noqa: A002
    output: Output = None,
    demo: Demo = False,
    **asked: Any,
) -> None:
    """Say which models of a category are at risk of deletion, and why."""
    from horde_model_reference.cli.actions import deletion_risk as actions

    if format is Format.table:
        asked["sort"] = asked["sort"] or BY_REMOVAL
    actions.write_report(CATEGORIES[category], RiskQuery.of(asked), format, output, demo=demo)
