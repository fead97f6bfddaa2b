"""``policy``: show the effective policy, or check a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from horde_model_reference.cli.common import write
from horde_model_reference.curation.policy import load_policy, show_policy
from horde_model_reference.escaping import visible

app = typer.Typer(
    help="Show the policy that plans are made by, or check a file.", add_completion=False, no_args_is_help=True
)

PolicyFile = Annotated[Path, typer.Argument(help="A policy file (TOML).")]
MaybePolicyFile = Annotated[
    Path | None, typer.Option("--policy", help="A policy file (TOML); the defaults without one.")
]


@app.command()
def show(policy: MaybePolicyFile = None) -> None:
    """Print the effective policy as TOML, every key with its unit and meaning."""
    write(show_policy(load_policy(policy)).encode(), None)


@app.command()
def check(file: PolicyFile) -> None:
    """Check a policy file; the first thing wrong with it is said in one line."""
    digest = load_policy(file).digest()
    write(f"{visible(str(file))} is a good policy, hash {digest[:12]}.\n".encode(), None)
