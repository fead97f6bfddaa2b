"""The history of use: loading a year, reading a model's year, and the trends of a whole category; both databases."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import polars as pl
from sqlalchemy import URL, make_url
from tests.support.postgres import binaries, postgres_server

from benchmarks._report import Section, Table, spread
from horde_model_reference.catalogue.catalogue import COLUMNS, Catalogue
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, HordeModelType
from horde_model_reference.clock import Clock
from horde_model_reference.history.catalogue_history import CatalogueHistory
from horde_model_reference.history.database import open_database
from horde_model_reference.history.snapshots import StatsSnapshot
from horde_model_reference.history.store import HistoryStore, store_on

NAMES = 2_000
DAYS = 365
QUICK_DAYS = 60
MOST_LOAD = 60.0
MOST_MODEL = 0.020
MOST_USAGE = 0.5
RUNS = 15
_END = datetime(2026, 11, 1, 6, tzinfo=UTC)


@dataclass
class Measured:
    """Seconds, by what was done."""

    load: float
    model: list[float]
    usage: list[float]


def run(*, quick: bool) -> Section:
    """Measure both databases."""
    section = Section("History")
    days = QUICK_DAYS if quick else DAYS
    rows = []
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="hmr-history-"))
        addresses = {
            "SQLite": URL.create("sqlite+aiosqlite", database=str(Path(folder) / "history.sqlite")),
            "PostgreSQL": stack.enter_context(_postgresql()),
        }
        for name, url in addresses.items():
            if url is None:
                section.add(f"{name}: skipped, its programs are not installed.")
                continue
            rows.append(_row(section, name, asyncio.run(_measure(url, days))))
    section.add(
        f"{days} days of {NAMES:,} API names ({days * NAMES:,} rows), one transaction a day, as the collector writes "
        f"them. Then, {RUNS} times each, with nothing kept from the run before but what a process keeps anyway (which "
        "name belongs to which model): a model's whole year with rates, trend and points; the use of all models over "
        "the year, with trends and first and last days, for tables and plans (once a day and process). "
        "Attribution of all names is part of the first of each, which is told by the range.",
        Table(("database", "loading", "a model's year", "the use of all models"), rows),
    )
    return section


@contextmanager
def _postgresql() -> Iterator[URL | None]:
    programs = binaries()
    if programs is None or find_spec("asyncpg") is None:
        yield None
        return
    with postgres_server(programs) as address:
        yield make_url(address).set(drivername="postgresql+asyncpg")


def _row(section: Section, name: str, seen: Measured) -> list[str]:
    goals = (
        (f"{name}: loading", seen.load, MOST_LOAD),
        (f"{name}: a model's year", median(seen.model), MOST_MODEL),
        (f"{name}: use of all models", median(seen.usage), MOST_USAGE),
    )
    words = [section.check(f"{what} {took:.3f} s", met=took < most) for what, took, most in goals]
    return [
        name,
        f"{seen.load:.1f} s ({words[0]})",
        f"{spread([1000 * took for took in seen.model], 1)} ms ({words[1]})",
        f"{spread([1000 * took for took in seen.usage], 0)} ms ({words[2]})",
    ]


async def _measure(url: URL, days: int) -> Measured:
    store = store_on(await open_database(url), Clock())
    started = time.perf_counter()
    await _load(store, days)
    load = time.perf_counter() - started
    catalogue = _catalogue()
    pasts = CatalogueHistory(store)
    found = Measured(
        load,
        model=await _timed(lambda: pasts.of_models(catalogue, ["Author/Model-7"], DAYS)),
        usage=await _timed(lambda: CatalogueHistory(store).usage(catalogue)),
    )
    await store.aclose()
    return found


async def _timed(ask: Callable[[], Awaitable[object]], runs: int = RUNS) -> list[float]:
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        await ask()
        seconds.append(time.perf_counter() - started)
    return seconds


async def _load(store: HistoryStore, days: int) -> None:
    at = pl.int_range(NAMES, eager=True)
    names = pl.DataFrame({"at": at}).select("at", api_name=pl.format("koboldcpp/Model-{}-Q4_K_M", "at"))
    for day in range(days):
        use = (pl.col("at") * 7919 + day * 31) % 50
        frame = names.select("api_name", usage_day=use, usage_month=30 * use, usage_total=use * day + pl.col("at"))
        await store.writer.keep(StatsSnapshot(HordeModelType.TEXT, _END + timedelta(days=day - days), frame))


def _catalogue() -> Catalogue:
    names = pl.DataFrame({"name": [f"Author/Model-{at}" for at in range(NAMES)]})
    frame = names.match_to_schema(pl.Schema(COLUMNS), missing_columns="insert").sort("name").rechunk()
    return Catalogue(MODEL_REFERENCE_CATEGORY.text_generation, "synthetic", _END, {}, frame)
