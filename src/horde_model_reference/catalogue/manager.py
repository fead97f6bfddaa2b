"""The catalogues of all categories, each read from its source and kept fresh."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import httpx

from horde_model_reference.catalogue.catalogue import Catalogue, read_catalogue
from horde_model_reference.catalogue.last_good import LastGoodStore
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.catalogue.sources import Source, SourceCopy, make_source
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.errors import CatalogueError
from horde_model_reference.inert import visible
from horde_model_reference.notices import Notice
from horde_model_reference.settings import Settings
from horde_model_reference.single_flight import SingleFlight

PATIENCE = 1.0
"""Seconds that a reader waits for a refresh when there is a catalogue to go on with."""


@dataclass(slots=True)
class _Held:
    copy: SourceCopy
    catalogue: Catalogue
    checked_at: float


Announce = Callable[[MODEL_REFERENCE_CATEGORY, str], Awaitable[None]]
"""Told of a category's new revision."""


async def _nobody(_: MODEL_REFERENCE_CATEGORY, __: str) -> None:
    """Listen to nothing."""


class ModelReferenceManager:
    """Which models exist, category by category.

    A catalogue is looked at again when it is older than ``CACHE_TTL_SECONDS``: a file by its time and size, a URL by a
    conditional request. Where the source fails, the last good copy (in memory, else on disk) is used, and its
    catalogue says so in a notice.
    """

    def __init__(
        self,
        settings: Settings,
        client: httpx.AsyncClient,
        clock: Callable[[], float] = time.monotonic,
        announce: Announce = _nobody,
    ) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock
        self._announce = announce
        self._store = LastGoodStore(settings.data_dir)
        self._held: dict[MODEL_REFERENCE_CATEGORY, _Held] = {}
        self._refreshes: SingleFlight[MODEL_REFERENCE_CATEGORY, _Held] = SingleFlight()

    async def get_catalogue(self, category: MODEL_REFERENCE_CATEGORY) -> Catalogue:
        """Return a category's catalogue, not older than the settings allow where its source answers.

        Raises:
            CatalogueError: The source failed and no good copy is held.
        """
        held = self._held.get(category)
        if held is None:
            return (await self._refreshes.run(category, partial(self._refresh, category, None))).catalogue
        if self._clock() - held.checked_at >= self._settings.cache_ttl_seconds:
            with suppress(TimeoutError):
                held = await self._refreshes.run(category, partial(self._refresh, category, held), PATIENCE)
        return held.catalogue

    def look_again(self, category: MODEL_REFERENCE_CATEGORY) -> None:
        """Have the next reader look at the source, however young the catalogue is."""
        held = self._held.get(category)
        if held is not None:
            held.checked_at = -math.inf

    async def aclose(self) -> None:
        """End the refreshes that are still under way."""
        await self._refreshes.aclose()

    async def get_model_reference(self, category: MODEL_REFERENCE_CATEGORY) -> Mapping[str, ModelRecord]:
        """Return a category's records by name; errors as for :meth:`get_catalogue`."""
        return (await self.get_catalogue(category)).records

    async def get_model_names(self, category: MODEL_REFERENCE_CATEGORY) -> list[str]:
        """Return a category's model names, sorted by code point; errors as for :meth:`get_catalogue`."""
        return sorted(await self.get_model_reference(category))

    async def _refresh(self, category: MODEL_REFERENCE_CATEGORY, held: _Held | None) -> _Held:
        location = self._settings.sources.location(category)
        last_good = held.copy if held is not None else await asyncio.to_thread(self._store.load, location)
        try:
            source = make_source(location, self._client, self._settings.catalogue_timeout)
            fresh = await self._read_source(category, source, held, last_good)
        except CatalogueError as error:
            if last_good is None:
                raise
            catalogue = held.catalogue if held is not None else await self._parse(category, last_good, location)
            fresh = _Held(last_good, _with_notice(catalogue, _source_failed(error)), self._clock())
        self._held[category] = fresh
        return fresh

    async def _read_source(
        self, category: MODEL_REFERENCE_CATEGORY, source: Source, held: _Held | None, last_good: SourceCopy | None
    ) -> _Held:
        copy = await source.fetch(last_good)
        if held is not None and copy is held.copy:
            return _Held(copy, _without_source_notices(held.catalogue), self._clock())
        catalogue = await self._parse(category, copy, source.location)
        if copy is not last_good:
            catalogue = await self._keep(source.location, copy, catalogue)
            await self._announce(category, catalogue.revision)
        return _Held(copy, catalogue, self._clock())

    async def _parse(self, category: MODEL_REFERENCE_CATEGORY, copy: SourceCopy, place: str) -> Catalogue:
        return await asyncio.to_thread(read_catalogue, copy.content, category, place, copy.modified_at)

    async def _keep(self, location: str, copy: SourceCopy, catalogue: Catalogue) -> Catalogue:
        try:
            await asyncio.to_thread(self._store.save, location, copy)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return _with_notice(
                catalogue, Notice("data_dir_unwritable", f"No copy of the catalogue is kept: {reason}.")
            )
        return catalogue


_SOURCE_FAILED = "catalogue_source_failed"


def _source_failed(error: CatalogueError) -> Notice:
    return Notice(
        _SOURCE_FAILED,
        f"The last good copy of the catalogue is used, since its source failed: {visible(error.message)}",
    )


def _with_notice(catalogue: Catalogue, notice: Notice) -> Catalogue:
    return replace(catalogue, notices=(*_without_source_notices(catalogue).notices, notice))


def _without_source_notices(catalogue: Catalogue) -> Catalogue:
    notices = tuple(notice for notice in catalogue.notices if notice.code != _SOURCE_FAILED)
    return catalogue if notices == catalogue.notices else replace(catalogue, notices=notices)
