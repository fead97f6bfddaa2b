"""Fetch catalogues, so that a good copy of each is held."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.cli.actions.session import settings_for, with_engine
from horde_model_reference.engine import Engine
from horde_model_reference.errors import CatalogueError, CatalogueSourceError
from horde_model_reference.escaping import visible
from horde_model_reference.reports.words import counted


def sync(wanted: Sequence[MODEL_REFERENCE_CATEGORY], *, accept: bool, demo: bool) -> None:
    """Fetch catalogues and keep a good copy of each, with a progress bar where standard error is a terminal.

    Args:
        wanted: Which categories; without any, all that have a source.
        accept: Keep a copy also of a catalogue that lost much.
        demo: Use the bundled sample.

    Raises:
        CatalogueSourceError: A catalogue cannot be had.
        EmptyCategoryError: A wanted category has no source.
    """
    settings = settings_for(demo=demo)
    wanted = wanted or [category for category in MODEL_REFERENCE_CATEGORY if settings.sources.location(category)]
    failures = with_engine(lambda engine: _sync(engine, wanted, accept=accept), demo=demo, settings=settings)
    if failures:
        raise CatalogueSourceError(
            f"{len(failures)} of {len(wanted)} catalogues failed: {'; '.join(failures)}", hint="The others are kept."
        )


async def _sync(engine: Engine, wanted: Sequence[MODEL_REFERENCE_CATEGORY], *, accept: bool) -> list[str]:
    failures = []
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("Catalogues", total=len(wanted))
        for category in wanted:
            try:
                catalogue = await engine.manager.get_catalogue(category)
                if accept:
                    await engine.manager.accept(category)
                    catalogue = await engine.manager.get_catalogue(category)
            except CatalogueError as error:
                failures.append(f"{category.value} ({visible(error.message.removesuffix('.'))})")
            else:
                progress.console.print(
                    f"{category.value}: {counted(len(catalogue.records), 'model')}, revision {catalogue.revision[:10]}",
                    markup=False,
                )
                for warning in catalogue.warnings:
                    progress.console.print(f"  {warning.code}: {warning.message}", markup=False)
            progress.advance(task)
    return failures
