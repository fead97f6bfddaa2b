"""Keep, read in, close and write out the history of use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import polars as pl
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TaskProgressColumn, TextColumn

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE, HordeModelType
from horde_model_reference.cli.actions.output import keep_from_terminal, write
from horde_model_reference.cli.actions.session import clock_for, settings_for, with_engine
from horde_model_reference.clock import Clock
from horde_model_reference.demo.past import open_simulated_past
from horde_model_reference.engine import Engine
from horde_model_reference.errors import CatalogueError, EmptyCategoryError, HordeAPIError
from horde_model_reference.escaping import visible
from horde_model_reference.history.exporting import EXPORTED, exported, to_csv, to_parquet
from horde_model_reference.history.importing import read_moment, read_saved
from horde_model_reference.history.rollup import months_to_roll_up, roll_up_months
from horde_model_reference.history.snapshots import Snapshot, StatsSnapshot, snapshots
from horde_model_reference.history.store import HistoryStore, open_store, open_store_for_reading
from horde_model_reference.history.writing import Outcome
from horde_model_reference.reports.formats import ExportFormat
from horde_model_reference.reports.words import counted
from horde_model_reference.settings import Settings

Opener = Callable[[Settings, Clock], Awaitable[HistoryStore]]

WRITERS: dict[ExportFormat, Callable[[pl.DataFrame], bytes]] = {
    ExportFormat.csv: to_csv,
    ExportFormat.parquet: to_parquet,
}


def collect(*, demo: bool) -> None:
    """Ask the Horde and keep its answers, and the names that the catalogues list."""

    async def work(engine: Engine) -> dict[HordeModelType, list[str]]:
        async with open_history(demo=demo) as store:
            found = {}
            with progress("Types of model", len(HordeModelType), MofNCompleteColumn()) as reach:
                for at, model_type in enumerate(HordeModelType, start=1):
                    observation = await engine.horde.observe(model_type)
                    kept = zip(snapshots(observation), await store.keep(observation), strict=True)
                    found[model_type] = [f"{_kind(snapshot)} {outcome.value}" for snapshot, outcome in kept]
                    reach(at)
            for category in filter(engine.manager.location, USAGE):
                await _record_names(engine, store, category)
                await _note_changes(engine, store, category)
            return found

    for model_type, outcomes in with_engine(work, demo=demo).items():
        typer.echo(f"{model_type.value}: {', '.join(outcomes) or 'unknown, nothing kept'}", err=True)


def _kind(snapshot: Snapshot) -> str:
    return "statistics" if isinstance(snapshot, StatsSnapshot) else "workers"


async def _record_names(engine: Engine, store: HistoryStore, category: MODEL_REFERENCE_CATEGORY) -> None:
    """Record the names that a catalogue lists; the Horde's figures are kept without them, too."""
    try:
        catalogue = await engine.manager.get_catalogue(category)
    except CatalogueError as error:
        typer.echo(f"{category.value}: its names are not recorded: {visible(error.message)}", err=True)
    else:
        await store.listings.keep(catalogue)


async def _note_changes(engine: Engine, store: HistoryStore, category: MODEL_REFERENCE_CATEGORY) -> None:
    """Note the changes of a category; the Horde's figures are kept without them, too."""
    try:
        changes = await store.changes.keep(await engine.category_state(category))
    except (CatalogueError, EmptyCategoryError, HordeAPIError) as error:
        typer.echo(f"{category.value}: its changes are not noted: {visible(error.message)}", err=True)
    else:
        typer.echo(f"{category.value}: {counted(len(changes), 'change')}", err=True)


def import_saved(files: Sequence[Path], date: str | None, kind: HordeModelType | None, *, demo: bool) -> None:
    """Read saved answers into the history, and count how many were new."""
    now = clock_for(demo=demo).now()
    moment = read_moment(date, "--date", now) if date is not None else None
    counted = dict.fromkeys([*(outcome.value for outcome in Outcome), "unknown"], 0)

    async def work() -> None:
        async with open_history(demo=demo) as store:
            with progress("Files", len(files), MofNCompleteColumn()) as reach:
                for at, path in enumerate(files, start=1):
                    found = read_saved(path, moment, kind, now)
                    outcome = "unknown" if found is None else (await store.writer.keep(found)).value
                    counted[outcome] += 1
                    reach(at)

    asyncio.run(work())
    typer.echo(", ".join(f"{number:,} {outcome}" for outcome, number in counted.items() if number), err=True)


def prune(*, demo: bool) -> None:
    """Roll old days up into months."""

    async def work() -> int:
        closed, keep_days = 0, settings_for(demo=demo).history.keep_days
        async with open_history(demo=demo) as store:
            now = store.clock.now()
            due = {kind: await months_to_roll_up(store.database, kind, keep_days, now) for kind in HordeModelType}
            with progress("Months", sum(map(len, due.values())), MofNCompleteColumn()) as reach:
                for model_type in due:
                    async for _ in roll_up_months(store.database, model_type, keep_days, now):
                        closed += 1
                        reach(closed)
        return closed

    typer.echo(f"{asyncio.run(work()):,} months closed", err=True)


def export(written: ExportFormat, kind: HordeModelType | None, output: Path | None, *, demo: bool) -> None:
    """Write out the days that are kept, a row for each API name and day."""
    if written is ExportFormat.parquet:
        keep_from_terminal("Parquet", output)
    types = [kind] if kind is not None else list(HordeModelType)

    async def work() -> pl.DataFrame:
        parts = [pl.DataFrame(schema=EXPORTED)]
        async with open_history(open_store_for_reading, demo=demo) as store:
            for model_type in types:
                with progress(model_type.value, 1.0, TaskProgressColumn()) as reach:
                    async for share, part in exported(store, model_type):
                        parts.append(part)
                        reach(share)
        return pl.concat(parts)

    write(WRITERS[written](asyncio.run(work())), output)


@asynccontextmanager
async def open_history(opened: Opener = open_store, *, demo: bool) -> AsyncIterator[HistoryStore]:
    """Open the history of the settings, or of the demo; it is closed at the end."""
    store = await (open_simulated_past if demo else opened)(settings_for(demo=demo), clock_for(demo=demo))
    try:
        yield store
    finally:
        await store.aclose()


@contextmanager
def progress(what: str, total: float, unit: ProgressColumn) -> Iterator[Callable[[float], None]]:
    """Show a progress bar if standard error is a terminal; yield the function that updates it."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), unit)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda reached: progress.update(task, completed=reached)
