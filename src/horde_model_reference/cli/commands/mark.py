"""``mark``: announce the removal of models."""

from __future__ import annotations

from typing import Annotated

import typer

from horde_model_reference.cli.common import CATEGORIES, Demo, MarksFile, PolicyFile, RiskCategory, new_app

app = new_app()


@app.command()
def mark(  # noqa: PLR0913 - one parameter an option
    category: RiskCategory,
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="Models of the catalogue.")],
    *,
    because: Annotated[str, typer.Option(help="CODE[:DETAIL]: why they are to be removed.")],
    replacement: Annotated[str | None, typer.Option(help="The model to use instead.")] = None,
    in_: Annotated[
        str | None, typer.Option("--in", help="The notice, such as 30d; by default, and at least, that of the policy.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who marks them.")] = "",
    note: Annotated[str, typer.Option(help="A note for people.")] = "",
    file: MarksFile = None,
    policy: PolicyFile = None,
    demo: Demo = False,
) -> None:
    """Announce the removal of models: add an entry for each to the file of marks; its comments stay."""
    from horde_model_reference.cli.actions import marks as actions

    asked = actions.MarkRequest(because, replacement, in_, by, note, file, policy)
    actions.mark(CATEGORIES[category], names, asked, demo=demo)
