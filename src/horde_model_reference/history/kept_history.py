"""A history in a database: a part that may be absent or away, and never disturbs the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from horde_model_reference.analytics.usage_trend import UsageOverTime
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.clock import Clock
from horde_model_reference.cooldown import Cooldown
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import HistoryError, HordeModelReferenceError
from horde_model_reference.history.history import AWAY, History, NoHistory, no_history
from horde_model_reference.integrations.horde_api_models import Observation
from horde_model_reference.links.link_check import LinkCheck
from horde_model_reference.settings import Settings
from horde_model_reference.single_flight import SingleFlight
from horde_model_reference.thread_pool import run_in_thread

if TYPE_CHECKING:
    from datetime import date

    from horde_model_reference.history.catalogue_history import CatalogueHistory
    from horde_model_reference.history.changes import CategoryState, Change
    from horde_model_reference.history.changes_schema import CategoryChangesResponse
    from horde_model_reference.history.store import HistoryStore

log = logging.getLogger(__name__)
T = TypeVar("T")

Opener = Callable[[Settings, Clock], Awaitable["HistoryStore"]]
"""Opens the database of a history."""

RETRY_AFTER = 10.0
"""Seconds before a database that failed is tried again."""
FILE = "history.sqlite"
"""The SQLite file's name under ``DATA_DIR``."""

_LATE = "The history's database gave no answer in time."
_PUT_BACK = "The next collection begins a new one; put a copy in its place to go on with that."


class KeptHistory:
    """A past in a database, opened when it is first needed; while it fails, all goes on without."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        opener: Opener | None = None,
    ) -> None:
        self._settings = settings
        self._opener = opener
        self._clock = clock
        self._store: HistoryStore | None = None
        self._lost: HistoryStore | None = None
        self._catalogue_history: CatalogueHistory | None = None
        self._opening: SingleFlight[str, CatalogueHistory] = SingleFlight()
        self._reading: SingleFlight[tuple[str, str], Any] = SingleFlight()
        self._cooldown = Cooldown(clock, RETRY_AFTER)

    @property
    def state(self) -> str:
        """``off`` until there is something to read; see :class:`History`."""
        there = self._exists()
        if self._cooldown.failed or self._lost is not None:
            return "away"
        return "ok" if there else "off"

    async def usage(
        self, catalogue: Catalogue, patience: float
    ) -> tuple[UsageOverTime | None, tuple[DataWarning, ...]]:
        """See :class:`History`."""
        return await self._known("usage", catalogue, lambda models: models.usage(catalogue), patience)

    async def listings(self, catalogue: Catalogue) -> tuple[Mapping[str, Listing], tuple[DataWarning, ...]]:
        """See :class:`History`."""
        patience = self._settings.request_deadline_seconds / 2
        found, warnings = await self._known("listings", catalogue, lambda models: models.listings(catalogue), patience)
        return found or {}, warnings

    async def link_checks(self, catalogue: Catalogue) -> tuple[Mapping[str, LinkCheck], tuple[DataWarning, ...]]:
        """See :class:`History`."""
        patience = self._settings.request_deadline_seconds / 2
        found, warnings = await self._known("links", catalogue, lambda models: models.link_checks(catalogue), patience)
        return found or {}, warnings

    async def of_models(self, catalogue: Catalogue, names: Sequence[str], days: int) -> dict[str, Any]:
        """See :class:`History`."""
        return await self._answered(lambda models: models.of_models(catalogue, names, days))

    async def changes(
        self, category: MODEL_REFERENCE_CATEGORY, since: date | None, limit: int, offset: int
    ) -> CategoryChangesResponse:
        """See :class:`History`."""
        return await self._answered(lambda models: models.changes(category, since, limit, offset))

    async def _answered(self, ask: Callable[[CatalogueHistory], Awaitable[T]]) -> T:
        """Return an answer that is nothing without the history; errors as for :meth:`History.of_models`."""
        if not self._exists():
            raise self._absent()
        if self._cooldown.active:
            raise HistoryError("The history's database failed a moment ago.", retry_after=RETRY_AFTER)
        try:
            async with asyncio.timeout(self._settings.request_deadline_seconds):
                return await self._attempted(ask(await self._open()))
        except TimeoutError:
            self._note_away(_LATE)
            raise HistoryError(_LATE, retry_after=RETRY_AFTER) from None

    async def collect(self, observation: Observation) -> None:
        """See :class:`History`; months that are old enough are closed on the way."""
        self._notice_loss()
        with suppress(HistoryError):
            await self._open()
            if self._store is not None:
                history = self._settings.history
                await self._attempted(self._store.keep(observation, history.collect_interval_seconds / 2))
                await self._attempted(self._store.prune(history.keep_days))

    async def record(self, catalogue: Catalogue) -> None:
        """See :class:`History`."""
        with suppress(HistoryError):
            await self._open()
            if self._store is not None:
                await self._attempted(self._store.listings.keep(catalogue))

    async def note(self, state: CategoryState) -> Sequence[Change]:
        """See :class:`History`."""
        with suppress(HistoryError):
            await self._open()
            if self._store is not None:
                return await self._attempted(self._store.changes.keep(state))
        return ()

    async def aclose(self) -> None:
        """See :class:`History`."""
        await self._opening.aclose()
        await self._reading.aclose()
        for store in (self._store, self._lost):
            if store is not None:
                await store.aclose()

    def _exists(self) -> bool:
        """Whether there is something to read; asking makes no file."""
        self._notice_loss()
        elsewhere = self._opener is not None or bool(self._settings.history.url)
        return elsewhere or self._store is not None or (self._settings.data_dir / FILE).is_file()

    def _notice_loss(self) -> None:
        """Let go of a file that was removed, replaced or truncated; the next use opens the file of that moment."""
        if self._store is None or self._store.file is None:
            return
        fault = self._store.file.fault()
        if fault is not None:
            log.warning("the history's file %s was %s; it is opened anew", self._store.file.path, fault)
            self._lost, self._store, self._catalogue_history = self._store, None, None

    def _absent(self) -> HordeModelReferenceError:
        if self._lost is not None:
            return HistoryError("The history's file was removed.", hint=_PUT_BACK, retry_after=RETRY_AFTER)
        return no_history()

    async def _known(
        self, what: str, catalogue: Catalogue, ask: Callable[[CatalogueHistory], Awaitable[T]], patience: float
    ) -> tuple[T | None, tuple[DataWarning, ...]]:
        if not self._exists():
            return None, () if self._lost is None else (AWAY,)
        if self._cooldown.active:
            return None, (AWAY,)
        key = (what, USAGE[catalogue.category].model_type.value + catalogue.revision)
        try:
            return await self._reading.run(key, partial(self._read, ask), patience), ()
        except HistoryError:
            return None, (AWAY,)
        except TimeoutError:
            self._note_away(_LATE)  # It goes on; until it is there, nobody waits again.
            return None, (AWAY,)

    async def _read(self, ask: Callable[[CatalogueHistory], Awaitable[T]]) -> T:
        return await self._attempted(ask(await self._open()))

    async def _attempted(self, work: Awaitable[T]) -> T:
        """Wait for the database, and note whether it is available."""
        try:
            done = await work
        except HistoryError as error:
            self._note_away(error.message)
            raise
        self._cooldown.end()
        return done

    async def _open(self) -> CatalogueHistory:
        if self._catalogue_history is None:
            self._catalogue_history = await self._opening.run("open", self._opened)
        return self._catalogue_history

    async def _opened(self) -> CatalogueHistory:
        opener, catalogue_history = await run_in_thread(_machinery)
        await self._attempted(self._make_room())
        self._store = await self._attempted((self._opener or opener)(self._settings, self._clock))
        self._lost = None
        return catalogue_history(self._store)

    async def _make_room(self) -> None:
        """Close a file that was lost, once nothing of it is left at its old place: closing would write there."""
        if self._lost is not None and self._lost.file is not None:
            await run_in_thread(self._lost.file.make_room)
            await self._lost.aclose()

    def _note_away(self, reason: str) -> None:
        if not self._cooldown.active:
            log.warning("the history is away, going on without for %.0f seconds: %s", RETRY_AFTER, reason)
        self._cooldown.begin()


def _machinery() -> tuple[Opener, type[CatalogueHistory]]:
    """Import the database code, which takes a while and is not needed by every command."""
    from horde_model_reference.history.catalogue_history import CatalogueHistory  # noqa: PLC0415
    from horde_model_reference.history.store import open_store  # noqa: PLC0415

    return open_store, CatalogueHistory


def make_history(settings: Settings, clock: Clock) -> History:
    """Return the history that the settings ask for."""
    return KeptHistory(settings, clock) if settings.history.enabled else NoHistory()
