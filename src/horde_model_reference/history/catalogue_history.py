"""The use over time of a catalogue's models, computed once per new day or name."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import polars as pl

from horde_model_reference.analytics.usage_trend import TREND_WEEKS, RecentUse, UsageYear
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.categories import USAGE, HordeModelType
from horde_model_reference.history import trends
from horde_model_reference.history.model_history import RATE_DAYS, NamePasts, model_history
from horde_model_reference.history.reading import Days, Reader, together
from horde_model_reference.history.store import HistoryStore
from horde_model_reference.integrations.attribution import name_rules
from horde_model_reference.thread_pool import run_in_thread


class CatalogueHistory:
    """Reads a store for catalogues, and caches the results while nothing changes."""

    def __init__(self, store: HistoryStore) -> None:
        self._store = store
        self._held: dict[tuple[str, HordeModelType], tuple[object, Any]] = {}

    async def recent(self, catalogue: Catalogue) -> RecentUse | None:
        """Return the recent past of every model; None where nothing is kept. Errors as for :class:`Reader`."""
        found = await self._known(catalogue, "recent", self._recent)
        return found if isinstance(found, RecentUse) else None

    async def usage_years(self, catalogue: Catalogue) -> Mapping[str, UsageYear] | None:
        """Return the last year of every model; None where nothing is kept. Errors as for :class:`Reader`."""
        past: Mapping[str, UsageYear] | None = await self._known(catalogue, "past", self._usage_years)
        return past

    async def listings(self, catalogue: Catalogue) -> Mapping[str, Listing]:
        """Return since when the models are listed, as far as the record knows. Errors as for :class:`Reader`."""
        return await self._store.listings.listings(catalogue.category)

    async def of_models(self, catalogue: Catalogue, names: Sequence[str], days: int) -> dict[str, Any]:
        """Return the past of some models together (see :func:`model_history`), and their API names."""
        model_type = USAGE[catalogue.category].model_type
        async with self._store.reader.together() as reader:
            every_day, owners = await reader.days(model_type), await self._owners(catalogue, reader)
            own = owners.filter(pl.col("model").is_in(list(names)))
            ids = own["name_id"].to_list()
            last = every_day.numbers[-1] if every_day.by_compile else 0
            first, start = last - max(days, *RATE_DAYS) - 30, last - days + 1
            closed, months = await reader.months(model_type, ids)
            past = NamePasts(
                days=every_day.since(first).numbers,
                threads=await reader.threads(ids, start),
                looks=await reader.looks(model_type, start),
                closed=closed,
                months=months,
                first_served=await reader.first_served(ids),
                usage=await reader.usage(every_day, ids),
            )
        return {**await run_in_thread(model_history, past, days), "api_names": sorted(own["api_name"])}

    async def _known(
        self, catalogue: Catalogue, what: str, make: Callable[[Catalogue, Reader, Days], Awaitable[Any]]
    ) -> Any:
        model_type = USAGE[catalogue.category].model_type
        async with self._store.reader.together() as reader:
            days = await reader.days(model_type)
            if not days.by_compile:
                return None
            served = await reader.first_served_of_all(model_type)
            made_from = (catalogue.revision, catalogue.aliases.digest, days.by_compile, served.rows())
            held = self._held.get((what, model_type))
            if held is None or held[0] != made_from:
                held = self._held[what, model_type] = (made_from, await make(catalogue, reader, days))
        return held[1]

    async def _recent(self, catalogue: Catalogue, reader: Reader, days: Days) -> RecentUse:
        ends, weekly = await self._ends_and_weeks(catalogue, reader, days, TREND_WEEKS)
        frame = trends.recent_frame(ends, weekly)
        return RecentUse(frame, hashlib.sha256(frame.write_csv().encode()).hexdigest())

    async def _usage_years(self, catalogue: Catalogue, reader: Reader, days: Days) -> Mapping[str, UsageYear]:
        ends, weekly = await self._ends_and_weeks(catalogue, reader, days, trends.YEAR_WEEKS)
        months = await self._months_now(catalogue, reader, days)
        names = catalogue.frame["name"]
        return await run_in_thread(trends.usage_years, names, ends, weekly, days.numbers, months)

    async def _ends_and_weeks(
        self, catalogue: Catalogue, reader: Reader, days: Days, weeks: int
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        owners, models = await self._owners(catalogue, reader), catalogue.frame.height
        use = await reader.use_of_all(days)
        besides = await reader.ends_besides(USAGE[catalogue.category].model_type)

        def compute() -> tuple[pl.DataFrame, pl.DataFrame]:
            ends = together([trends.ends_of_names(use), besides])
            weekly = trends.weekly_use(use, owners, days.numbers, models, weeks)
            return trends.ends_of_models(ends, owners, models), weekly

        return await run_in_thread(compute)

    async def _months_now(self, catalogue: Catalogue, reader: Reader, days: Days) -> pl.Series:
        """Return each model's counter of the month on the last day."""
        owners = await self._owners(catalogue, reader)
        newest = days.since(days.numbers[-1])
        usage = await reader.usage_on(newest)
        index = pl.DataFrame({"model_index": pl.int_range(catalogue.frame.height, dtype=pl.UInt32, eager=True)})
        month = pl.when(pl.col("usage_month").null_count() == 0).then(pl.col("usage_month").sum())
        sums = usage.join(owners, on="name_id").group_by("model_index").agg(month, reported=pl.lit(value=True))
        joined = index.join(sums, on="model_index", how="left", maintain_order="left")
        return joined.select(pl.when(pl.col("reported").is_null()).then(0).otherwise("usage_month").alias("month"))[
            "month"
        ]

    async def _owners(self, catalogue: Catalogue, reader: Reader) -> pl.DataFrame:
        """Return ``name_id``, ``api_name``, ``model_index`` and ``model`` of the names that belong to a model."""
        model_type = USAGE[catalogue.category].model_type
        key = f"{await reader.newest_name()}/{catalogue.revision}/{catalogue.aliases.digest}"
        held = self._held.get(("owners", model_type))
        if held is None or held[0] != key:
            names = await reader.names(model_type)
            rules = name_rules(model_type)
            owners = await run_in_thread(trends.attributed, names, catalogue.frame["name"], rules, catalogue.aliases)
            held = self._held["owners", model_type] = (key, owners)
        owners_of: pl.DataFrame = held[1]
        return owners_of
