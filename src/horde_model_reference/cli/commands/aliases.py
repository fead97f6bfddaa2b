"""``aliases``: check a file of aliases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from horde_model_reference.cli.common import Demo, new_app

app = new_app(help="Check a file of aliases: which model a name that the Horde reports belongs to.")


@app.callback()
def _root() -> None:
    """Check a file of aliases: which model a name that the Horde reports belongs to."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of aliases (TOML).")], *, demo: Demo = False
) -> None:
    """Check a file of aliases, and whether the models that it names are in the catalogue."""
    from horde_model_reference.cli.actions import aliases as actions

    actions.check(file, demo=demo)
