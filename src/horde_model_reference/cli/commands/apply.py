"""``apply``: carry out a plan on a catalogue file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from horde_model_reference.cli.common import DbJson, Demo, new_app

app = new_app()


@app.command("apply")
def apply_plan(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan.json.")],
    *,
    catalogue: Annotated[
        Path, typer.Option(help="The catalogue file to change; it must be the file that the plan was made from.")
    ],
    db_json: DbJson = None,
    demo: Demo = False,
) -> None:
    """Take a plan's models out of the catalogue file, but for those that have recovered since.

    Everything is read again first, and verdicts and limits are computed anew. The run is kept in a journal, and `undo`
    puts the records back.
    """
    from horde_model_reference.cli.actions import apply as actions

    actions.apply_plan(plan, catalogue, db_json, demo=demo)
