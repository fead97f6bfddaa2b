"""``history``: keep, read in, close and write out the history of use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from horde_model_reference.categories import HordeModelType
from horde_model_reference.cli.common import Demo, Output, new_app
from horde_model_reference.reports.formats import ExportFormat

app = new_app(help="Keep, read in, close and write out the history of use.")


@app.command()
def collect(*, demo: Demo = False) -> None:
    """Fetch the Horde's reports and store them; for cron, once an hour or oftener."""
    from horde_model_reference.cli.actions import history as actions

    actions.collect(demo=demo)


@app.command("import")
def import_saved(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Saved answers of the Horde's stats and status routes.")
    ],
    *,
    date: Annotated[
        str | None, typer.Option(help="When they were given, in UTC: 2026-05-01 or 2026-05-01T06:00; else by name.")
    ] = None,
    type: Annotated[  # noqa: A002
        HordeModelType | None, typer.Option(help="Of which models they are; by default by content or name.")
    ] = None,
    demo: Demo = False,
) -> None:
    """Import saved reports into the history; repeated imports, in any order, change nothing."""
    from horde_model_reference.cli.actions import history as actions

    actions.import_saved(files, date, type, demo=demo)


@app.command()
def prune(*, demo: Demo = False) -> None:
    """Roll days older than HISTORY__KEEP_DAYS up into months."""
    from horde_model_reference.cli.actions import history as actions

    actions.prune(demo=demo)


@app.command()
def export(
    *,
    format: Annotated[ExportFormat, typer.Option(help="How to write it.")] = ExportFormat.parquet,  # noqa: A002
    type: Annotated[HordeModelType | None, typer.Option(help="Only these models; all by default.")] = None,  # noqa: A002
    output: Output = None,
    demo: Demo = False,
) -> None:
    """Export the daily history: a row for each API name and day."""
    from horde_model_reference.cli.actions import history as actions

    actions.export(format, type, output, demo=demo)
