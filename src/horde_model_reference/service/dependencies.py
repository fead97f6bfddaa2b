"""What routes are handed: the parts that the app's lifespan built."""

from __future__ import annotations

from typing import Annotated, TypedDict

from fastapi import Depends, Request

from horde_model_reference.analytics.deletion_risk_cache import DeletionRiskCache
from horde_model_reference.catalogue.manager import ModelReferenceManager
from horde_model_reference.engine import Engine
from horde_model_reference.integrations.horde_api_integration import HordeAPIIntegration


class State(TypedDict):
    """What the lifespan puts at every request's ``state``."""

    engine: Engine


def _built(request: Request) -> Engine:
    engine: Engine = request.state.engine
    return engine


Built = Annotated[Engine, Depends(_built)]


def get_model_reference_manager(engine: Built) -> ModelReferenceManager:
    """Return the catalogues."""
    return engine.manager


def get_horde_api_integration(engine: Built) -> HordeAPIIntegration:
    """Return the Horde."""
    return engine.horde


def get_deletion_risk_cache(engine: Built) -> DeletionRiskCache:
    """Return the risk tables in use."""
    return engine.cache


Manager = Annotated[ModelReferenceManager, Depends(get_model_reference_manager)]


def get_engine(
    engine: Built,
    manager: Manager,
    horde: Annotated[HordeAPIIntegration, Depends(get_horde_api_integration)],
    cache: Annotated[DeletionRiskCache, Depends(get_deletion_risk_cache)],
) -> Engine:
    """Return the engine, made of the parts above, so that overriding one of them reaches every route."""
    return Engine(engine.settings, manager, horde, cache, engine.factory)


EngineDependency = Annotated[Engine, Depends(get_engine)]
