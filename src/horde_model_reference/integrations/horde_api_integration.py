"""What the Horde says now, or said last: each route fetched once for all who ask, and held for the bad days."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx

from horde_model_reference.categories import HordeModelType
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import HordeAPIDegradedError, HordeAPIError
from horde_model_reference.events import FetchDone, Listener, nobody
from horde_model_reference.integrations.horde_api_client import HordeAPIClient
from horde_model_reference.integrations.horde_api_models import (
    STATS_SCHEMA,
    STATUS_SCHEMA,
    HeldPayload,
    HordeRoute,
    Observation,
    Payload,
    PayloadKind,
    parse_stats,
    parse_status,
)
from horde_model_reference.integrations.sharing import NoSharing, Sharing
from horde_model_reference.settings import Settings
from horde_model_reference.single_flight import SingleFlight, side_by_side
from horde_model_reference.thread_pool import run_in_thread

log = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds that a reader waits for a refresh when there is an earlier answer to go on with."""
CLOCK_TOLERANCE = timedelta(seconds=5)
"""How far the clocks of other hosts may be ahead of ours."""

__all__ = ["HordeAPIDegradedError", "HordeAPIIntegration", "utc_now"]


_USAGE_UNKNOWN = DataWarning(
    "usage_unknown", "The Horde's statistics carry no figures just now, so usage is unknown and no usage flag is set."
)
_WORKERS_UNKNOWN = DataWarning(
    "workers_unknown", "The Horde's model status carries no figures just now, so workers are unknown."
)
_CLASHES_UNKNOWN = DataWarning(
    "clashes_unknown", "The Horde's status of the other type is empty just now, so name clashes cannot be seen."
)


def _status(model_type: HordeModelType) -> PayloadKind:
    route = HordeRoute("status/models", (("type", model_type.value), ("model_state", "all")))
    return PayloadKind(route, STATUS_SCHEMA, parse_status, _WORKERS_UNKNOWN)


STATUS: dict[HordeModelType, PayloadKind] = {model_type: _status(model_type) for model_type in HordeModelType}


def _stats(*route: Any) -> PayloadKind:
    return PayloadKind(HordeRoute(*route), STATS_SCHEMA, parse_stats, _USAGE_UNKNOWN)


STATS: dict[HordeModelType, PayloadKind] = {
    HordeModelType.IMAGE: _stats("stats/img/models", (("model_state", "all"),)),
    HordeModelType.TEXT: _stats("stats/text/models"),
}
CLASHES_WITH: dict[HordeModelType, HordeModelType | None] = {
    HordeModelType.IMAGE: HordeModelType.TEXT,
    HordeModelType.TEXT: None,
}
"""A text worker that takes an image model's name makes that model vanish from the image status (rule 7)."""


def utc_now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


class HordeAPIIntegration:
    """The Horde, as far as this project asks it.

    Concurrent askers of a route share one fetch. A fetch that fails, or that brings no figures while a report with
    figures is held, leaves the held report in place, marked stale, until it is older than
    ``CACHE_HYDRATION_STALE_TTL_SECONDS``.
    """

    def __init__(
        self,
        settings: Settings,
        client: httpx.AsyncClient,
        clock: Callable[[], datetime] = utc_now,
        listener: Listener = nobody,
        sharing: Sharing | None = None,
    ) -> None:
        self.client = HordeAPIClient(settings, client)
        self._usable_for = timedelta(seconds=settings.cache_hydration_stale_ttl_seconds)
        self._reuse_for = min(timedelta(seconds=settings.horde_api_cache_ttl), self._usable_for)
        self._refresh_after = timedelta(seconds=settings.deletion_risk_cache_ttl)
        self._clock = clock
        self._listener = listener
        self.sharing: Sharing = sharing or NoSharing()
        self._held: dict[HordeRoute, HeldPayload] = {}
        self._fetches: SingleFlight[HordeRoute, HeldPayload] = SingleFlight()

    async def observe(self, model_type: HordeModelType, max_age: timedelta | None = None) -> Observation:
        """Return what the Horde says of a type of model.

        The held observation is returned while its oldest part is younger than ``max_age`` (by default
        ``DELETION_RISK_CACHE_TTL``); else every part older than ``HORDE_API_CACHE_TTL`` is fetched anew. Neither lasts
        longer than ``CACHE_HYDRATION_STALE_TTL_SECONDS``.

        Raises:
            HordeAPIDegradedError: A route failed and no usable earlier answer of it is held.
        """
        kinds = _kinds(model_type)
        wanted = self._refresh_after if max_age is None else max_age
        if not self._all_younger(kinds, min(wanted, self._usable_for)):
            await self._refresh_all(kinds)
        return self._assemble(model_type)

    async def get_model_status_indexed(self, model_type: HordeModelType) -> Mapping[str, Mapping[str, Any]]:
        """Return ``worker_count``, ``queued_jobs`` and ``performance`` by API name; errors as for :meth:`observe`."""
        return _indexed((await self.observe(model_type)).status)

    async def get_model_stats_indexed(self, model_type: HordeModelType) -> Mapping[str, Mapping[str, Any]]:
        """Return ``usage_day``, ``usage_month`` and ``usage_total`` by API name; errors as for :meth:`observe`."""
        return _indexed((await self.observe(model_type)).stats)

    async def aclose(self) -> None:
        """End the fetches that are still under way."""
        await self._fetches.aclose()

    def _all_younger(self, kinds: tuple[PayloadKind, ...], age: timedelta) -> bool:
        held = [self._held.get(kind.route) for kind in kinds]
        return all(
            report is not None and self._clock() - report.fetched_at < self._lasts(report, age) for report in held
        )

    def _lasts(self, held: HeldPayload, age: timedelta) -> timedelta:
        """An answer without figures, which the Horde gives for moments only, is not gone by for long."""
        return age if held.report.known else min(age, self._reuse_for)

    async def _refresh_all(self, kinds: tuple[PayloadKind, ...]) -> None:
        due = [kind for kind in kinds if not self._all_younger((kind,), self._reuse_for)]
        await side_by_side(map(self._refresh, due))

    async def _refresh(self, kind: PayloadKind) -> None:
        """Fetch a route, once for all who ask; who has something to go on with does not wait long."""
        held = self._usable(self._held.get(kind.route))
        with suppress(TimeoutError):
            await self._fetches.run(kind.route, partial(self._fetch, kind), PATIENCE if held is not None else None)

    async def _fetch(self, kind: PayloadKind) -> HeldPayload:
        """Replace the held report of a route; where that fails, note the failure on it."""
        held = self._usable(self._held.get(kind.route)) or self._usable(await self._shared(kind))
        try:
            fresh = await self._shared_or_asked(kind)
        except HordeAPIError as error:
            if held is None:
                raise HordeAPIDegradedError(error.message, hint=error.hint, retry_after=error.retry_after) from error
            fresh = replace(held, failure=error.message)
        if held is not None and held.report.known and not fresh.report.known:
            fresh = replace(held, failure=f"Horde route {kind.route} answered without figures.")
        self._held[kind.route] = fresh
        return fresh

    async def _shared_or_asked(self, kind: PayloadKind) -> HeldPayload:
        """Return what another process fetched just now, else ask the Horde while the others wait."""
        started = time.perf_counter()
        async with self.sharing.turn(kind):
            shared = await self._shared(kind)
            if shared is not None and self._clock() - shared.fetched_at < self._reuse_for:
                self._tell(kind, "shared", started)
                return shared
            failure = await self.sharing.load_failure(kind)
            if failure is not None:
                self._tell(kind, "failed", started, failure.message)
                raise failure
            return await self._ask(kind, started)

    async def _shared(self, kind: PayloadKind) -> HeldPayload | None:
        """Return what another process fetched last; one that is dated ahead would count as young for too long."""
        shared = await self.sharing.load(kind)
        if shared is not None and shared.fetched_at > self._clock() + CLOCK_TOLERANCE:
            log.warning("a shared report from the future is ignored, do the hosts' clocks agree? %s", kind.route)
            return None
        return shared

    async def _ask(self, kind: PayloadKind, started: float) -> HeldPayload:
        try:
            report = await self._report(kind)
        except HordeAPIError as error:
            self._tell(kind, "failed", started, error.message)
            await self.sharing.save_failure(kind, error)
            raise
        fresh = HeldPayload(report, self._clock())
        if report.known:
            await self.sharing.save(kind, fresh)
        self._tell(kind, "ok" if report.known else "unknown", started)
        return fresh

    def _tell(self, kind: PayloadKind, outcome: str, started: float, reason: str = "") -> None:
        self._listener(FetchDone(str(kind.route), outcome, time.perf_counter() - started, reason))

    async def _report(self, kind: PayloadKind) -> Payload:
        raw = await self.client.get_json(kind.route)
        try:
            return await run_in_thread(kind.parse, raw)
        except HordeAPIError as error:
            raise HordeAPIError(f"Horde route {kind.route} {error.message}.", hint=error.hint) from error

    def _usable(self, held: HeldPayload | None) -> HeldPayload | None:
        return held if held is not None and self._clock() - held.fetched_at <= self._usable_for else None

    def _assemble(self, model_type: HordeModelType) -> Observation:
        kinds = _kinds(model_type)
        status, stats = self._held[STATUS[model_type].route], self._held[STATS[model_type].route]
        other_type = CLASHES_WITH[model_type]
        other = self._held[STATUS[other_type].route] if other_type is not None else None
        return Observation(
            model_type=model_type,
            status=status.report,
            stats=stats.report,
            other_type_names=frozenset(other.report.frame["api_name"]) if other is not None else frozenset(),
            status_fetched_at=min(status.fetched_at, other.fetched_at) if other is not None else status.fetched_at,
            stats_fetched_at=stats.fetched_at,
            stale=any(self._held[kind.route].failure is not None for kind in kinds),
            warnings=tuple(warning for kind in kinds for warning in _notices(kind, self._held[kind.route])),
        )


def _kinds(model_type: HordeModelType) -> tuple[PayloadKind, ...]:
    """Return all that an observation of a type consists of."""
    other = CLASHES_WITH[model_type]
    clashes = (replace(STATUS[other], unknown=_CLASHES_UNKNOWN),) if other is not None else ()
    return (STATUS[model_type], *clashes, STATS[model_type])


def _notices(kind: PayloadKind, held: HeldPayload) -> list[DataWarning]:
    found = []
    if held.failure is not None:
        found.append(DataWarning("horde_stale", f"An earlier answer of the Horde is used: {held.failure}"))
    if not held.report.known:
        found.append(kind.unknown)
    if held.report.skipped:
        message = f"{held.report.skipped} entries of Horde route {kind.route} made no sense; their figures are unknown."
        found.append(DataWarning("horde_entries_skipped", message))
    return found


def _indexed(report: Payload) -> dict[str, dict[str, Any]]:
    return {row.pop("api_name"): row for row in report.frame.to_dicts()}
