"""The dependencies of routes: the parts that the app's lifespan built."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, TypedDict

from fastapi import Depends, Request

from horde_model_reference.analytics.deletion_risk_cache import DeletionRiskCache
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.catalogue.manager import ModelReferenceManager
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.engine import Engine, TableAtTime
from horde_model_reference.integrations.horde_api_integration import HordeAPIIntegration
from horde_model_reference.service.metrics import Instruments
from horde_model_reference.service.response_cache import MARK
from horde_model_reference.service.response_store import Keepable
from horde_model_reference.service.tables import CurrentTables


class State(TypedDict):
    """The state that the lifespan adds to every request."""

    engine: Engine
    tables: CurrentTables
    instruments: Instruments


def _engine(request: Request) -> Engine:
    engine: Engine = request.state.engine
    return engine


def _tables(request: Request) -> CurrentTables:
    tables: CurrentTables = request.state.tables
    return tables


def _instruments(request: Request) -> Instruments:
    instruments: Instruments = request.state.instruments
    return instruments


EngineDep = Annotated[Engine, Depends(_engine)]
Tables = Annotated[CurrentTables, Depends(_tables)]
Measured = Annotated[Instruments, Depends(_instruments)]


def get_model_reference_manager(engine: EngineDep) -> ModelReferenceManager:
    """Return the catalogues."""
    return engine.manager


def get_horde_api_integration(engine: EngineDep) -> HordeAPIIntegration:
    """Return the Horde."""
    return engine.horde


def get_deletion_risk_cache(engine: EngineDep) -> DeletionRiskCache:
    """Return the risk tables in use."""
    return engine.cache


Manager = Annotated[ModelReferenceManager, Depends(get_model_reference_manager)]


def get_engine(
    engine: EngineDep,
    manager: Manager,
    horde: Annotated[HordeAPIIntegration, Depends(get_horde_api_integration)],
    cache: Annotated[DeletionRiskCache, Depends(get_deletion_risk_cache)],
) -> Engine:
    """Return the engine, made of the parts above, so that overriding one of them reaches every route."""
    return replace(engine, manager=manager, horde=horde, cache=cache)


OverridableEngineDep = Annotated[Engine, Depends(get_engine)]


class TableReader:
    """Returns a category's table to a route, and notes on the request that the answer depends on it."""

    def __init__(
        self,
        request: Request,
        engine: Annotated[Engine, Depends(get_engine)],
        tables: Annotated[CurrentTables, Depends(_tables)],
    ) -> None:
        self._request = request
        self.engine = engine
        self._tables = tables

    async def table(self, category: MODEL_REFERENCE_CATEGORY, *, keep_answer: bool = True) -> RiskTable:
        """Return a category's table; errors as for :meth:`Engine.table`.

        Args:
            category: Which category.
            keep_answer: Whether the answer is worth keeping; free-text searches are not.
        """
        return (await self.judged(category, keep_answer=keep_answer)).table

    async def judged(self, category: MODEL_REFERENCE_CATEGORY, *, keep_answer: bool = True) -> TableAtTime:
        """Return a category's table with the columns that its verdicts follow from, as :meth:`table` does.

        Of the inputs of plans, an answer that is kept may rest on the table and on ``facts.added`` alone.
        """
        served = await self._tables.get(category, self.engine)
        setattr(self._request.state, MARK, Keepable(served, keep_answer))
        return served.made

    async def made(self, category: MODEL_REFERENCE_CATEGORY) -> TableAtTime:
        """Return a category's table with the inputs of plans, for answers that are not kept; errors as for tables."""
        return (await self._tables.get(category, self.engine)).made


Reader = Annotated[TableReader, Depends()]
