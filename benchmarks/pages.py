"""Time that the server takes for each of the web page's answers, by page and size of the catalogue."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import quote

import polars as pl

from benchmarks import scale
from benchmarks._report import Section, Table, spread
from benchmarks._servers import BenchmarkError, ReplayHorde, ask, catalogue_files, prefixed, serving, wait_for
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.integrations.horde_api_models import PERIODS

TEXT = MODEL_REFERENCE_CATEGORY.text_generation
GZIP = {"Accept-Encoding": "gzip", "Accept": "text/html"}

PAGES: Mapping[str, str] = {
    "Overview": "/overview/{category}?",
    "Models": "/models/{category}?",
    "Models, filtered and sorted": "/models/{category}?verdict=keep&reason=no_active_workers&sort=-usage_month",
    "Models, the last page": "/models/{category}?offset=1000000",
    "Families": "/models/{category}?group_text_models=true",
    "Families by verdict": "/models/{category}?group_text_models=true&verdict=keep",
    "Charts": "/charts/{category}?",
    "Names": "/names/{category}?",
    "Model": "/model/{category}/{name}?",
    "Plan": "/plan/{category}?",
    "Plan, protected": "/plan/{category}?tab=protected&page=3",
    "Plan of another policy": "/plan/{category}?candidates.min_age_days=0",
    "Plan of a selection": "/plan/{category}?asked=1&select={name}",
}
"""The pages by their name, with their addresses."""

LARGE = 100_000
MOST_MS: Mapping[str, float] = {"small": 100.0, "large": 300.0}
"""Milliseconds that an answer may take, by size."""
ENOUGH_FOR_ALL = {
    "REQUEST_DEADLINE_SECONDS": "60",
    "BODY_LIMITS__MAX_ENTRIES": "10000000",
    "BODY_LIMITS__MAX_BYTES": "100000000",
    "HISTORY__ENABLED": "false",
    "CACHE_HYDRATION_INTERVAL_SECONDS": "86400",
    "HORDE_API_CACHE_TTL": "86400",
    "DELETION_RISK_CACHE_TTL": "86400",
    "CACHE_HYDRATION_STALE_TTL_SECONDS": "86400",
}
"""Settings under which the large catalogue is read, and no table is made anew meanwhile."""


@dataclass(frozen=True)
class World:
    """A catalogue with a Horde, and what was measured with them.

    Attributes:
        files: The catalogue files.
        horde: The Horde.
        name: A model of the catalogue.
    """

    files: Mapping[MODEL_REFERENCE_CATEGORY, Path]
    horde: ReplayHorde
    name: str


def run(*, quick: bool) -> Section:
    """Measure every page at both sizes."""
    section = Section("Pages")
    rounds = 3 if quick else 15
    with _small() as world:
        small = _measured(world, rounds)
    with TemporaryDirectory(prefix="benchmark-") as folder, _large(Path(folder)) as world:
        large = _measured(world, rounds)
    rows = [
        [
            page,
            *_cells(section, page, "small", small[page]),
            *_cells(section, page, "large", large[page]),
        ]
        for page in PAGES
    ]
    section.add(
        "Milliseconds from a request to the last byte of its page, over loopback, each time with an address that was "
        f"not asked before, so that no kept answer is sent: the median of {rounds} (range), and kB with gzip. Text "
        f"models: the real catalogue with captures of the real server, or the demo's; and {LARGE:,} synthetic ones. "
        f"Goals: the median at most {MOST_MS['small']:g} ms, and {MOST_MS['large']:g} ms of the large catalogue.",
        Table(("page", "small, ms", "kB", "goal", "large, ms", "kB", "goal"), rows),
    )
    return section


def _cells(section: Section, page: str, size: str, seen: tuple[list[float], int]) -> list[str]:
    taken, length = seen
    most = MOST_MS[size]
    met = section.check(f"{page}, {size}: {median(taken):.0f} ms", met=median(taken) <= most)
    return [spread(taken, 0), f"{length / 1000:.0f}", met]


@contextmanager
def _small() -> Iterator[World]:
    files = catalogue_files()
    with ReplayHorde() as horde:
        with files[TEXT].open(encoding="utf-8") as file:
            name = next(csv.DictReader(file))["name"]
        yield World(files, horde, name)


@contextmanager
def _large(folder: Path) -> Iterator[World]:
    frame = scale.catalogue_of(LARGE, growing=True).frame
    path = folder / "models.csv"
    frame.select(
        "name",
        (pl.col("parameters") / 10**9).alias("parameters_bn"),
        "baseline",
        pl.when("has_description").then(pl.lit("A model.")).alias("description"),
        "style",
    ).write_csv(path)
    observed = scale.observation_of(frame["name"])
    with ReplayHorde() as horde:
        stats = observed.stats.frame
        horde.bodies["stats/text/models", None] = json.dumps(
            {period: dict(stats.select("api_name", f"usage_{period}").iter_rows()) for period in PERIODS}
        ).encode()
        horde.bodies["status/models", "text"] = json.dumps(
            [
                {"name": name, "type": "text", "count": count, "jobs": jobs, "queued": jobs, "eta": 0, "performance": 9}
                for name, count, jobs in observed.status.frame.select(
                    "api_name", "worker_count", "queued_jobs"
                ).iter_rows()
            ]
        ).encode()
        yield World(dict(catalogue_files()) | {TEXT: path}, horde, str(frame["name"][0]))


def _measured(world: World, rounds: int) -> dict[str, tuple[list[float], int]]:
    """Return the milliseconds of every round, and the bytes of the answer, by page."""
    with serving(world.horde, catalogues=world.files, environment=prefixed(ENOUGH_FOR_ALL)) as ours:
        wait_for(ours.port, "/api/readiness", ours.process, 120.0)
        return {page: _page(ours.port, address, world.name, rounds) for page, address in PAGES.items()}


def _page(port: int, address: str, name: str, rounds: int) -> tuple[list[float], int]:
    taken, length = [], 0
    for at in range(rounds + 1):
        target = address.format(category=TEXT.value, name=quote(name)) + f"&round={at}"
        started = time.perf_counter()
        answer = ask(port, target, GZIP, timeout=120.0)
        taken.append(1000 * (time.perf_counter() - started))
        length = len(answer.body)
        if answer.status != 200:
            raise BenchmarkError(f"{target}: status {answer.status}")
    return taken[1:], length  # The first makes what later ones share, such as the families of the table.
