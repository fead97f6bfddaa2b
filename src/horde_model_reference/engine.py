"""The parts put together: from settings to risk tables. Service, command line and library all stand on this."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import httpx

from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory
from horde_model_reference.analytics.deletion_risk_cache import DeletionRiskCache
from horde_model_reference.analytics.risk_response import respond_for_model
from horde_model_reference.analytics.risk_schema import DependentsInfo, ModelDeletionRiskDetail
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.text_model_names import base_names
from horde_model_reference.analytics.unknown_names import closest_names, unknown_model
from horde_model_reference.analytics.usage_trend import RecentUse
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.manager import ModelReferenceManager
from horde_model_reference.catalogue.sources import SourceCopy, base_name_of
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, HordeModelType, has_styles, usage_traits
from horde_model_reference.clock import Clock
from horde_model_reference.curation.planning import CurationFacts
from horde_model_reference.curation.sources import CurationSources
from horde_model_reference.curation.styles import Dependents, Styles
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import (
    CatalogueSourceError,
    EmptyCategoryError,
    HordeAPIDegradedError,
    SettingsError,
    UnknownModelError,
)
from horde_model_reference.escaping import quoted
from horde_model_reference.events import Listener, TableComputed, ignore
from horde_model_reference.history.history import AWAY, History, NoHistory
from horde_model_reference.history.history import make_history as make_kept_history
from horde_model_reference.history.history_schema import ModelHistoryResponse
from horde_model_reference.http_client import make_client
from horde_model_reference.integrations.horde_api_integration import HordeAPIIntegration
from horde_model_reference.integrations.horde_api_models import Observation
from horde_model_reference.integrations.sharing import NoSharing, Sharing
from horde_model_reference.name_text import folded, folded_names
from horde_model_reference.settings import Settings
from horde_model_reference.thread_pool import run_in_thread

HistoryMaker = Callable[[Settings, Clock], History]
"""Creates the history store; nothing is opened yet."""

NO_STYLES = Styles({}, {})
NO_HISTORY = NoHistory()
STYLES_SHARE = 0.2
"""Share of a request's deadline that a risk table waits for the styles, without which it can be made as well."""
HISTORY_SHARE = 0.4
"""Share of a request's deadline that a risk table waits for the past, without which it can be made as well."""
HORDE_RETRY_AFTER = 5
"""Seconds after which to ask again where the Horde takes its time."""


@dataclass(frozen=True, slots=True)
class TableAtTime:
    """A risk table with the time of its observation.

    Attributes:
        table: The table.
        fetched_monotonic: When the oldest part of the observation was fetched, in seconds of the monotonic clock.
    """

    table: RiskTable
    fetched_monotonic: float


@dataclass(frozen=True, slots=True)
class Engine:
    """The catalogue, the Horde and the analysis of one process."""

    settings: Settings
    manager: ModelReferenceManager
    horde: HordeAPIIntegration
    cache: DeletionRiskCache
    factory: ModelDeletionRiskInfoFactory
    curation: CurationSources
    listener: Listener = ignore
    history: History = NO_HISTORY

    async def table(self, category: MODEL_REFERENCE_CATEGORY, max_age: timedelta | None = None) -> RiskTable:
        """Return a category's risk table, made from the present catalogue and observation.

        Args:
            category: Which category.
            max_age: Maximum age of a cached observation; older ones are refetched. By default as the settings say.

        Raises:
            UnsupportedCategoryError: The Horde reports no usage for the category.
            CatalogueError: The catalogue cannot be had.
            EmptyCategoryError: It has no models.
            HordeAPIDegradedError: The Horde cannot be had, and nothing usable is held.
        """
        return (await self.table_at_time(category, max_age)).table

    async def table_at_time(self, category: MODEL_REFERENCE_CATEGORY, max_age: timedelta | None = None) -> TableAtTime:
        """Return a category's risk table with the time of its observation; see :meth:`table`."""
        model_type = usage_traits(category).model_type
        deadline = asyncio.get_running_loop().time() + self.settings.request_deadline_seconds
        catalogue = with_models(await self.manager.get_catalogue(category, self._left(deadline)))
        observation = await self._observed(model_type, max_age, deadline)
        uses, warnings = await self._style_counts(category, deadline)
        recent, more = await self.history.recent(catalogue, self._left(deadline, HISTORY_SHARE))
        catalogue = replace(catalogue, warnings=(*catalogue.warnings, *warnings, *more))
        key = self.factory.table_key(catalogue, observation, uses, recent)
        table = await self.cache.get(key, partial(self._compute, catalogue, observation, uses, recent))
        return TableAtTime(table, observation.fetched_monotonic)

    async def model_detail(
        self, category: MODEL_REFERENCE_CATEGORY, table: RiskTable, name: str
    ) -> ModelDeletionRiskDetail:
        """Return one model of a table, with its evidence and dependents.

        Raises:
            UnknownModelError: No model has this name.
        """
        styles, _ = (
            await self.curation.styles(STYLES_SHARE * self.settings.request_deadline_seconds)
            if has_styles(category)
            else (None, ())
        )
        found = styles.dependents([name]) if styles is not None else None
        relying = None if found is None else relying_on(found)
        return await run_in_thread(respond_for_model, table, name, relying)

    async def model_history(
        self, category: MODEL_REFERENCE_CATEGORY, name: str, days: int, *, family: bool = False
    ) -> ModelHistoryResponse:
        """Return the use of a model, or of a family of text models, over time.

        Args:
            category: Which category.
            name: The model's name, or the family's.
            days: How many days to return one by one.
            family: It is a family's name.

        Raises:
            UnsupportedCategoryError, CatalogueError, EmptyCategoryError: As for :meth:`table`.
            UnknownModelError: No model or family has this name.
            NoHistoryError, HistoryError: There is no history, or it cannot be read just now.
        """
        usage_traits(category)
        catalogue = with_models(await self.manager.get_catalogue(category, self._patience))
        names = await run_in_thread(family_members if family else known_model, catalogue, name)
        found = await self.history.of_models(catalogue, names, days)
        members = names if family else None
        return ModelHistoryResponse.model_validate({"category": category, "name": name, "members": members, **found})

    async def curation_facts(
        self, category: MODEL_REFERENCE_CATEGORY, table: RiskTable | None = None
    ) -> tuple[CurationFacts, SourceCopy]:
        """Return the inputs of a plan, and the catalogue file's bytes; errors as for :meth:`table`.

        Args:
            category: Which category.
            table: The table in service, if there is one; used while it is of the catalogue's revision; optional sources
                then get a short time-out.
        """
        usage_traits(category)
        patience = None if table is None else self._patience
        catalogue, copy = await self.manager.get_catalogue_with_copy(category, patience)
        location = self.manager.location(category)
        (styles, style_notices), (listings, age_notices), (recorded, record_notices) = await asyncio.gather(
            self._styles(category, patience),
            self.curation.listings(catalogue, location, patience),
            self.history.listings(catalogue),
        )
        if table is None or table.data_as_of.catalogue_revision != catalogue.revision:
            table = await self.table(category)
        if table.data_as_of.catalogue_revision != catalogue.revision:
            raise CatalogueSourceError("The catalogue changed while the plan was made.", hint="Try again.")
        past, more = await self.history.usage_years(catalogue)
        found = dict.fromkeys((*style_notices, *age_notices, *record_notices, *more))
        facts = CurationFacts(
            table=table,
            catalogue=catalogue,
            location=location,
            catalogue_file=base_name_of(location),
            styles=styles,
            listings={**recorded, **listings},
            past=past,
            history_away=AWAY in more,
            warnings=tuple(warning for warning in found if warning not in table.warnings),
        )
        return facts, copy

    @property
    def _patience(self) -> float:
        """Time-out per source, in seconds, while a client waits."""
        return self.settings.request_deadline_seconds / 3

    def _left(self, deadline: float, share: float = 1.0) -> float:
        """Return the seconds until a deadline, at most a share of the whole time that requests have."""
        whole = self.settings.request_deadline_seconds
        return max(0.0, min(share * whole, deadline - asyncio.get_running_loop().time()))

    async def _observed(self, model_type: HordeModelType, max_age: timedelta | None, deadline: float) -> Observation:
        try:
            async with asyncio.timeout_at(deadline):
                return await self.horde.observe(model_type, max_age)
        except TimeoutError:
            raise HordeAPIDegradedError(
                "The Horde has not answered yet.", hint="Try again in a moment.", retry_after=HORDE_RETRY_AFTER
            ) from None

    async def _styles(
        self, category: MODEL_REFERENCE_CATEGORY, patience: float | None
    ) -> tuple[Styles | None, tuple[DataWarning, ...]]:
        return await self.curation.styles(patience) if has_styles(category) else (NO_STYLES, ())

    async def _style_counts(
        self, category: MODEL_REFERENCE_CATEGORY, deadline: float
    ) -> tuple[Mapping[str, int] | None, tuple[DataWarning, ...]]:
        if not has_styles(category):
            return None, ()
        styles, warnings = await self.curation.styles(self._left(deadline, STYLES_SHARE))
        return styles.counts() if styles is not None else None, warnings

    def _compute(
        self,
        catalogue: Catalogue,
        observation: Observation,
        uses: Mapping[str, int] | None,
        recent: RecentUse | None,
    ) -> RiskTable:
        started = time.perf_counter()
        table = self.factory.create_table(catalogue, observation, uses, recent)
        self.listener(TableComputed(catalogue.category.value, time.perf_counter() - started))
        return table


def relying_on(found: Dependents) -> DependentsInfo:
    """Return the dependents of a model for an answer."""
    return DependentsInfo(styles=list(found.styles), emptied_style_categories=list(found.emptied_categories))


def with_models(catalogue: Catalogue) -> Catalogue:
    """Return a catalogue that has models.

    Raises:
        EmptyCategoryError: It has none.
    """
    if not catalogue.records:
        raise EmptyCategoryError(f"The catalogue of {catalogue.category.value} has no models.")
    return catalogue


def known_model(catalogue: Catalogue, name: str) -> list[str]:
    """Return the name of a model, as the only one.

    Raises:
        UnknownModelError: There is no such model; the message proposes the closest ones.
    """
    if name not in catalogue.records:
        raise unknown_model(catalogue.category, name, catalogue.records, catalogue.skipped)
    return [name]


def family_members(catalogue: Catalogue, name: str) -> list[str]:
    """Return the models of a family, by its base name, ignoring case.

    Raises:
        UnknownModelError: There is no such family; the message proposes the closest ones.
    """
    names = catalogue.frame["name"]
    families = base_names(names, catalogue.aliases.family_names)
    members: Sequence[str] = names.filter(folded_names(families) == folded(name)).to_list()
    if not members:
        raise UnknownModelError(
            f"Category {catalogue.category.value} has no family {quoted(name)}.",
            hint=closest_names(name, families.unique().sort().to_list()),
        )
    return list(members)


def make_sharing(settings: Settings, clock: Clock) -> Sharing:
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
            hint="pip install redis",
        ) from error
    return RedisSharing(settings, clock)


@asynccontextmanager
async def open_engine(
    settings: Settings,
    transport: httpx.AsyncBaseTransport | None = None,
    listener: Listener = ignore,
    make_history: HistoryMaker = make_kept_history,
    clock: Clock | None = None,
) -> AsyncIterator[Engine]:
    """Build the parts, and take them down at the end.

    Args:
        settings: The settings of all parts.
        transport: Carries requests to the Horde and to catalogue URLs; sockets by default.
        listener: Receives an event for each fetch and computation.
        make_history: Makes the history of use.
        clock: The time; the system's by default.
    """
    clock = clock or Clock()
    async with make_client(settings.horde_api_timeout, transport, settings.redirect_hosts) as client:
        sharing = make_sharing(settings, clock)
        manager = ModelReferenceManager(settings, client, clock, sharing.announce)
        curation = CurationSources(settings, client, clock)
        horde = HordeAPIIntegration(settings, client, clock, listener, sharing)
        history = make_history(settings, clock)
        try:
            factory = ModelDeletionRiskInfoFactory.from_settings(settings)
            yield Engine(settings, manager, horde, DeletionRiskCache(), factory, curation, listener, history)
        finally:
            await horde.aclose()
            await manager.aclose()
            await curation.aclose()
            await history.aclose()
            await sharing.aclose()
