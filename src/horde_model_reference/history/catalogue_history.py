"""The use over time of a catalogue's models, computed once per new day or name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from horde_model_reference.analytics.usage_trend import UsageOverTime
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE, HordeModelType
from horde_model_reference.history import trends
from horde_model_reference.history.changes_schema import CategoryChangesResponse
from horde_model_reference.history.model_history import RATE_DAYS, NamePasts, model_history
from horde_model_reference.history.reading import Days, Reader
from horde_model_reference.history.store import HistoryStore
from horde_model_reference.history.unseen_use import checked_days
from horde_model_reference.integrations.name_steps import name_rules
from horde_model_reference.links.link import links_of
from horde_model_reference.links.link_check import LinkCheck
from horde_model_reference.thread_pool import run_in_thread


class CatalogueHistory:
    """Reads a store for catalogues, and caches the results while nothing changes."""

    def __init__(self, store: HistoryStore) -> None:
        self._store = store
        self._usage: dict[HordeModelType, tuple[object, UsageOverTime]] = {}
        self._names: dict[HordeModelType, tuple[str, pl.DataFrame]] = {}

    async def usage(self, catalogue: Catalogue) -> UsageOverTime | None:
        """Return the use of every model over time; None where nothing is kept. Errors as for :class:`Reader`."""
        model_type = USAGE[catalogue.category].model_type
        async with self._store.reader.together() as reader:
            days = await reader.days(model_type)
            if not days.by_compile:
                return None
            served = await reader.first_served_of_all(model_type)
            made_from = (catalogue.revision, catalogue.aliases.digest, days.by_compile, served.rows())
            held = self._usage.get(model_type)
            if held is None or held[0] != made_from:
                held = self._usage[model_type] = (made_from, await self._usage_over_time(catalogue, reader, days))
        return held[1]

    async def listings(self, catalogue: Catalogue) -> Mapping[str, Listing]:
        """Return since when the models are listed, as far as the record knows. Errors as for :class:`Reader`."""
        return await self._store.listings.listings(catalogue.category)

    async def link_checks(self, catalogue: Catalogue) -> Mapping[str, LinkCheck]:
        """Return the last result for each download address. Errors as for :class:`LinkRecord`."""
        return await self._store.links.checks([link.address for link in links_of(catalogue.records.values())])

    async def changes(
        self, category: MODEL_REFERENCE_CATEGORY, since: date | None, limit: int, offset: int
    ) -> CategoryChangesResponse:
        """Return the changes of a category, the newest first. Errors as for :class:`Reader`."""
        return await self._store.changes.page(category, since, limit, offset)

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

    async def _usage_over_time(self, catalogue: Catalogue, reader: Reader, days: Days) -> UsageOverTime:
        owners, names = await self._owners(catalogue, reader), catalogue.frame["name"]
        besides = await reader.ends_besides(USAGE[catalogue.category].model_type)
        kept = trends.KeptUse(
            days=days.numbers,
            use=await reader.use_of_all(days),
            ends_besides=besides,
            checked=await reader.usage_on(days.only(checked_days(days.numbers))),
            closed=await reader.closed(USAGE[catalogue.category].model_type),
        )
        return await run_in_thread(trends.usage_over_time, names, owners, kept)

    async def _owners(self, catalogue: Catalogue, reader: Reader) -> pl.DataFrame:
        """Return ``name_id``, ``api_name``, ``model_index`` and ``model`` of the names that belong to a model."""
        model_type = USAGE[catalogue.category].model_type
        key = f"{await reader.newest_name()}/{catalogue.revision}/{catalogue.aliases.digest}"
        held = self._names.get(model_type)
        if held is None or held[0] != key:
            names = await reader.names(model_type)
            rules = name_rules(model_type)
            owners = await run_in_thread(trends.attributed, names, catalogue.frame["name"], rules, catalogue.aliases)
            held = self._names[model_type] = (key, owners)
        return held[1]
