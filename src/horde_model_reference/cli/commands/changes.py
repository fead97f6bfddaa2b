"""``changes``: the changes of the last days."""

from __future__ import annotations

from typing import Annotated

import typer

from horde_model_reference.cli.common import CATEGORIES, Demo, MarkedCategories, Output, new_app
from horde_model_reference.reports.formats import ChangesFormat

app = new_app()


@app.command()
def changes(
    categories: MarkedCategories = None,
    *,
    since: Annotated[str, typer.Option(help="How many days back, such as 30d, or the first day: 2026-05-01.")] = "30d",
    format: Annotated[  # noqa: A002
        ChangesFormat, typer.Option(help="Markdown for a digest, JSON for programs, Atom for feed readers.")
    ] = ChangesFormat.markdown,
    output: Output = None,
    demo: Demo = False,
) -> None:
    """List the changes of categories: marks, critical models, the catalogue, and names of no model."""
    from horde_model_reference.cli.actions import changes as actions

    actions.changes([CATEGORIES[name] for name in categories or ()], since, format, output, demo=demo)
