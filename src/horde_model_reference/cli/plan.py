"""``plan``: which models may go, what that would do, and the patch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from horde_model_reference.catalogue.sources import SourceCopy
from horde_model_reference.cli.common import Category, Demo, show, with_engine
from horde_model_reference.cli.policy import MaybePolicyFile
from horde_model_reference.curation.artefacts import PlannedFile, artefacts, write_artefacts
from horde_model_reference.curation.patch import local_path, path_in_work_tree, path_in_work_tree_of
from horde_model_reference.curation.plan_diff import compare
from horde_model_reference.curation.plan_files import read_file, read_plan
from horde_model_reference.curation.plan_terminal import plan_report
from horde_model_reference.curation.planning import Choice, CurationFacts, make_plan
from horde_model_reference.curation.policy import load_policy
from horde_model_reference.errors import UsageError
from horde_model_reference.escaping import visible

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

DbJson = Annotated[Path | None, typer.Option("--db-json", help="Text models: the db.json generated from models.csv.")]


@app.command()
def plan(  # noqa: PLR0913 - one parameter an option
    category: Category,
    *,
    policy: MaybePolicyFile = None,
    select: Annotated[list[str] | None, typer.Option(help="Plan exactly this model; may be given again.")] = None,
    override: Annotated[
        list[str] | None,
        typer.Option(help="NAME=REASON: remove a selected model although it is protected or unknown."),
    ] = None,
    since: Annotated[Path | None, typer.Option(help="An earlier plan.json: say what has changed since.")] = None,
    db_json: DbJson = None,
    output_dir: Annotated[Path, typer.Option(help="Where to write the plan, the new file and the patch.")] = Path(
        "deletion-plan"
    ),
    demo: Demo = False,
) -> None:
    """Say for every model whether it may go and why, what the removals would do, and write plan, new file and patch."""
    chosen = load_policy(policy)
    selected = tuple(select) if select else None
    choice = Choice(selected, overrides_of(override or [], selected or ()))
    earlier = read_plan(since) if since is not None else None
    if earlier is not None and earlier.category is not category:
        raise UsageError(f"--since {since}: a plan of {earlier.category.value}.", hint="Give one of this category.")
    facts, copy = with_engine(lambda engine: engine.curation_facts(category), demo=demo)
    made = make_plan(facts, chosen, choice)
    changes = compare(earlier, made) if earlier is not None else None
    generated = _planned(db_json) if db_json is not None else None
    files = artefacts(made, _catalogue(facts, copy), generated, changes)
    catalogue = local_path(facts.location) or Path(facts.location).with_name(facts.catalogue_file)
    originals = [path for path in (catalogue, db_json) if path is not None]
    written = write_artefacts(files, output_dir, originals)
    show(plan_report(made, written, changes))


def overrides_of(given: Sequence[str], selected: Sequence[str]) -> dict[str, str]:
    """Return the reason of each override; the name is one of those selected, so it may hold a ``=``.

    Raises:
        UsageError: An override names no selected model, or gives no reason.
    """
    found: dict[str, str] = {}
    for text in given:
        names = [name for name in selected if text.startswith(f"{name}=")]
        if not names:
            raise UsageError(f"--override {text!r}: no selected model is named so.", hint="Give --select NAME as well.")
        name = max(names, key=len)
        found[name] = visible(text.removeprefix(f"{name}=").strip())  # It may be no valid Unicode.
        if not found[name]:
            raise UsageError(f"--override {text!r}: it gives no reason.", hint="--override NAME=REASON")
    return found


def _catalogue(facts: CurationFacts, copy: SourceCopy) -> PlannedFile:
    where = path_in_work_tree_of(facts.location, facts.catalogue_file)
    return PlannedFile(facts.catalogue_file, where, copy.content)


def _planned(path: Path) -> PlannedFile:
    return PlannedFile(path.name, path_in_work_tree(path), read_file(path))
