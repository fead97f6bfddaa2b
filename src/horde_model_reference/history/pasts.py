"""From the database to what the past says of a catalogue's models, each computed once per new day."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from horde_model_reference.analytics.past_use import TREND_WEEKS, PastUse, RecentUse
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.categories import REPORTED_TYPES, HordeModelType
from horde_model_reference.history import trends
from horde_model_reference.history.model_history import RATE_DAYS, NamePasts, model_history
from horde_model_reference.history.reading import Days
from horde_model_reference.history.store import HistoryStore
from horde_model_reference.integrations.attribution import NAME_RULES


class Pasts:
    """Reads a store for catalogues, and keeps what it made of it while nothing changes."""

    def __init__(self, store: HistoryStore) -> None:
        self._store = store
        self._held: dict[tuple[str, HordeModelType], tuple[str, Any]] = {}

    async def recent(self, catalogue: Catalogue) -> RecentUse | None:
        """Return the recent past of every model; None where nothing is kept. Errors as for :class:`Database`."""
        model_type = REPORTED_TYPES[catalogue.category]
        days = await self._store.reader.days(model_type)
        if not days.by_compile:
            return None
        key = _key(catalogue, days)
        held = self._held.get(("recent", model_type))
        if held is None or held[0] != key:
            frame = trends.recent_frame(*await self._ends_and_weeks(catalogue, days, TREND_WEEKS))
            held = self._held["recent", model_type] = (key, RecentUse(frame, key))
        recent: RecentUse = held[1]
        return recent

    async def past_use(self, catalogue: Catalogue) -> Mapping[str, PastUse] | None:
        """Return what a year says of every model; None where nothing is kept. Errors as for :class:`Database`."""
        model_type = REPORTED_TYPES[catalogue.category]
        days = await self._store.reader.days(model_type)
        if not days.by_compile:
            return None
        key = _key(catalogue, days)
        held = self._held.get(("past", model_type))
        if held is None or held[0] != key:
            ends, weekly = await self._ends_and_weeks(catalogue, days, trends.YEAR_WEEKS)
            months = await self._months_now(catalogue, days)
            names = catalogue.frame["name"]
            found = await asyncio.to_thread(trends.past_use, names, ends, weekly, days.numbers, months)
            held = self._held["past", model_type] = (key, found)
        past: Mapping[str, PastUse] = held[1]
        return past

    async def of_models(self, catalogue: Catalogue, names: Sequence[str], days: int) -> dict[str, Any]:
        """Return the past of some models together (see :func:`model_history`), and their API names."""
        model_type, reader = REPORTED_TYPES[catalogue.category], self._store.reader
        every_day = await reader.days(model_type)
        owners = await self._owners(catalogue)
        wanted = catalogue.frame["name"].is_in(list(names)).arg_true().cast(pl.UInt32)
        own = owners.filter(pl.col("model_index").is_in(wanted.implode()))
        ids = own["name_id"].to_list()
        last = every_day.numbers[-1] if every_day.by_compile else 0
        shown = every_day.since(last - max(days, *RATE_DAYS) - 30)
        start = last - days + 1
        closed, months = await reader.months(model_type, ids)
        past = NamePasts(
            days=shown.numbers,
            usage=await reader.usage(shown, ids),
            threads=await reader.threads(ids, start),
            looks=await reader.looks(model_type, start),
            closed=closed,
            months=months,
            ends=await reader.ends_of(ids, every_day),
        )
        found = await asyncio.to_thread(model_history, past, days)
        return {**found, "api_names": sorted(own["api_name"])}

    async def _ends_and_weeks(self, catalogue: Catalogue, days: Days, weeks: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        model_type, reader = REPORTED_TYPES[catalogue.category], self._store.reader
        owners, models = await self._owners(catalogue), catalogue.frame.height
        ends = trends.ends_of_models(await reader.ends(model_type, days), owners, models)
        by_name = await reader.weeks(days.since(days.numbers[-1] - 7 * weeks + 1))
        weekly = await asyncio.to_thread(trends.weekly_use, by_name, owners, days.numbers, models, weeks)
        return ends, weekly

    async def _months_now(self, catalogue: Catalogue, days: Days) -> pl.Series:
        """Return each model's counter of the month on the last day."""
        owners = await self._owners(catalogue)
        newest = days.since(days.numbers[-1])
        usage = await self._store.reader.usage(newest, owners["name_id"].to_list())
        index = pl.DataFrame({"model_index": pl.int_range(catalogue.frame.height, dtype=pl.UInt32, eager=True)})
        month = pl.when(pl.col("usage_month").null_count() == 0).then(pl.col("usage_month").sum())
        sums = usage.join(owners, on="name_id").group_by("model_index").agg(month, reported=pl.lit(value=True))
        joined = index.join(sums, on="model_index", how="left", maintain_order="left")
        return joined.select(pl.when(pl.col("reported").is_null()).then(0).otherwise("usage_month").alias("month"))[
            "month"
        ]

    async def _owners(self, catalogue: Catalogue) -> pl.DataFrame:
        """Return ``name_id``, ``model_index`` and ``api_name`` of the names that belong to a model."""
        model_type = REPORTED_TYPES[catalogue.category]
        key = f"{await self._store.reader.newest_name()}/{catalogue.revision}"
        held = self._held.get(("owners", model_type))
        if held is None or held[0] != key:
            names = await self._store.reader.names(model_type)
            rules = NAME_RULES[model_type]
            owners = await asyncio.to_thread(trends.attributed, names, catalogue.frame["name"], rules)
            held = self._held["owners", model_type] = (key, owners.join(names, on="name_id", maintain_order="left"))
        owners_of: pl.DataFrame = held[1]
        return owners_of


def _key(catalogue: Catalogue, days: Days) -> str:
    return f"{catalogue.revision}/{hash(frozenset(days.by_compile.items()))}"
