"""The parts put together: from settings to risk tables. Service, command line and library all stand on this."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import httpx
import polars as pl

from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory, make_table
from horde_model_reference.analytics.deletion_risk_cache import DeletionRiskCache
from horde_model_reference.analytics.detail_schema import DependentsInfo, ModelDeletionRiskDetail
from horde_model_reference.analytics.known_names import family_members, known_model, with_models
from horde_model_reference.analytics.link_columns import with_link_checks
from horde_model_reference.analytics.mark_columns import published_marks
from horde_model_reference.analytics.risk_response import respond_for_model
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.table_inputs import TableInputs
from horde_model_reference.analytics.usage_trend import UsageOverTime
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.manager import ModelReferenceManager
from horde_model_reference.catalogue.sources import SourceCopy, base_name_of
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, HordeModelType, has_styles, usage_traits
from horde_model_reference.clock import Clock
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.service_policy import service_policy
from horde_model_reference.curation.sources import CurationSources
from horde_model_reference.curation.styles import Dependents
from horde_model_reference.curation.verdict_table import verdict_table, verdict_table_key
from horde_model_reference.errors import HordeAPIDegradedError, HordeAPIError
from horde_model_reference.events import Listener, TableComputed, ignore
from horde_model_reference.history.changes import CategoryState, state_of
from horde_model_reference.history.days import day_described, day_number
from horde_model_reference.history.history import History, NoHistory
from horde_model_reference.history.history_schema import ModelHistoryResponse
from horde_model_reference.history.kept_history import make_history as make_kept_history
from horde_model_reference.http_client import make_client
from horde_model_reference.integrations.horde_api_integration import HordeAPIIntegration
from horde_model_reference.integrations.horde_api_models import Observation
from horde_model_reference.integrations.sharing import make_sharing
from horde_model_reference.optional_sources import PAST, OptionalSources
from horde_model_reference.settings import Settings
from horde_model_reference.thread_pool import run_in_thread

HistoryMaker = Callable[[Settings, Clock], History]
"""Creates the history store; nothing is opened yet."""

NO_HISTORY = NoHistory()
WAITED_FOR: Mapping[str, float] = {"styles": 0.2, "marks": 0.2, "listings": 0.3, PAST: 0.4}
"""Shares of a request's deadline that a risk table waits for the sources without which it can be made as well."""
WORKERS_SHARE = 0.5
"""Share of a request's deadline that an answer waits for the list of workers, without which it can be made as well."""
HORDE_RETRY_AFTER = 5
"""Seconds after which to ask again where the Horde takes its time."""


@dataclass(frozen=True, slots=True)
class TableAtTime:
    """A risk table with the inputs of plans that it was judged by, and the time of its observation.

    Attributes:
        table: The table, with the verdicts of the settings' policy.
        fetched_monotonic: When the oldest part of the observation was fetched, in seconds of the monotonic clock.
        facts: The inputs of plans.
        copy: The catalogue file's bytes.
    """

    table: RiskTable
    fetched_monotonic: float
    facts: CurationFacts
    copy: SourceCopy


@dataclass(frozen=True, slots=True)
class Engine:
    """The catalogue, the Horde and the analysis of one process."""

    settings: Settings
    manager: ModelReferenceManager
    horde: HordeAPIIntegration
    cache: DeletionRiskCache
    factory: ModelDeletionRiskInfoFactory
    curation: CurationSources
    policy: Policy
    listener: Listener = ignore
    history: History = NO_HISTORY
    clock: Clock = field(default_factory=Clock)
    waited_for: Mapping[str, float] = field(default_factory=lambda: WAITED_FOR)

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
        """Return a category's risk table with its inputs; see :meth:`table`."""
        return await self._at_time(category, max_age, self.waited_for)

    async def curation_facts(self, category: MODEL_REFERENCE_CATEGORY) -> tuple[CurationFacts, SourceCopy]:
        """Return the inputs of a plan, and the catalogue file's bytes; errors as for :meth:`table`.

        Optional sources are waited for to the end, so this is not for requests.
        """
        found = await self._at_time(category, None, self._for_plans)
        return found.facts, found.copy

    async def workers(self, category: MODEL_REFERENCE_CATEGORY) -> pl.DataFrame | None:
        """Return the workers of a category's models (``WORKERS_SCHEMA``); None where the Horde does not say in time.

        Raises:
            UnsupportedCategoryError: The Horde reports no usage for the category.
        """
        model_type = usage_traits(category).model_type
        try:
            async with asyncio.timeout(WORKERS_SHARE * self._whole):
                found = await self.horde.workers(model_type)
        except (HordeAPIError, TimeoutError):
            return None
        return found.frame if found.known else None

    async def category_state(self, category: MODEL_REFERENCE_CATEGORY) -> CategoryState:
        """Return the present state of a category, whose changes the history keeps; errors as for :meth:`table`."""
        found, today = await self.table_at_time(category), self.clock.now().date()
        marks = None if found.facts.marks is None else published_marks(found.table.rows, today)
        return state_of(found.table, marks, day_number(today))

    async def model_detail(
        self, category: MODEL_REFERENCE_CATEGORY, table: RiskTable, name: str
    ) -> ModelDeletionRiskDetail:
        """Return one model of a table, with its evidence and dependents.

        Raises:
            UnknownModelError: No model has this name.
        """
        styles, _ = await self._optional.styles(category, self.waited_for["styles"] * self._whole)
        found = styles.dependents([name]) if styles is not None and has_styles(category) else None
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

    async def facts_of(self, catalogue: Catalogue, location: str) -> CurationFacts:
        """Return the inputs of a plan for a catalogue of the caller's, such as one of a git revision.

        Optional sources are waited for to the end, so this is not for requests.

        Args:
            catalogue: The models; the curators' aliases are added.
            location: The path or URL that it was read from.

        Raises:
            UnsupportedCategoryError, EmptyCategoryError, HordeAPIDegradedError: As for :meth:`table`.
            CatalogueError: The aliases cannot be read.
        """
        deadline = self._deadline()
        known = with_models(await self.manager.with_aliases(catalogue))
        observation = await self._observed(usage_traits(catalogue.category).model_type, None, deadline)
        return await self._facts(known, location, observation, deadline, self._for_plans)

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._whole

    async def _at_time(
        self, category: MODEL_REFERENCE_CATEGORY, max_age: timedelta | None, shares: Mapping[str, float]
    ) -> TableAtTime:
        """Make a table and its facts; ``shares`` are those of the deadline that optional sources get, else no limit."""
        model_type = usage_traits(category).model_type
        deadline = self._deadline()
        catalogue, copy = await self.manager.get_catalogue_with_copy(category, self._left(deadline))
        with_models(catalogue)
        observation = await self._observed(model_type, max_age, deadline)
        facts = await self._facts(catalogue, self.manager.location(category), observation, deadline, shares)
        key = await run_in_thread(verdict_table_key, facts, self.policy)
        judged = await self.cache.get(key, partial(verdict_table, facts, self.policy, key))
        return TableAtTime(judged, observation.fetched_monotonic, facts, copy)

    async def _facts(
        self,
        catalogue: Catalogue,
        location: str,
        observation: Observation,
        deadline: float,
        shares: Mapping[str, float],
    ) -> CurationFacts:
        """Return the inputs of a plan; ``shares`` as for :meth:`_at_time`."""
        patience = {source: self._left(deadline, share) for source, share in shares.items()}
        found = await self._optional.read(catalogue, location, patience)
        recent = None if found.usage is None else found.usage.recent
        inputs = self.factory.inputs(catalogue, observation, found.style_counts, recent, found.table_warnings)
        table = await self.cache.get(inputs.key, partial(self._compute, inputs))
        return CurationFacts(
            table=with_link_checks(table, found.link_checks),
            catalogue=catalogue,
            location=location,
            catalogue_file=base_name_of(location),
            styles=found.styles,
            listings=found.listings,
            past=None if found.usage is None else found.usage.years,
            past_behind=0 if found.usage is None else _days_behind(found.usage, observation),
            history_away=found.history_away,
            marks=found.marks,
            warnings=tuple(dict.fromkeys(warning for warning in found.plan_warnings if warning not in table.warnings)),
        )

    @property
    def _optional(self) -> OptionalSources:
        return OptionalSources(self.curation, self.history)

    @property
    def _for_plans(self) -> Mapping[str, float]:
        """The share of the deadline for the past; the other optional sources are waited for to the end."""
        return {PAST: self.waited_for[PAST]}

    @property
    def _whole(self) -> float:
        """The seconds that requests have."""
        return self.settings.request_deadline_seconds

    @property
    def _patience(self) -> float:
        """Time-out per source, in seconds, while a client waits."""
        return self._whole / 3

    def _left(self, deadline: float, share: float = 1.0) -> float:
        """Return the seconds until a deadline, at most a share of the whole time that requests have."""
        return max(0.0, min(share * self._whole, deadline - asyncio.get_running_loop().time()))

    async def _observed(self, model_type: HordeModelType, max_age: timedelta | None, deadline: float) -> Observation:
        try:
            async with asyncio.timeout_at(deadline):
                return await self.horde.observe(model_type, max_age)
        except TimeoutError:
            raise HordeAPIDegradedError(
                "The Horde has not answered yet.", hint="Try again in a moment.", retry_after=HORDE_RETRY_AFTER
            ) from None

    def _compute(self, inputs: TableInputs) -> RiskTable:
        started = time.perf_counter()
        table = make_table(inputs)
        self.listener(TableComputed(inputs.catalogue.category.value, time.perf_counter() - started))
        return table


def _days_behind(usage: UsageOverTime, observation: Observation) -> int:
    """Return by how many days the last day of a history lies before that of an observation's statistics."""
    return max(0, day_described(observation.stats_fetched_at) - day_number(usage.until))


def relying_on(found: Dependents) -> DependentsInfo:
    """Return the dependents of a model for an answer."""
    return DependentsInfo(styles=list(found.styles), emptied_style_categories=list(found.emptied_categories))


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
    policy = service_policy(settings)
    async with make_client(settings.horde_api_timeout, transport, settings.redirect_hosts) as client:
        sharing = make_sharing(settings, clock)
        manager = ModelReferenceManager(settings, client, clock, sharing.announce)
        curation = CurationSources(settings, client, clock)
        horde = HordeAPIIntegration(settings, client, clock, listener, sharing)
        history = make_history(settings, clock)
        try:
            factory, cache = ModelDeletionRiskInfoFactory.from_settings(settings), DeletionRiskCache()
            yield Engine(settings, manager, horde, cache, factory, curation, policy, listener, history, clock)
        finally:
            await horde.aclose()
            await manager.aclose()
            await curation.aclose()
            await history.aclose()
            await sharing.aclose()
