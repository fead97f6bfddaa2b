"""A past in few words: what the Horde said on which day, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from horde_model_reference.categories import HordeModelType
from horde_model_reference.history.days import day_number, day_of_number
from horde_model_reference.history.reading import together
from horde_model_reference.history.snapshots import Snapshot, StatsSnapshot, WorkerSnapshot
from horde_model_reference.history.store import HistoryStore
from horde_model_reference.history.trends import ends_of_names
from horde_model_reference.integrations.horde_api_models import parse_stats, parse_status
from tests.support.builders import stats_of, status_of

IMAGES = HordeModelType.IMAGE
TEXTS = HordeModelType.TEXT
FIRST = date(2025, 1, 1)
"""The day that is number 0 below; a year and a half after it have gone by, for what is yet to come is not read."""


def morning(day: int, hour: int = 6) -> datetime:
    """The moment after the statistics of a day were compiled: the next morning."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, hour, tzinfo=UTC) + timedelta(days=day + 1)


def compile_of(
    day: int,
    figures: Mapping[str, int | tuple[int, int, int]],
    model_type: HordeModelType = IMAGES,
    hour: int = 6,
) -> StatsSnapshot:
    """The statistics of a day, seen the next morning."""
    return StatsSnapshot(model_type, morning(day, hour), parse_stats(stats_of(figures)).frame)


def look_of(
    day: int, threads: Mapping[str, int], hour: int = 12, model_type: HordeModelType = IMAGES
) -> WorkerSnapshot:
    """The workers as they were seen at an hour of a day."""
    frame = parse_status(status_of(threads)).frame.select("api_name", "worker_count")
    return WorkerSnapshot(model_type, morning(day - 1, hour), frame)


async def keep_all(store: HistoryStore, snapshots: Iterable[Snapshot]) -> list[str]:
    """Keep snapshots one after the other, and return what became of each."""
    return [(await store.writer.keep(snapshot)).value for snapshot in snapshots]


async def all_kept(store: HistoryStore) -> dict[str, Any]:
    """Return what is kept, by names and days: the same for the same past, however it was written."""
    found: dict[str, Any] = {}
    for model_type in HordeModelType:
        names = await store.reader.names(model_type)
        days = await store.reader.days(model_type)
        ids = names["name_id"].to_list()
        threads = await store.reader.threads(ids, -(10**6))
        closed, months = await store.reader.months(model_type, ids)
        usage = await store.reader.usage(days, ids)
        ends = together([ends_of_names(usage), await store.reader.ends_besides(model_type)])
        found[model_type.value] = {
            "days": [str(day_of_number(day)) for day in days.numbers],
            "usage": _named(usage, names, "day"),
            "threads": _named(threads, names, "day"),
            "looks": (await store.reader.looks(model_type, -(10**6))).rows(),
            "closed": closed.rows(),
            "months": _named(months, names, "month"),
            "ends": _named(ends, names, "first_day"),
        }
    return found


def _named(rows: pl.DataFrame, names: pl.DataFrame, order: str) -> list[tuple[Any, ...]]:
    joined = rows.join(names, on="name_id").drop("name_id")
    return joined.select("api_name", pl.exclude("api_name")).sort("api_name", order).rows()


def number(day: int) -> int:
    """The number that the history gives a day."""
    return day_number(FIRST) + day
