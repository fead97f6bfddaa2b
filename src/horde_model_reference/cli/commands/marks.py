"""``marks``: list the marks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from horde_model_reference.cli.common import (
    CATEGORIES,
    Demo,
    MarkedCategories,
    MarksFile,
    PolicyFile,
    Shown,
    new_app,
)
from horde_model_reference.reports.formats import ShownFormat

app = new_app()

Notices = Annotated[
    Path | None,
    typer.Option(
        "--notices", help="Write the notices of the marks that stand to this file, for owners of workers and authors."
    ),
]


@app.command()
def marks(  # noqa: PLR0913 - one parameter an option
    categories: MarkedCategories = None,
    *,
    file: MarksFile = None,
    policy: PolicyFile = None,
    notices: Notices = None,
    format: Shown = ShownFormat.table,  # noqa: A002
    demo: Demo = False,
) -> None:
    """List the marks with their states: waiting, due, recovered, replaced, gone or unknown."""
    from horde_model_reference.cli.actions import marks as actions

    asked = actions.MarksRequest([CATEGORIES[name] for name in categories or ()], file, policy, notices, format)
    actions.marks(asked, demo=demo)
