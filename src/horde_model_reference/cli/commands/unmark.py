"""``unmark``: take marks away."""

from __future__ import annotations

from typing import Annotated

import typer

from horde_model_reference.cli.common import CATEGORIES, Demo, MarksFile, RiskCategory, new_app

app = new_app()


@app.command()
def unmark(
    category: RiskCategory,
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="Marked models.")],
    *,
    file: MarksFile = None,
    demo: Demo = False,
) -> None:
    """Take the marks of models out of the file of marks; its comments stay."""
    from horde_model_reference.cli.actions import marks as actions

    actions.unmark(CATEGORIES[category], names, file, demo=demo)
