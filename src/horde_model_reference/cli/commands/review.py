"""``review``: the findings about a change of a catalogue, between two files or two git revisions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from horde_model_reference.cli.common import (
    CATEGORIES,
    FOUND,
    DbJson,
    Demo,
    Output,
    PolicyFile,
    RiskCategory,
    new_app,
)
from horde_model_reference.reports.formats import FailOn, ReviewFormat

app = new_app()


@app.command()
def review(  # noqa: PLR0913 - one parameter an option
    category: RiskCategory,
    base: Annotated[str, typer.Argument(help="The catalogue before the change: a file, or a git revision.")],
    head: Annotated[str, typer.Argument(help="The catalogue after the change: a file, or a git revision.")],
    *,
    repository: Annotated[
        Path, typer.Option(help="A clone of the catalogue's repository, in which the revisions are.")
    ] = Path(),
    styles_repository: Annotated[
        Path | None, typer.Option(help="A clone of the styles repository: read the styles from it.")
    ] = None,
    db_json: DbJson = None,
    policy: PolicyFile = None,
    offline: Annotated[
        bool,
        typer.Option("--offline", help="Ask no server: the use of removed models, and styles at a URL, are unknown."),
    ] = False,
    links: Annotated[
        bool, typer.Option("--links", help="Ask for the download addresses that the change adds.")
    ] = False,
    fail_on: Annotated[
        FailOn, typer.Option(help=f"Exit with {FOUND} where a finding is at least as grave as this.")
    ] = FailOn.error,
    format: Annotated[ReviewFormat, typer.Option(help="How to write the review.")] = ReviewFormat.table,  # noqa: A002
    output: Output = None,
    json_output: Annotated[
        Path | None, typer.Option("--json", help="Write the review as JSON to this file as well.")
    ] = None,
    demo: Demo = False,
) -> None:
    """Review a change of a catalogue: added, removed, renamed and changed models, and findings about them."""
    from horde_model_reference.cli.actions import review as actions

    asked = actions.ReviewRequest(
        base=base,
        head=head,
        repository=repository,
        styles_repository=styles_repository,
        db_json=db_json,
        policy=policy,
        offline=offline,
        links=links,
        format=format,
        output=output,
        json_output=json_output,
    )
    made = actions.review(CATEGORIES[category], asked, demo=demo)
    if actions.fails(made, fail_on):
        raise typer.Exit(FOUND)
