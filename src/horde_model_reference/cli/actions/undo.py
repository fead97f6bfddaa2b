"""Put the records of a run back."""

from __future__ import annotations

from rich.console import Group
from rich.text import Text

from horde_model_reference.cli.actions.output import show
from horde_model_reference.cli.actions.session import clock_for, settings_for
from horde_model_reference.curation.applying import is_undone
from horde_model_reference.curation.applying import undo as put_run_back
from horde_model_reference.curation.journal import Journal, Run
from horde_model_reference.errors import HordeModelReferenceError, PlanError
from horde_model_reference.escaping import visible
from horde_model_reference.reports.words import counted


def list_runs(*, demo: bool) -> None:
    """List the runs of the journal, and whether each stands."""
    journal = Journal(settings_for(demo=demo).data_dir)
    runs = [_line(journal, name) for name in journal.names()] or ["There are no runs."]
    show(Group(*map(Text, runs)))


def undo(run: str, *, demo: bool) -> None:
    """Put the records of a run back, and say into which files."""
    journal = Journal(settings_for(demo=demo).data_dir)
    found = journal.read(run)
    changed = put_run_back(found)
    journal.note_undone(found, clock_for(demo=demo).now())
    lines = [f"Put the records of run {visible(run)} back into {visible(str(path))}." for path in changed]
    show(Group(*map(Text, lines or ["The files are already as they were before that run."])))


def _line(journal: Journal, name: str) -> str:
    """Return the summary of a run; an unreadable journal does not hide the others."""
    try:
        run = journal.read(name)
    except PlanError as error:
        return f"{visible(name)}  {visible(error.message)} {visible(error.hint)}"
    names = [_with_reason(record.name, run) for record in run.files[0].taken]
    taken = f"{counted(len(names), 'model')} from {visible(run.files[0].path)}: {visible(', '.join(names))}"
    return f"{visible(name)}  {_state(run)}  {taken}"


def _with_reason(name: str, run: Run) -> str:
    return f"{name} ({run.reasons[name]})" if name in run.reasons else name


def _state(run: Run) -> str:
    try:
        return "undone" if is_undone(run) else "stands"
    except HordeModelReferenceError as error:
        return f"unknown ({visible(error.message)})"
