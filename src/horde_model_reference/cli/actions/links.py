"""Check download addresses, and write the results out."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import typer
from rich.progress import MofNCompleteColumn

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.cli.actions.history import open_history, progress
from horde_model_reference.cli.actions.output import write
from horde_model_reference.cli.actions.session import clock_for, link_prober, settings_for, with_engine
from horde_model_reference.engine import Engine
from horde_model_reference.errors import UsageError
from horde_model_reference.escaping import quoted
from horde_model_reference.history.store import open_store_for_reading
from horde_model_reference.links.checking import check_links
from horde_model_reference.links.link import Link, LinkResult, links_of
from horde_model_reference.links.link_check import LinkCheck
from horde_model_reference.reports.csv_report import cell

COLUMNS = ("model", "address", "state", "outcome", "detail", "checked_at", "failed_days")
UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1)}
LONGEST_AGE = 10_000


def check(category: MODEL_REFERENCE_CATEGORY, older_than: str, limit: int | None, *, demo: bool) -> None:
    """Ask for the addresses that are due, keep the results, and count them.

    Raises:
        UsageError: The age has no sense.
        CatalogueError: The catalogue cannot be had.
        HistoryError: The results cannot be kept.
    """
    age, clock, settings = age_of(older_than), clock_for(demo=demo), settings_for(demo=demo)
    counts: Counter[str] = Counter()

    async def work(engine: Engine) -> None:
        links = await _links(engine, category)
        async with open_history(demo=demo) as store, link_prober(settings, clock, demo=demo) as prober:
            due = (await store.links.due(links, age, clock.now()))[:limit]
            counts["up to date"] = len(links) - len(due)
            with progress("Links", len(due), MofNCompleteColumn()) as reach:

                async def keep(link: Link, result: LinkResult) -> None:
                    await store.links.keep(link.address, result, clock.now())
                    counts[result.outcome.value] += 1
                    reach(counts.total() - counts["up to date"])

                await check_links(due, prober, keep)

    with_engine(work, demo=demo, settings=settings, clock=clock)
    typer.echo(", ".join(f"{number:,} {word}" for word, number in counts.items() if number) or "no address", err=True)


def export(category: MODEL_REFERENCE_CATEGORY, output: Path | None, *, demo: bool) -> None:
    """Write a row for each model and address, with the last result.

    Raises:
        CatalogueError: The catalogue cannot be had.
        HistoryError: The results cannot be read.
        OutputError: The file cannot be written.
    """

    async def work(engine: Engine) -> tuple[list[Link], Mapping[str, LinkCheck]]:
        links = await _links(engine, category)
        async with open_history(open_store_for_reading, demo=demo) as store:
            return links, await store.links.checks([link.address for link in links])

    write(to_csv(*with_engine(work, demo=demo)).encode(), output)


def to_csv(links: Sequence[Link], checks: Mapping[str, LinkCheck]) -> str:
    """Return results as CSV with a header line; the cells of an address without a result are empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for link in links:
        found = checks.get(link.address)
        result = ("",) * 5 if found is None else _result(found)
        writer.writerows([cell(value) for value in (model, link.address, *result)] for model in link.models)
    return text.getvalue()


def _result(found: LinkCheck) -> tuple[object, ...]:
    checked_at = found.checked_at.isoformat(timespec="seconds")
    return found.state.value, found.outcome.value, found.detail, checked_at, found.failed_days


def age_of(text: str) -> timedelta:
    """Return the age that a text such as ``7d`` or ``12h`` means.

    Raises:
        UsageError: It has another form, or is too long.
    """
    found = re.fullmatch(r"(\d{1,5})([dh])", text, re.ASCII)
    if found is None or int(found[1]) > LONGEST_AGE:
        raise UsageError(
            f"--older-than {quoted(text)}: it has not the form 7d or 12h.", hint=f"At most {LONGEST_AGE}d."
        )
    return int(found[1]) * UNITS[found[2]]


async def _links(engine: Engine, category: MODEL_REFERENCE_CATEGORY) -> list[Link]:
    return links_of((await engine.manager.get_catalogue(category)).records.values())
