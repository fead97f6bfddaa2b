"""``policy``: show the effective policy, or check a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from horde_model_reference.cli.common import PolicyFile, new_app

app = new_app(help="Show the policy that plans are made by, or check a file.")


@app.command()
def show(policy: PolicyFile = None) -> None:
    """Print the effective policy as TOML, every key with its unit and meaning."""
    from horde_model_reference.cli.actions import policy as actions

    actions.show(policy)


@app.command()
def check(file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy file (TOML).")]) -> None:
    """Check a policy file; the first thing wrong with it is said in one line."""
    from horde_model_reference.cli.actions import policy as actions

    actions.check(file)
