"""The table that each category is answered from now, and when to make the next one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.engine import Engine
from horde_model_reference.settings import Settings
from horde_model_reference.single_flight import SingleFlight


@dataclass(slots=True)
class ServedTable:
    """A risk table in service; answers made from it are good as long as it is.

    Attributes:
        table: The table.
        due_at: When a newer one should be looked for, in seconds of the epoch.
        serve_until: Until when it may be answered from without looking.
        usable_until: Until when it may be answered from at all.
        retired: A newer one has taken its place.
    """

    table: RiskTable
    due_at: float
    serve_until: float
    usable_until: float
    retired: bool = field(default=False)

    def serves(self, now: float) -> bool:
        """Whether answers made from it may be sent at this moment."""
        return not self.retired and now < self.serve_until


class CurrentTables:
    """The publications in service, one a category.

    Without background refresh, a reader who comes when a table is due looks for a newer one first. With it
    (``refreshed_in_background``), readers get the last table at once, until it is older than the stale limit.
    """

    def __init__(
        self, settings: Settings, *, refreshed_in_background: bool, clock: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings
        self._in_background = refreshed_in_background
        self._clock = clock
        self._current: dict[MODEL_REFERENCE_CATEGORY, ServedTable] = {}
        self._refreshes: SingleFlight[MODEL_REFERENCE_CATEGORY, ServedTable] = SingleFlight()

    async def get(self, category: MODEL_REFERENCE_CATEGORY, engine: Engine) -> ServedTable:
        """Return what a category is answered from; errors as for :meth:`Engine.table`."""
        current = self._current.get(category)
        if current is not None and current.serves(self._clock()):
            return current
        return await self.refresh(category, engine)

    async def refresh(
        self, category: MODEL_REFERENCE_CATEGORY, engine: Engine, max_age: timedelta | None = None
    ) -> ServedTable:
        """Look for a newer table and publish it; parameters and errors as for :meth:`Engine.table`."""
        return await self._refreshes.run(category, partial(self._refresh, category, engine, max_age))

    def usable(self) -> dict[MODEL_REFERENCE_CATEGORY, ServedTable]:
        """Return the publications that are not older than the stale limit."""
        now = self._clock()
        return {category: current for category, current in self._current.items() if now < current.usable_until}

    def latest(self) -> dict[MODEL_REFERENCE_CATEGORY, ServedTable]:
        """Return the last publication of each category that had any, also where it is older than the stale limit."""
        return dict(self._current)

    async def aclose(self) -> None:
        """End the refreshes that are under way."""
        await self._refreshes.aclose()

    async def _refresh(
        self, category: MODEL_REFERENCE_CATEGORY, engine: Engine, max_age: timedelta | None
    ) -> ServedTable:
        fresh = self._publication(await engine.table(category, max_age))
        current = self._current.get(category)
        if current is not None and current.table.key == fresh.table.key:
            current.due_at, current.serve_until = fresh.due_at, fresh.serve_until
            return current
        self._current[category] = fresh
        if current is not None:
            current.retired = True
        return fresh

    def _publication(self, table: RiskTable) -> ServedTable:
        fetched_at = min(table.data_as_of.status_fetched_at, table.data_as_of.stats_fetched_at).timestamp()
        catalogue_due = self._clock() + self._settings.cache_ttl_seconds
        usable_until = fetched_at + self._settings.cache_hydration_stale_ttl_seconds
        due_at = min(fetched_at + self._settings.deletion_risk_cache_ttl, catalogue_due, usable_until)
        return ServedTable(table, due_at, usable_until if self._in_background else due_at, usable_until)
