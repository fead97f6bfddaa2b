"""The dependencies of routes: the parts that the app's lifespan built."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, TypedDict, TypeVar

from fastapi import Depends, Request

from horde_model_reference.analytics.deletion_risk_cache import DeletionRiskCache
from horde_model_reference.catalogue.manager import ModelReferenceManager
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.engine import Engine, TableAtTime
from horde_model_reference.errors import CatalogueError, EmptyCategoryError
from horde_model_reference.integrations.horde_api_integration import HordeAPIIntegration
from horde_model_reference.service.catalogues import CurrentCatalogues, ServedCatalogue
from horde_model_reference.service.metrics import Instruments
from horde_model_reference.service.plan_process import PlanRunner
from horde_model_reference.service.tables import CurrentTables, ServedTable

T = TypeVar("T")


class State(TypedDict):
    """The state that the lifespan adds to every request."""

    engine: Engine
    tables: CurrentTables
    plans: PlanRunner
    catalogues: CurrentCatalogues
    instruments: Instruments


def _engine(request: Request) -> Engine:
    engine: Engine = request.state.engine
    return engine


def _tables(request: Request) -> CurrentTables:
    tables: CurrentTables = request.state.tables
    return tables


def _plans(request: Request) -> PlanRunner:
    plans: PlanRunner = request.state.plans
    return plans


def _catalogues(request: Request) -> CurrentCatalogues:
    catalogues: CurrentCatalogues = request.state.catalogues
    return catalogues


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
    """Returns the served table of a category to a route."""

    def __init__(
        self,
        engine: Annotated[Engine, Depends(get_engine)],
        tables: Annotated[CurrentTables, Depends(_tables)],
        plans: Annotated[PlanRunner, Depends(_plans)],
    ) -> None:
        self.engine = engine
        self._tables = tables
        self._plans = plans

    async def served(self, category: MODEL_REFERENCE_CATEGORY) -> ServedTable:
        """Return the table of a category; errors as for :meth:`Engine.table`."""
        return await self._tables.get(category, self.engine)

    async def made(self, category: MODEL_REFERENCE_CATEGORY) -> TableAtTime:
        """Return the table of a category with the inputs of plans, as :meth:`served` does."""
        return (await self.served(category)).made

    async def plan(self, category: MODEL_REFERENCE_CATEGORY, work: Callable[..., T], *args: Any) -> T:
        """Return ``work(made, *args)`` on a category's table with the inputs of plans; see :class:`PlanRunner`.

        Raises:
            PlanProcessError: The process in which the work was done has ended; else as for :meth:`table`.
        """
        return await self._plans.run(work, await self.made(category), *args)


Reader = Annotated[TableReader, Depends()]


class CatalogueReader:
    """Returns served catalogues to a route."""

    def __init__(self, manager: Manager, catalogues: Annotated[CurrentCatalogues, Depends(_catalogues)]) -> None:
        self._manager = manager
        self._catalogues = catalogues

    async def served(self, category: MODEL_REFERENCE_CATEGORY) -> ServedCatalogue:
        """Return the catalogue of a category; errors as for :meth:`CurrentCatalogues.get`."""
        return await self._catalogues.get(category, self._manager)

    async def all(self) -> tuple[list[ServedCatalogue], list[CatalogueError]]:
        """Return the catalogues of all categories that have a source, and the errors of those that cannot be had."""
        found = await asyncio.gather(*map(self._attempt, MODEL_REFERENCE_CATEGORY))
        served = [one for one in found if isinstance(one, ServedCatalogue)]
        return served, [error for error in found if isinstance(error, CatalogueError)]

    async def _attempt(self, category: MODEL_REFERENCE_CATEGORY) -> ServedCatalogue | CatalogueError | None:
        try:
            return await self.served(category)
        except EmptyCategoryError:
            return None
        except CatalogueError as error:
            return error


Catalogues = Annotated[CatalogueReader, Depends()]
