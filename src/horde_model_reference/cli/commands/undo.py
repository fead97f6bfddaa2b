"""``undo``: put the records of a run back."""

from __future__ import annotations

from typing import Annotated

import typer

from horde_model_reference.cli.common import Demo, new_app

app = new_app()


@app.command()
def undo(
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN",
            help="The run, as `apply` named it; without one, the runs are listed, and whether each stands.",
        ),
    ] = None,
    *,
    demo: Demo = False,
) -> None:
    """Put the records that a run of `apply` took out back in their old places."""
    from horde_model_reference.cli.actions import undo as actions

    if run is None:
        actions.list_runs(demo=demo)
    else:
        actions.undo(run, demo=demo)
