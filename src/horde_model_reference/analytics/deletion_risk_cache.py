"""Risk tables by key: each computed once, off the event loop, however many ask (single flight)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.single_flight import SingleFlight
from horde_model_reference.thread_pool import run_in_thread

MAX_TABLES = 8
"""Tables held: two categories, each with its present table and one that is going out of use, all with and without
verdicts."""


class DeletionRiskCache:
    """The risk tables in use.

    A key says all that a table depends on, so nothing is ever invalidated: new data has a new key, and tables that
    nobody asks for fall out.
    """

    def __init__(self, max_tables: int = MAX_TABLES) -> None:
        self._max_tables = max_tables
        self._tables: OrderedDict[str, RiskTable] = OrderedDict()
        self._flights: SingleFlight[str, RiskTable] = SingleFlight()

    async def get(self, key: str, make: Callable[[], RiskTable]) -> RiskTable:
        """Return the table of a key; build it in a thread on a miss.

        A failure reaches every waiting caller, and is not cached.
        """
        table = self._tables.get(key)
        if table is None:
            return await self._flights.run(key, partial(self._make, key, make))
        self._tables.move_to_end(key)
        return table

    async def _make(self, key: str, make: Callable[[], RiskTable]) -> RiskTable:
        self._tables[key] = table = await run_in_thread(make)
        while len(self._tables) > self._max_tables:
            self._tables.popitem(last=False)
        return table
