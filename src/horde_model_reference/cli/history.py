"""``history``: keep, read in, close and write out the history of use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TaskProgressColumn, TextColumn

from horde_model_reference.categories import HordeModelType
from horde_model_reference.cli.common import (
    Demo,
    Output,
    clock_for,
    keep_from_terminal,
    settings_for,
    with_engine,
    write,
)
from horde_model_reference.demo.past import open_simulated_past
from horde_model_reference.engine import Engine
from horde_model_reference.history.exporting import EXPORTED, exported, to_csv, to_parquet
from horde_model_reference.history.importing import read_moment, read_saved
from horde_model_reference.history.rollup import months_to_roll_up, roll_up_months
from horde_model_reference.history.store import HistoryStore, open_store
from horde_model_reference.history.writing import Outcome

app = typer.Typer(
    help="Keep, read in, close and write out the history of use.", add_completion=False, no_args_is_help=True
)

Files = Annotated[list[Path], typer.Argument(help="Saved answers of the Horde's stats and status routes.")]


class ExportFormat(StrEnum):
    """How the history is written out."""

    csv = "csv"
    parquet = "parquet"


WRITERS: dict[ExportFormat, Callable[[pl.DataFrame], bytes]] = {
    ExportFormat.csv: to_csv,
    ExportFormat.parquet: to_parquet,
}


@app.command()
def collect(*, demo: Demo = False) -> None:
    """Ask the Horde and keep what it says; for cron, once an hour or oftener."""

    async def work(engine: Engine) -> dict[HordeModelType, list[str]]:
        async with _store(demo=demo) as store:
            found = {}
            with _progress("Types of model", len(HordeModelType), MofNCompleteColumn()) as reach:
                for at, model_type in enumerate(HordeModelType, start=1):
                    outcomes = await store.keep(await engine.horde.observe(model_type))
                    found[model_type] = [outcome.value for outcome in outcomes]
                    reach(at)
            return found

    for model_type, outcomes in with_engine(work, demo=demo).items():
        typer.echo(f"{model_type.value}: {', '.join(outcomes) or 'unknown, nothing kept'}", err=True)


@app.command("import")
def import_saved(
    files: Files,
    *,
    date: Annotated[
        str | None, typer.Option(help="When they were given, in UTC: 2026-05-01 or 2026-05-01T06:00; else by name.")
    ] = None,
    type: Annotated[  # noqa: A002
        HordeModelType | None, typer.Option(help="Of which models they are; by default by content or name.")
    ] = None,
    demo: Demo = False,
) -> None:
    """Read saved answers into the history; repeating it, in whatever order, changes nothing."""
    now = clock_for(demo=demo).now()
    moment = read_moment(date, "--date", now) if date is not None else None
    counted = dict.fromkeys([*(outcome.value for outcome in Outcome), "unknown"], 0)

    async def work() -> None:
        async with _store(demo=demo) as store:
            with _progress("Files", len(files), MofNCompleteColumn()) as reach:
                for at, path in enumerate(files, start=1):
                    found = read_saved(path, moment, type, now)
                    outcome = "unknown" if found is None else (await store.writer.keep(found)).value
                    counted[outcome] += 1
                    reach(at)

    asyncio.run(work())
    typer.echo(", ".join(f"{number:,} {outcome}" for outcome, number in counted.items() if number), err=True)


@app.command()
def prune(*, demo: Demo = False) -> None:
    """Keep what is older than HISTORY__KEEP_DAYS by the month."""

    async def work() -> int:
        closed, keep_days = 0, settings_for(demo=demo).history.keep_days
        async with _store(demo=demo) as store:
            now = store.clock.now()
            due = {kind: await months_to_roll_up(store.database, kind, keep_days, now) for kind in HordeModelType}
            with _progress("Months", sum(map(len, due.values())), MofNCompleteColumn()) as reach:
                for model_type in due:
                    async for _ in roll_up_months(store.database, model_type, keep_days, now):
                        closed += 1
                        reach(closed)
        return closed

    typer.echo(f"{asyncio.run(work()):,} months closed", err=True)


@app.command()
def export(
    *,
    format: Annotated[ExportFormat, typer.Option(help="How to write it.")] = ExportFormat.parquet,  # noqa: A002
    type: Annotated[HordeModelType | None, typer.Option(help="Only these models; all by default.")] = None,  # noqa: A002
    output: Output = None,
    demo: Demo = False,
) -> None:
    """Write out what is kept day by day: a row for each API name and day."""
    if format is ExportFormat.parquet:
        keep_from_terminal("Parquet", output)
    types = [type] if type is not None else list(HordeModelType)

    async def work() -> pl.DataFrame:
        parts = [pl.DataFrame(schema=EXPORTED)]
        async with _store(demo=demo) as store:
            for model_type in types:
                with _progress(model_type.value, 1.0, TaskProgressColumn()) as reach:
                    async for share, part in exported(store, model_type):
                        parts.append(part)
                        reach(share)
        return pl.concat(parts)

    write(WRITERS[format](asyncio.run(work())), output)


@asynccontextmanager
async def _store(*, demo: bool) -> AsyncIterator[HistoryStore]:
    store = await (open_simulated_past if demo else open_store)(settings_for(demo=demo), clock_for(demo=demo))
    try:
        yield store
    finally:
        await store.aclose()


@contextmanager
def _progress(what: str, total: float, unit: ProgressColumn) -> Iterator[Callable[[float], None]]:
    """Show a bar where standard error is a terminal; what is given is called with how far it has come."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), unit)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda reached: progress.update(task, completed=reached)
