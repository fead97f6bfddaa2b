"""``undo``: put the records of a run back."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Group
from rich.text import Text

from horde_model_reference.cli.common import Demo, settings_for, show
from horde_model_reference.curation.applying import undo as put_run_back
from horde_model_reference.curation.journal import Journal, Run
from horde_model_reference.inert import visible
from horde_model_reference.reports.words import counted

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def undo(
    run: Annotated[
        str | None, typer.Argument(help="The run, as `apply` named it; without one, the runs are listed.")
    ] = None,
    *,
    demo: Demo = False,
) -> None:
    """Put the records that a run of `apply` took out back in their old places."""
    journal = Journal(settings_for(demo=demo).data_dir)
    if run is None:
        runs = [_line(journal.read(name)) for name in journal.names()]
        show(Group(*(runs or [Text("There are no runs.")])))
        return
    changed = put_run_back(journal.read(run))
    lines = [f"Put the records of run {visible(run)} back into {visible(str(path))}." for path in changed]
    show(Group(*map(Text, lines or ["The files are already as they were before that run."])))


def _line(run: Run) -> Text:
    names = [record.name for record in run.files[0].taken]
    return Text(
        f"{run.run}  {counted(len(names), 'model')} from {visible(run.files[0].path)}: {visible(', '.join(names))}"
    )
