"""``plan``: the models to remove, the impact of their removal, and the patch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from horde_model_reference.cli.common import CATEGORIES, FOUND, DbJson, Demo, PolicyFile, RiskCategory, Shown, new_app
from horde_model_reference.reports.formats import ShownFormat

app = new_app()


@app.command()
def plan(  # noqa: PLR0913 - one parameter an option
    category: RiskCategory,
    *,
    policy: PolicyFile = None,
    select: Annotated[list[str] | None, typer.Option(help="Plan exactly this model; may be given again.")] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option(help="NAME=CODE[:DETAIL]: plan this model, and keep the reason of a curator for its removal."),
    ] = None,
    override: Annotated[
        list[str] | None,
        typer.Option(help="NAME=REASON: remove a selected model although it is protected or unknown."),
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Plan the marked models whose mark is due.")] = False,
    mark: Annotated[
        bool, typer.Option("--mark", help="Mark the models that the plan would remove, and remove nothing.")
    ] = False,
    marks: Annotated[
        Path | None, typer.Option(help="The file of marks (TOML); by default that of the settings.")
    ] = None,
    since: Annotated[Path | None, typer.Option(help="An earlier plan.json: list the changes since then.")] = None,
    db_json: DbJson = None,
    repository: Annotated[
        Path | None,
        typer.Option(help="A clone of the catalogue's repository: read its files, and change their companions too."),
    ] = None,
    styles_repository: Annotated[
        Path | None,
        typer.Option(help="A clone of the styles repository: read the styles from it, and change them by the policy."),
    ] = None,
    branch: Annotated[
        str | None, typer.Option(help="Make this branch with the commit in each clone given; nothing is pushed.")
    ] = None,
    output_dir: Annotated[Path, typer.Option(help="Where to write the plan, the new file and the patch.")] = Path(
        "deletion-plan"
    ),
    format: Shown = ShownFormat.table,  # noqa: A002
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Stop before a file or a branch is written.")] = False,
    fail_on_candidates: Annotated[
        bool, typer.Option("--fail-on-candidates", help=f"Exit with {FOUND} where the plan removes models.")
    ] = False,
    demo: Demo = False,
) -> None:
    """Decide for every model whether it may go, report reasons and impact, and write plan, new file and patch."""
    from horde_model_reference.cli.actions import plan as actions

    asked = actions.PlanRequest(
        policy=policy,
        select=select or [],
        remove=remove or [],
        override=override or [],
        due=due,
        mark=mark,
        marks=marks,
        since=since,
        db_json=db_json,
        repository=repository,
        styles_repository=styles_repository,
        branch=branch,
        output_dir=output_dir,
        dry_run=dry_run,
        format=format,
    )
    made = actions.plan(CATEGORIES[category], asked, demo=demo)
    if fail_on_candidates and made.removed:
        raise typer.Exit(FOUND)
