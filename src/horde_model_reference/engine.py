"""The parts put together: from settings to risk tables. Service, command line and library all stand on this."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

import httpx

from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory
from horde_model_reference.analytics.deletion_risk_cache import DeletionRiskCache
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.manager import ModelReferenceManager
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, reported_type
from horde_model_reference.errors import (
    CatalogueSourceError,
    EmptyCategoryError,
    HordeAPIDegradedError,
    HordeModelReferenceError,
    SettingsError,
)
from horde_model_reference.events import Listener, TableComputed, nobody
from horde_model_reference.http_client import make_client
from horde_model_reference.integrations.horde_api_integration import HordeAPIIntegration
from horde_model_reference.integrations.horde_api_models import Observation
from horde_model_reference.integrations.sharing import NoSharing, Sharing
from horde_model_reference.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Engine:
    """The catalogue, the Horde and the analysis of one process."""

    settings: Settings
    manager: ModelReferenceManager
    horde: HordeAPIIntegration
    cache: DeletionRiskCache
    factory: ModelDeletionRiskInfoFactory
    listener: Listener = nobody

    async def table(self, category: MODEL_REFERENCE_CATEGORY, max_age: timedelta | None = None) -> RiskTable:
        """Return a category's risk table, made from what the catalogue and the Horde say now.

        Args:
            category: Which category.
            max_age: The oldest observation that will do without asking; by default as the settings say.

        Raises:
            UnsupportedCategoryError: The Horde reports no usage for the category.
            CatalogueError: The catalogue cannot be had.
            EmptyCategoryError: It has no models.
            HordeAPIDegradedError: The Horde cannot be had, and nothing usable is held.
        """
        model_type = reported_type(category)
        deadline = asyncio.get_running_loop().time() + self.settings.request_deadline_seconds
        catalogue = await _by(deadline, self.manager.get_catalogue(category), _CATALOGUE_SLOW)
        if not catalogue.records:
            raise EmptyCategoryError(f"The catalogue of {category.value} has no models.")
        observation = await _by(deadline, self.horde.observe(model_type, max_age), _HORDE_SLOW)
        key = self.factory.table_key(catalogue, observation)
        return await self.cache.get(key, partial(self._compute, catalogue, observation))

    def _compute(self, catalogue: Catalogue, observation: Observation) -> RiskTable:
        started = time.perf_counter()
        table = self.factory.create_table(catalogue, observation)
        self.listener(TableComputed(catalogue.category.value, time.perf_counter() - started))
        return table


_CATALOGUE_SLOW = CatalogueSourceError("The catalogue is still being fetched.", hint="Try again in a moment.")
_HORDE_SLOW = HordeAPIDegradedError("The Horde has not answered yet.", hint="Try again in a moment.", retry_after=5)


async def _by(deadline: float, work: Awaitable[T], late: HordeModelReferenceError) -> T:
    try:
        async with asyncio.timeout_at(deadline):
            return await work
    except TimeoutError:
        raise type(late)(late.message, hint=late.hint, retry_after=late.retry_after) from None


def make_sharing(settings: Settings) -> Sharing:
    """Return the means of sharing that the settings ask for.

    Raises:
        SettingsError: Redis is asked for, but its client is not installed.
    """
    if not settings.redis.use_redis:
        return NoSharing()
    try:
        from horde_model_reference.integrations.redis_sharing import RedisSharing  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError as error:
        raise SettingsError(
            "HORDE_MODEL_REFERENCE_REDIS__USE_REDIS: the Redis client is not installed.",
            hint="pip install 'horde-model-reference[redis]'",
        ) from error
    return RedisSharing(settings)


@asynccontextmanager
async def open_engine(
    settings: Settings, transport: httpx.AsyncBaseTransport | None = None, listener: Listener = nobody
) -> AsyncIterator[Engine]:
    """Build the parts, and take them down at the end.

    Args:
        settings: What the parts are built by.
        transport: What carries requests to the Horde and to catalogue URLs; sockets by default.
        listener: Who is told of fetches and computations.
    """
    async with make_client(settings.horde_api_timeout, transport) as client:
        sharing = make_sharing(settings)
        manager = ModelReferenceManager(settings, client, announce=sharing.announce)
        horde = HordeAPIIntegration(settings, client, listener=listener, sharing=sharing)
        try:
            factory = ModelDeletionRiskInfoFactory.from_settings(settings)
            yield Engine(settings, manager, horde, DeletionRiskCache(), factory, listener)
        finally:
            await horde.aclose()
            await manager.aclose()
            await sharing.aclose()
