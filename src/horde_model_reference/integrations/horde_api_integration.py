"""The Horde's current or last reports: each route is fetched once for all callers, and held as a fallback."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import polars as pl

from horde_model_reference.categories import HordeModelType
from horde_model_reference.clock import Clock
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import HordeAPIDegradedError, HordeAPIError
from horde_model_reference.events import FetchDone, Listener, ignore
from horde_model_reference.integrations.horde_api_client import HordeAPIClient
from horde_model_reference.integrations.horde_api_models import NAMES_LOST, Observation, Payload
from horde_model_reference.integrations.horde_api_routes import (
    HeldPayload,
    HordeRoute,
    PayloadKind,
    clashing_status_kind,
    stats_kind,
    status_kind,
    workers_kind,
)
from horde_model_reference.integrations.sharing import NoSharing, Sharing
from horde_model_reference.settings import Settings
from horde_model_reference.single_flight import SingleFlight, side_by_side
from horde_model_reference.thread_pool import run_in_thread

log = logging.getLogger(__name__)

CLOCK_TOLERANCE = 5.0
"""Seconds that the clocks of other hosts may be ahead of ours."""

__all__ = ["HordeAPIDegradedError", "HordeAPIIntegration"]


_CLASHES_UNKNOWN = DataWarning(
    "clashes_unknown",
    "The Horde's status of the other type is empty just now, so name clashes cannot be seen: "
    "the workers of models that no worker is said to serve are unknown.",
)
NAMES_LOST_AT_MOST = 1 / 20
"""The share of the last good statistics' names that later ones may lack; names never leave the real ones (rule 3)."""


class HordeAPIIntegration:
    """The Horde, as far as this project asks it.

    Concurrent askers of a route share one fetch. A fetch that fails, or that lacks figures which the held report has,
    leaves the held report in place, marked stale, until it is older than ``CACHE_HYDRATION_STALE_TTL_SECONDS``.
    """

    def __init__(
        self,
        settings: Settings,
        client: httpx.AsyncClient,
        clock: Clock,
        listener: Listener = ignore,
        sharing: Sharing | None = None,
    ) -> None:
        self.client = HordeAPIClient(settings, client, clock)
        self._usable_for = settings.cache_hydration_stale_ttl_seconds
        self._reuse_for = min(settings.horde_api_cache_ttl, self._usable_for)
        self._refresh_after = settings.deletion_risk_cache_ttl
        self._patience = settings.refresh_patience_seconds
        self._clock = clock
        self._listener = listener
        self.sharing: Sharing = sharing or NoSharing()
        self._held: dict[HordeRoute, HeldPayload] = {}
        self._good_names: dict[HordeRoute, frozenset[str]] = {}
        self._fetches: SingleFlight[HordeRoute, HeldPayload] = SingleFlight()

    async def observe(self, model_type: HordeModelType, max_age: timedelta | None = None) -> Observation:
        """Return the observation of a type of model.

        The held observation is returned while its oldest part is younger than ``max_age`` (by default
        ``DELETION_RISK_CACHE_TTL``); else every part older than ``HORDE_API_CACHE_TTL`` is fetched anew. Neither lasts
        longer than ``CACHE_HYDRATION_STALE_TTL_SECONDS``.

        Raises:
            HordeAPIDegradedError: A route failed and no usable earlier answer of it is held.
        """
        kinds = _kinds(model_type)
        wanted = min(self._refresh_after if max_age is None else max_age.total_seconds(), self._usable_for)
        if not self._all_younger(kinds, wanted):
            await self._refresh_all(kinds, wanted)
        return self._assemble(model_type)

    async def get_model_status_indexed(self, model_type: HordeModelType) -> Mapping[str, Mapping[str, Any]]:
        """Return ``worker_count``, ``queued_jobs`` and ``performance`` by API name; errors as for :meth:`observe`."""
        return _indexed((await self.observe(model_type)).status)

    async def get_model_stats_indexed(self, model_type: HordeModelType) -> Mapping[str, Mapping[str, Any]]:
        """Return ``usage_day``, ``usage_month`` and ``usage_total`` by API name; errors as for :meth:`observe`."""
        return _indexed((await self.observe(model_type)).stats)

    async def workers(self, model_type: HordeModelType) -> Payload:
        """Return the workers of a type of model, kept as long as an observation; errors as for :meth:`observe`.

        The Horde is asked for them only here, so that nobody waits for a list that nobody wants.
        """
        kind, wanted = workers_kind(model_type), min(self._refresh_after, self._usable_for)
        if not self._all_younger((kind,), wanted):
            await self._refresh_all((kind,), wanted)
        return self._held[kind.route].report

    @property
    def degraded(self) -> bool:
        """Whether the newest attempt to ask any route failed."""
        return self.client.failures > 0 or any(held.failure is not None for held in self._held.values())

    async def aclose(self) -> None:
        """End the fetches that are still under way."""
        await self._fetches.aclose()

    def _age(self, held: HeldPayload) -> float:
        """Return the seconds since a report was fetched, independent of changes of the wall clock."""
        return self._clock.monotonic() - held.fetched_monotonic

    def _all_younger(self, kinds: tuple[PayloadKind, ...], age: float) -> bool:
        held = [self._held.get(kind.route) for kind in kinds]
        return all(report is not None and self._age(report) < self._valid_for(report, age) for report in held)

    def _valid_for(self, held: HeldPayload, age: float) -> float:
        """An incomplete answer, which the Horde gives for moments only, does not last long."""
        return age if held.report.complete else min(age, self._reuse_for)

    async def _refresh_all(self, kinds: tuple[PayloadKind, ...], wanted: float) -> None:
        due = [kind for kind in kinds if not self._all_younger((kind,), self._reuse_for)]
        await side_by_side(self._refresh(kind, wanted) for kind in due)

    async def _refresh(self, kind: PayloadKind, wanted: float) -> None:
        """Fetch a route, once for all callers; callers with a usable copy wait only briefly."""
        held = self._usable(self._held.get(kind.route))
        with suppress(TimeoutError):
            await self._fetches.run(
                kind.route, partial(self._fetch, kind, wanted), self._patience if held is not None else None
            )

    async def _fetch(self, kind: PayloadKind, wanted: float) -> HeldPayload:
        """Replace the held report of a route; where that fails, note the failure on it."""
        held = self._usable(self._held.get(kind.route)) or self._usable(await self._shared(kind))
        try:
            fresh = await self._shared_or_fetched(kind, wanted)
        except HordeAPIError as error:
            if held is None:
                raise HordeAPIDegradedError(error.message, hint=error.hint, retry_after=error.retry_after) from error
            fresh = replace(held, failure=error.message)
        if held is not None and held.report.known - fresh.report.known:
            fresh = replace(held, failure=_lost_figures(kind, fresh.report))
        self._held[kind.route] = self._remembered(kind, fresh)
        return fresh

    async def _shared_or_fetched(self, kind: PayloadKind, wanted: float) -> HeldPayload:
        """Return the report of another process where it will do; else fetch one while the others wait."""
        started = time.perf_counter()
        async with self.sharing.turn(kind):
            shared = await self._shared(kind)
            if shared is not None and self._will_do(kind, shared, wanted):
                self._notify(kind, "shared", started)
                return shared
            failure = await self.sharing.load_failure(kind)
            if failure is not None:
                self._notify(kind, "failed", started, failure.message)
                raise failure
            return await self._fetch_report(kind, started)

    def _will_do(self, kind: PayloadKind, shared: HeldPayload, wanted: float) -> bool:
        """Whether another process's report saves asking: fetched just now, or newer than ours and younger than wanted.

        The latter brings a process that starts, or that Redis was away for, to the observation of the others.
        """
        held, age = self._held.get(kind.route), self._age(shared)
        is_newer = held is None or age < self._age(held)
        return age < (max(wanted, self._reuse_for) if is_newer else self._reuse_for)

    async def _shared(self, kind: PayloadKind) -> HeldPayload | None:
        """Return the last report of another process, its age counted from now on by our own monotonic clock.

        A report dated in the future is dropped, since it would count as fresh for too long.
        """
        shared = await self.sharing.load(kind)
        if shared is None:
            return None
        age = (self._clock.now() - shared.fetched_at).total_seconds()
        if age < -CLOCK_TOLERANCE:
            log.warning("a shared report from the future is ignored, do the hosts' clocks agree? %s", kind.route)
            return None
        aged = replace(shared, fetched_monotonic=self._clock.monotonic() - max(0.0, age))
        return self._remembered(kind, aged)

    async def _fetch_report(self, kind: PayloadKind, started: float) -> HeldPayload:
        try:
            report = await self._report(kind)
        except HordeAPIError as error:
            self._notify(kind, "failed", started, error.message)
            await self.sharing.save_failure(kind, error)
            raise
        fresh = HeldPayload(report, self._clock.now(), self._clock.monotonic())
        if report.complete:
            await self.sharing.save(kind, fresh)
        self._notify(kind, "ok" if report.complete else "unknown", started)
        return fresh

    def _notify(self, kind: PayloadKind, outcome: str, started: float, reason: str = "") -> None:
        self._listener(FetchDone(str(kind.route), outcome, time.perf_counter() - started, reason))

    async def _report(self, kind: PayloadKind) -> Payload:
        raw = await self.client.get_json(kind.route)
        try:
            return self._unless_names_are_lost(kind, await run_in_thread(kind.parse, raw))
        except HordeAPIError as error:
            raise HordeAPIError(f"Horde route {kind.route} {error.message}.", hint=error.hint) from error

    def _remembered(self, kind: PayloadKind, held: HeldPayload) -> HeldPayload:
        """Return a held report; later reports are compared with the names of the last complete one."""
        if kind.keeps_names and held.report.complete:
            self._good_names[kind.route] = frozenset(held.report.frame["api_name"])
        return held

    def _unless_names_are_lost(self, kind: PayloadKind, report: Payload) -> Payload:
        """Return a report, or an unknown one in its place where too many of the last good one's names are missing."""
        if not kind.keeps_names:
            return report
        before = self._good_names.get(kind.route, frozenset())
        lost = len(before.difference(report.frame["api_name"]))
        if report.known and lost > NAMES_LOST_AT_MOST * len(before):
            return Payload(pl.DataFrame(schema=kind.schema), frozenset(), {NAMES_LOST: lost})
        return report

    def _usable(self, held: HeldPayload | None) -> HeldPayload | None:
        return held if held is not None and self._age(held) <= self._usable_for else None

    def _assemble(self, model_type: HordeModelType) -> Observation:
        kinds = _kinds(model_type)
        status, stats = self._held[status_kind(model_type).route], self._held[stats_kind(model_type).route]
        clashing = clashing_status_kind(model_type)
        other = self._held[clashing.route] if clashing is not None else None
        names = frozenset[str]() if other is None else _names_of(other.report)
        return Observation(
            model_type=model_type,
            status=status.report,
            stats=stats.report,
            other_type_names=names,
            status_fetched_at=min(status.fetched_at, other.fetched_at) if other is not None else status.fetched_at,
            stats_fetched_at=stats.fetched_at,
            stale=any(self._held[kind.route].failure is not None for kind in kinds),
            notices=tuple(self._notices(model_type)),
            fetched_monotonic=min(self._held[kind.route].fetched_monotonic for kind in kinds),
        )

    def _notices(self, model_type: HordeModelType) -> Iterator[DataWarning]:
        for kind in _kinds(model_type):
            failure = self._held[kind.route].failure
            if failure is not None:
                yield DataWarning("horde_stale", f"An earlier answer of the Horde is used: {failure}")
        clashing = clashing_status_kind(model_type)
        if clashing is not None and _names_of(self._held[clashing.route].report) is None:
            yield _CLASHES_UNKNOWN


def _kinds(model_type: HordeModelType) -> tuple[PayloadKind, ...]:
    """Return all that an observation of a type consists of."""
    kinds = (status_kind(model_type), clashing_status_kind(model_type), stats_kind(model_type))
    return tuple(kind for kind in kinds if kind is not None)


def _names_of(status: Payload) -> frozenset[str] | None:
    """Return the names that a status lists; None where it has no figures, as the Horde answers for moments."""
    return frozenset(status.frame["api_name"]) if status.known else None


def _lost_figures(kind: PayloadKind, fresh: Payload) -> str:
    missing = fresh.faults.get(NAMES_LOST)
    lack = f"{missing:,} names less than before" if missing else "figures missing"
    return f"Horde route {kind.route} answered with {lack}."


def _indexed(report: Payload) -> dict[str, dict[str, Any]]:
    return {row.pop("api_name"): row for row in report.frame.to_dicts()}
