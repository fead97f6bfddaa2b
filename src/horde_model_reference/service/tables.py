"""The table that each category is answered from now, and when to make the next one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.clock import Clock
from horde_model_reference.engine import Engine, TableAtTime
from horde_model_reference.service.served import Period
from horde_model_reference.settings import Settings
from horde_model_reference.single_flight import SingleFlight


@dataclass(slots=True, kw_only=True)
class ServedTable(Period):
    """A risk table in service.

    Attributes:
        made: The table, with the inputs of plans that its verdicts follow from.
        usable_until: Until when it may be answered from at all, in seconds of the monotonic clock.
    """

    made: TableAtTime
    usable_until: float

    @property
    def table(self) -> RiskTable:
        """The table."""
        return self.made.table

    @property
    def stale(self) -> bool:
        """Whether the newest attempt to refresh its observation failed."""
        return self.table.data_as_of.stale


class CurrentTables:
    """The served tables, one per category.

    Without background refresh, a request for a due table refreshes it first. With it
    (``refreshed_in_background``), requests get the last table at once, until it is older than the stale limit; a
    request for a due table starts its refresh.
    """

    def __init__(self, settings: Settings, clock: Clock, *, refreshed_in_background: bool) -> None:
        self._settings = settings
        self._in_background = refreshed_in_background
        self._now = clock.monotonic
        self._current: dict[MODEL_REFERENCE_CATEGORY, ServedTable] = {}
        self._refreshes: SingleFlight[MODEL_REFERENCE_CATEGORY, ServedTable] = SingleFlight()

    async def get(self, category: MODEL_REFERENCE_CATEGORY, engine: Engine) -> ServedTable:
        """Return the served table of a category; errors as for :meth:`Engine.table`."""
        now, current = self._now(), self._current.get(category)
        if current is not None and current.serves(now):
            return current
        return await self.refresh(category, engine)

    async def refresh(
        self, category: MODEL_REFERENCE_CATEGORY, engine: Engine, max_age: timedelta | None = None
    ) -> ServedTable:
        """Look for a newer table and publish it; parameters and errors as for :meth:`Engine.table`."""
        return await self._refreshes.run(category, partial(self._refresh, category, engine, max_age))

    def usable(self) -> dict[MODEL_REFERENCE_CATEGORY, ServedTable]:
        """Return the served tables that are not older than the stale limit."""
        now = self._now()
        return {category: current for category, current in self._current.items() if now < current.usable_until}

    def latest(self) -> dict[MODEL_REFERENCE_CATEGORY, ServedTable]:
        """Return the last served table of each category that had any, also where it is older than the stale limit."""
        return dict(self._current)

    def age(self, current: ServedTable) -> float:
        """Return the seconds since the observation of a served table was fetched."""
        return self._now() - current.made.fetched_monotonic

    async def aclose(self) -> None:
        """End the refreshes that are under way."""
        await self._refreshes.aclose()

    async def _refresh(
        self, category: MODEL_REFERENCE_CATEGORY, engine: Engine, max_age: timedelta | None
    ) -> ServedTable:
        found = await engine.table_at_time(category, max_age)
        fresh = self._served_table(found, partial(self._renew, category, engine))
        current = self._current.get(category)
        if current is not None and current.table.key == fresh.table.key:
            current.made, current.usable_until = fresh.made, fresh.usable_until
            current.extend(fresh)
            return current
        self._current[category] = fresh
        if current is not None:
            current.retired = True
        return fresh

    def _renew(self, category: MODEL_REFERENCE_CATEGORY, engine: Engine) -> None:
        self._refreshes.start(category, partial(self._refresh, category, engine, None))

    def _served_table(self, found: TableAtTime, renew: Callable[[], None]) -> ServedTable:
        fetched_at = found.fetched_monotonic
        catalogue_due = self._now() + self._settings.cache_ttl_seconds
        usable_until = fetched_at + self._settings.cache_hydration_stale_ttl_seconds
        due_at = min(fetched_at + self._settings.deletion_risk_cache_ttl, catalogue_due, usable_until)
        serve_until = usable_until if self._in_background else due_at
        return ServedTable(
            made=found,
            due_at=due_at,
            serve_until=serve_until,
            usable_until=usable_until,
            renew=renew,
            renew_at=due_at,
        )
