"""Carry out a plan on a catalogue file."""

from __future__ import annotations

from pathlib import Path

from rich.console import Group
from rich.text import Text

from horde_model_reference.cli.actions.output import show
from horde_model_reference.cli.actions.session import clock_for, settings_for, with_engine
from horde_model_reference.curation.applying import Applied, CatalogueFiles, apply_removals, check_file
from horde_model_reference.curation.journal import Journal
from horde_model_reference.curation.plan_files import read_plan
from horde_model_reference.curation.rechecking import recheck
from horde_model_reference.escaping import visible
from horde_model_reference.reports.words import counted


def apply_plan(plan: Path, catalogue: Path, db_json: Path | None, *, demo: bool) -> None:
    """Take a plan's models out of the catalogue file, and say which went and which stayed."""
    old = read_plan(plan)
    check_file(old, catalogue)
    settings, clock = settings_for(demo=demo), clock_for(demo=demo)
    sources = settings.sources.model_copy(update={old.category.value: str(catalogue)})
    settings = settings.model_copy(update={"sources": sources})
    facts, _ = with_engine(
        lambda engine: engine.curation_facts(old.category), demo=demo, settings=settings, clock=clock
    )
    files = CatalogueFiles(catalogue, db_json)
    show(_report(apply_removals(recheck(old, facts), files, Journal(settings.data_dir), clock.now())))


def _report(applied: Applied) -> Group:
    lines = [f"Removed {counted(len(applied.removed), 'model')}: {', '.join(map(visible, applied.removed)) or 'none'}."]
    lines += [
        f"Kept {visible(found.name)}, which has recovered: {visible(found.reason)}" for found in applied.recovered
    ]
    if applied.run is not None:
        lines.append(f"Run {applied.run}; `horde-model-reference undo {applied.run}` puts the records back.")
    return Group(*map(Text, lines))
