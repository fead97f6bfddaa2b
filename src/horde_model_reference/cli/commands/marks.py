"""``marks``: list the marks."""

from __future__ import annotations

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


@app.command()
def marks(
    categories: MarkedCategories = None,
    *,
    file: MarksFile = None,
    policy: PolicyFile = None,
    format: Shown = ShownFormat.table,  # noqa: A002
    demo: Demo = False,
) -> None:
    """List the marks with their states: waiting, due, recovered, replaced, gone or unknown."""
    from horde_model_reference.cli.actions import marks as actions

    actions.marks([CATEGORIES[name] for name in categories or ()], file, policy, format, demo=demo)
