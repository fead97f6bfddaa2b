"""Time and memory from a catalogue in columns and a parsed observation to the bytes of a page, by catalogue size."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from statistics import median

import polars as pl

from benchmarks._report import Section, Table
from benchmarks._servers import ROOT, memory_mb
from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.catalogue.catalogue import COLUMNS, Catalogue
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, HordeModelType
from horde_model_reference.integrations.horde_api_models import (
    STATS_SCHEMA,
    STATUS_FIELDS,
    STATUS_SCHEMA,
    USAGE,
    Observation,
    Payload,
)
from horde_model_reference.reports.json_report import to_json

PAGE = 100
FAMILIES = 400
"""Families of the catalogues whose number of families stays the same; about as many as the real one has."""
FAMILY_SIZE = 4
"""Models a family where families grow with the catalogue."""

MOST_SECONDS: Mapping[int, float] = {1_000: 0.010, 100_000: 0.3, 1_000_000: 3.0}
MOST_MB: Mapping[int, float] = {1_000_000: 2000.0}
LINEAR_FROM = 10_000
MOST_GROWTH = 1.5
"""How much more time a model may take at the largest size than at ``LINEAR_FROM``."""

RUNS: Mapping[int, int] = {1_000: 31, 10_000: 15, 100_000: 7, 1_000_000: 5}
QUICK_RUNS: Mapping[int, int] = {1_000: 11, 10_000: 3, 100_000: 3}
CHILD_SECONDS = 300


@dataclass(frozen=True)
class Measured:
    """What one fresh process saw.

    Attributes:
        models: Models in the catalogue.
        api_names: Names that the Horde reports.
        outcomes: API names by what became of them.
        first: Seconds of the first run in the process.
        rest: Seconds of the runs after it.
        peak_mb: The most memory it ever held, the making of its data included.
    """

    models: int
    api_names: int
    outcomes: Mapping[str, int]
    first: float
    rest: tuple[float, ...]
    peak_mb: float


# The data


def catalogue_of(models: int, *, growing: bool) -> Catalogue:
    """Return a text catalogue held in columns; of twenty models one has a namesake by another author."""
    at = pl.int_range(models, eager=True).alias("at")
    place = pl.when(pl.col("at") % 20 == 1).then(pl.col("at") - 1).otherwise(pl.col("at"))
    family, member = (place // FAMILY_SIZE, place % FAMILY_SIZE) if growing else (place % FAMILIES, place // FAMILIES)
    names = at.to_frame().select(
        name=pl.format(
            "Author{}/{}-{}B-Instruct-v{}.{}",
            pl.col("at") % 4999,
            _word(family),
            member % 70 + 1,
            member // 70,
            member // 7 % 10,
        )
    )
    frame = names.with_row_index("at").select(
        name="name",
        baseline=pl.when(pl.col("at") % 10 > 0).then(pl.lit("llama")),
        nsfw=pl.col("at") % 7 == 0,
        has_description=pl.col("at") % 3 > 0,
        size_bytes=pl.lit(None, pl.Int64),
        download_count=pl.lit(0, pl.Int64),
        download_hosts=pl.lit([], pl.List(pl.String)),
        unusable_url_count=pl.lit(0, pl.Int64),
        style=pl.lit("generalist"),
        parameters=(pl.col("at") % 70 + 1).cast(pl.Int64) * 10**9,
    )
    frame = frame.match_to_schema(pl.Schema(COLUMNS), missing_columns="insert", extra_columns="ignore")
    frame = frame.unique("name").sort("name").rechunk()
    return Catalogue(MODEL_REFERENCE_CATEGORY.text_generation, f"synthetic-{models}", _NOW, {}, frame)


def observation_of(names: pl.Series) -> Observation:
    """Return an observation in which each model is reported under one name, of every kind that workers send."""
    models = pl.DataFrame({"name": names}).with_row_index("at")
    whole, short = pl.col("name"), pl.col("name").str.split("/").list.last()
    kinds = (
        whole,
        pl.format("koboldcpp/{}", short),
        pl.format("koboldcpp/{}.i1-Q4_K_M", short),
        pl.format("aphrodite/{}", whole),
        pl.format("{}-Q5_K_M.gguf", short),
        pl.format("KoboldCpp/{}", short.str.to_lowercase()),
        pl.format("aphrodite/{}-GPTQ-Int4", whole),
        pl.format("tabbyAPI/{}-exl2-4.0bpw", short),
        pl.format("koboldcpp/Unlisted-{}-Q8_0", pl.col("at")),
    )
    chosen = pl.lit(None, pl.String)
    for number, kind in enumerate(kinds):
        chosen = pl.when(pl.col("at") % len(kinds) == number).then(kind).otherwise(chosen)
    reported = models.select(api_name=chosen).unique().sort("api_name").with_row_index("at")
    at = pl.col("at").cast(pl.Int64)
    stats = reported.select("api_name", usage_day=at % 50, usage_month=at * 7919 % 5000, usage_total=at % 90000)
    status = reported.filter(pl.col("at") % 3 == 0).select(
        "api_name",
        worker_count=at % 4 + 1,
        queued_jobs=at % 2,
        performance=pl.lit(10.0),
        eta=at % 9,
        queued=pl.lit(0.0),
    )
    return Observation(
        HordeModelType.TEXT,
        Payload(status.match_to_schema(pl.Schema(STATUS_SCHEMA)), frozenset(STATUS_FIELDS)),
        Payload(stats.match_to_schema(pl.Schema(STATS_SCHEMA)), frozenset(USAGE)),
        frozenset(),
        _NOW,
        _NOW,
    )


_NOW = datetime(2026, 11, 1, tzinfo=UTC)
_SYLLABLES = ("ba", "cho", "da", "fe", "gi", "ko", "lu", "mo", "nei", "pu")


def _word(number: pl.Expr) -> pl.Expr:
    """Spell a number, so that no digit of it can be taken for a size or a version."""
    return pl.format("Stheno{}", number.cast(pl.String).str.replace_many(list("0123456789"), list(_SYLLABLES)))


# The measurement


def measure(models: int, *, growing: bool, grouped: bool, runs: int) -> Measured:
    """Measure in this process."""
    catalogue = catalogue_of(models, growing=growing)
    observation = observation_of(catalogue.frame["name"])
    factory = ModelDeletionRiskInfoFactory.create_default()
    query = RiskQuery(limit=PAGE, group_text_models=grouped)
    seconds: list[float] = []
    outcomes: dict[str, int] = {}
    for _ in range(1 + runs):
        started = time.perf_counter()
        table = factory.create_table(catalogue, observation)
        body = to_json(respond(table, query))
        seconds.append(time.perf_counter() - started)
        if not body.startswith(b'{"category":"text_generation"'):
            raise ValueError("this is no answer")
        outcomes = dict(table.api_names["outcome"].value_counts(sort=True).iter_rows())
        del table  # Two tables at once would not be what a fresh process needs.
    peak = memory_mb(os.getpid(), "VmHWM")
    return Measured(
        models=catalogue.frame.height,
        api_names=observation.stats.frame.height,
        outcomes=outcomes,
        first=seconds[0],
        rest=tuple(seconds[1:]),
        peak_mb=peak or 0.0,
    )


def _measure_apart(models: int, *, growing: bool, grouped: bool, runs: int) -> Measured:
    """Measure in a fresh process."""
    options = [str(models), str(runs), *(["--growing"] if growing else []), *(["--grouped"] if grouped else [])]
    command = [sys.executable, "-m", "benchmarks.scale", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=CHILD_SECONDS, check=True)
    found = json.loads(done.stdout)
    return Measured(**found | {"rest": tuple(found["rest"])})


def run(*, quick: bool) -> Section:
    """Measure every size, with and without growing families, grouped and not."""
    section = Section("Scale")
    rows = []
    outcomes: list[str] = []
    for growing, grouped in ((False, False), (False, True), (True, False), (True, True)):
        per_model: dict[int, float] = {}
        for size, runs in (QUICK_RUNS if quick else RUNS).items():
            seen = _measure_apart(size, growing=growing, grouped=grouped, runs=runs)
            per_model[size] = median(seen.rest) / seen.models
            rows.append(_row(section, size, seen, growing=growing, grouped=grouped))
        largest = max(per_model)
        growth = per_model[largest] / per_model[LINEAR_FROM]
        name = _name(growing=growing, grouped=grouped)
        word = section.check(f"linear, {name}: {growth:.2f} times", met=growth <= MOST_GROWTH)
        outcomes.append(f"{name}: {growth:.2f} ({word})")
    shares = ", ".join(f"{count / seen.api_names:.1%} {outcome}" for outcome, count in seen.outcomes.items())
    section.add(
        f"From a text catalogue in columns and a parsed observation to the bytes of a page of {PAGE}, attribution "
        f"included, in a fresh process a row: the median of the runs (range), and apart from them the first run, which "
        "also names the catalogue's families. "
        f"Families: {FAMILIES}, or one for {FAMILY_SIZE} models (growing). At the largest size, of the API names: "
        f"{shares}. Peak memory includes the making of the data.",
        Table(("models", "families", "rows", "median (range)", "first", "a model", "peak", "goal"), rows),
        f"Time per model at the largest size, as a multiple of that at {LINEAR_FROM:,} (goal: at most {MOST_GROWTH}): "
        + "; ".join(outcomes)
        + ".",
    )
    return section


def _row(section: Section, size: int, seen: Measured, *, growing: bool, grouped: bool) -> list[str]:
    middle = median(seen.rest)
    goals = []
    if size in MOST_SECONDS:
        goals.append((f"{MOST_SECONDS[size] * 1000:,.0f} ms", middle <= MOST_SECONDS[size]))
    if size in MOST_MB:
        goals.append((f"{MOST_MB[size]:,.0f} MB", seen.peak_mb < MOST_MB[size]))
    name = f"{size:,} models, {_name(growing=growing, grouped=grouped)}"
    words = [f"{goal}: {section.check(f'{name}: {goal}', met=met)}" for goal, met in goals]
    return [
        f"{seen.models:,}",
        "growing" if growing else f"{FAMILIES}",
        "families" if grouped else "models",
        f"{middle * 1000:,.1f} ms ({min(seen.rest) * 1000:,.1f} to {max(seen.rest) * 1000:,.1f})",
        f"{seen.first * 1000:,.0f} ms",
        f"{middle / seen.models * 1e6:.2f} µs",
        f"{seen.peak_mb:,.0f} MB",
        ", ".join(words) or "none",
    ]


def _name(*, growing: bool, grouped: bool) -> str:
    return f"{'growing' if growing else 'constant'} families, {'grouped' if grouped else 'ungrouped'}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=int)
    parser.add_argument("runs", type=int)
    parser.add_argument("--growing", action="store_true")
    parser.add_argument("--grouped", action="store_true")
    print(json.dumps(asdict(measure(**vars(parser.parse_args())))))
