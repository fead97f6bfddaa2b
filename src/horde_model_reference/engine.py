"""The parts put together: from settings to risk tables. Service, command line and library all stand on this."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

import httpx

from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory
from horde_model_reference.analytics.deletion_risk_cache import DeletionRiskCache
from horde_model_reference.analytics.link_columns import with_link_checks
from horde_model_reference.analytics.mark_columns import published_marks
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
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.judged_table import judged_key, judged_table
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.service_policy import service_policy
from horde_model_reference.curation.sources import CurationSources
from horde_model_reference.curation.styles import Dependents, Styles
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import (
    EmptyCategoryError,
    HordeAPIDegradedError,
    HordeAPIError,
    SettingsError,
    UnknownModelError,
)
from horde_model_reference.escaping import quoted
from horde_model_reference.events import Listener, TableComputed, ignore
from horde_model_reference.history.changes import CategoryState, state_of
from horde_model_reference.history.days import day_number
from horde_model_reference.history.history import AWAY, History, NoHistory
from horde_model_reference.history.history import make_history as make_kept_history
from horde_model_reference.history.history_schema import ModelHistoryResponse
from horde_model_reference.http_client import make_client
from horde_model_reference.integrations.horde_api_integration import HordeAPIIntegration
from horde_model_reference.integrations.horde_api_models import Observation
from horde_model_reference.integrations.horde_workers import Workers, parse_workers, workers_route
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
MARKS_SHARE = 0.2
"""Share of a request's deadline that a risk table waits for the marks, without which it can be made as well."""
LISTINGS_SHARE = 0.3
"""Share of a request's deadline that a risk table waits for the ages of models, without which it can be made too."""
HISTORY_SHARE = 0.4
"""Share of a request's deadline that a risk table waits for the past, without which it can be made as well."""
SHARES: Mapping[str, float] = {"styles": STYLES_SHARE, "listings": LISTINGS_SHARE, "marks": MARKS_SHARE}
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
        return await self._at_time(category, max_age, SHARES)

    async def curation_facts(self, category: MODEL_REFERENCE_CATEGORY) -> tuple[CurationFacts, SourceCopy]:
        """Return the inputs of a plan, and the catalogue file's bytes; errors as for :meth:`table`.

        Optional sources are waited for to the end, so this is not for requests.
        """
        found = await self._at_time(category, None, {})
        return found.facts, found.copy

    async def workers(self, category: MODEL_REFERENCE_CATEGORY) -> Workers | None:
        """Return the names of the workers that serve each API name; None where the Horde does not say.

        Raises:
            UnsupportedCategoryError: The Horde reports no usage for the category.
        """
        route = workers_route(usage_traits(category).model_type)
        try:
            return parse_workers(await self.horde.client.get_json(route))
        except HordeAPIError:
            return None

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
        return await self._facts(known, location, observation, deadline, {})

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self.settings.request_deadline_seconds

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
        key = await run_in_thread(judged_key, facts, self.policy)
        judged = await self.cache.get(key, partial(judged_table, facts, self.policy, key))
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
        category = catalogue.category
        patience = {source: self._left(deadline, share) for source, share in shares.items()}
        (
            (styles, style_notices),
            (usage, usage_notices),
            (listings, age_notices),
            (recorded, record_notices),
            (marks, mark_notices),
            (link_checks, link_notices),
        ) = await asyncio.gather(
            self._styles(category, patience.get("styles")),
            self.history.usage(catalogue, self._left(deadline, HISTORY_SHARE)),
            self.curation.listings(catalogue, location, patience.get("listings")),
            self.history.listings(catalogue),
            self.curation.marks(patience.get("marks")),
            self.history.link_checks(catalogue),
        )
        warned = replace(catalogue, warnings=(*catalogue.warnings, *style_notices, *mark_notices, *usage_notices))
        recent = None if usage is None else usage.recent
        uses = styles.counts() if styles is not None and has_styles(category) else None
        key = self.factory.table_key(warned, observation, uses, recent)
        table = await self.cache.get(key, partial(self._compute, warned, observation, uses, recent))
        notices = dict.fromkeys(
            (*style_notices, *age_notices, *record_notices, *usage_notices, *mark_notices, *link_notices)
        )
        return CurationFacts(
            table=with_link_checks(table, link_checks),
            catalogue=catalogue,
            location=location,
            catalogue_file=base_name_of(location),
            styles=styles,
            listings={**recorded, **listings},
            past=None if usage is None else usage.years,
            history_away=AWAY in usage_notices,
            marks=marks,
            warnings=tuple(warning for warning in notices if warning not in table.warnings),
        )

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
