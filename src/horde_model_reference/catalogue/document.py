"""One source, read, parsed and kept fresh; with its last good copy for the day the source fails."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar

import httpx

from horde_model_reference.catalogue.last_good import LastGoodStore
from horde_model_reference.catalogue.sources import SourceCopy, base_name_of, make_source, shown
from horde_model_reference.clock import Clock
from horde_model_reference.cooldown import Cooldown
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import CatalogueError, CatalogueFormatError, CatalogueSourceError
from horde_model_reference.escaping import visible
from horde_model_reference.settings import Settings
from horde_model_reference.single_flight import SingleFlight
from horde_model_reference.thread_pool import run_in_thread

T = TypeVar("T")

FAILED_FOR = 5.0
"""Seconds for which a failure is told again instead of asking again, where there is nothing to go on with."""


def _never(_: object) -> bool:
    return False


def _whole(_: object, __: object) -> tuple[DataWarning, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Parsing(Generic[T]):
    """How a source's bytes become a value.

    Attributes:
        parse: From the bytes, their place and their time; raises a CatalogueError where they are no such document.
        changed: Told of every new value that a source gives.
        empty: Whether a value holds nothing: a source that gave something before has then failed.
        losses: Return warnings where a value (the second) lacks much of the last good one (the first).
    """

    parse: Callable[[bytes, str, datetime | None], T]
    changed: Callable[[T], Awaitable[None]] | None = None
    empty: Callable[[T], bool] = _never
    losses: Callable[[T, T], tuple[DataWarning, ...]] = _whole


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """The document of a source.

    Attributes:
        value: The parsed document.
        copy: The bytes that it was parsed from.
        warnings: Warnings about the source.
    """

    value: T
    copy: SourceCopy
    warnings: tuple[DataWarning, ...] = ()


@dataclass(slots=True)
class _Held(Generic[T]):
    reading: Reading[T]
    checked_at: float = field(default=-math.inf)


class Document(Generic[T]):
    """A document at a location of the settings.

    It is looked at again when it is older than ``CACHE_TTL_SECONDS``: a file by its time and size, a URL by a
    conditional request. Where the source fails, the last good copy (in memory, else on disk) is used, and the reading
    says so in a warning; where there is none, the failure stands for ``FAILED_FOR`` seconds, or for
    ``CACHE_TTL_SECONDS`` where these are fewer.
    """

    def __init__(
        self,
        location: str,
        parsing: Parsing[T],
        settings: Settings,
        client: httpx.AsyncClient,
        clock: Clock,
    ) -> None:
        self.location = location
        self._parsing = parsing
        self._settings = settings
        self._client = client
        self._clock = clock
        self._store = LastGoodStore(settings.data_dir)
        self._held: _Held[T] | None = None
        self._good: Reading[T] | None = None
        self._failure = CatalogueError("")
        self._cooldown = Cooldown(clock, min(FAILED_FOR, settings.cache_ttl_seconds))
        self._doubts = 0
        self._refreshes: SingleFlight[None, _Held[T]] = SingleFlight()

    @property
    def held(self) -> bool:
        """Whether there is something to go on with while the source is asked."""
        return self._held is not None

    async def read(self, patience: float | None = None) -> Reading[T]:
        """Return the document, no older than the settings allow if the source answers in time.

        Args:
            patience: Timeout in seconds; None waits for the end. If a copy is held, the timeout is at most
                ``REFRESH_PATIENCE_SECONDS``.

        Raises:
            CatalogueError: The source failed, or takes longer, and no good copy is held.
        """
        held = self._held
        if held is None:
            if self._cooldown.active:
                raise self._failure.with_traceback(None)  # Else it would grow with every reader.
            try:
                held = await self._refreshes.run(None, self._refresh, patience)
            except TimeoutError:
                name = visible(base_name_of(self.location))
                raise CatalogueSourceError(f"{name} is still being fetched.", hint="Try again in a moment.") from None
        elif self._clock.monotonic() - held.checked_at >= self._settings.cache_ttl_seconds:
            with suppress(TimeoutError):
                most = self._settings.refresh_patience_seconds
                wait = most if patience is None else min(patience, most)
                held = await self._refreshes.run(None, self._refresh, wait)
        return held.reading

    def look_again(self) -> None:
        """Have the next reader look at the source, however young the document is."""
        self._doubts += 1
        self._cooldown.end()
        if self._held is not None:
            self._held.checked_at = -math.inf

    async def accept(self) -> None:
        """Accept the present value as the last good one, even if models are missing."""
        if self._held is not None and self._held.reading is not self._good:
            copy = self._held.reading.copy
            self._good = self._held.reading = Reading(self._held.reading.value, copy, await self._keep(copy))

    async def aclose(self) -> None:
        """End the refresh that is under way."""
        await self._refreshes.aclose()

    async def _refresh(self) -> _Held[T]:
        doubts = self._doubts
        try:
            reading = await self._look()
        except CatalogueError as error:
            if doubts == self._doubts:
                self._failure = error
                self._cooldown.begin()
            raise
        # A doubt that came up meanwhile is about what was read before it.
        self._held = held = _Held(reading, self._clock.monotonic() if doubts == self._doubts else -math.inf)
        return held

    async def _look(self) -> Reading[T]:
        if self._good is None:
            self._good = await self._kept()
        before = self._held.reading if self._held is not None else self._good
        try:
            return await self._ask(before)
        except CatalogueError as error:
            if before is None:
                raise
            return replace(before, warnings=(*_kept_warnings(before), _source_failed(error, self.location)))

    async def _kept(self) -> Reading[T] | None:
        """Return the document of the copy on disk; None if the copy cannot be read, as after a change of format."""
        copy = await run_in_thread(self._store.load, self.location)
        with suppress(CatalogueError):
            return Reading(await self._parse(copy), copy) if copy is not None else None
        return None

    async def _ask(self, before: Reading[T] | None) -> Reading[T]:
        source = make_source(self.location, self._client, self._settings.catalogue_timeout, self._settings.body_limits)
        copy = await source.fetch(before.copy if before is not None else None)
        if before is not None and copy is before.copy:
            return replace(before, warnings=_kept_warnings(before))
        value = await self._parse(copy)
        if before is not None and self._parsing.empty(value) and not self._parsing.empty(before.value):
            raise CatalogueFormatError(f"{shown(self.location)}: it is empty now.")
        losses = self._parsing.losses(self._good.value, value) if self._good is not None else ()
        reading = Reading(value, copy, losses or await self._keep(copy))
        if not losses:
            self._good = reading
        if self._parsing.changed is not None:
            await self._parsing.changed(value)
        return reading

    async def _parse(self, copy: SourceCopy) -> T:
        return await run_in_thread(self._parsing.parse, copy.content, shown(self.location), copy.modified_at)

    async def _keep(self, copy: SourceCopy) -> tuple[DataWarning, ...]:
        try:
            await run_in_thread(self._store.save, self.location, copy)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return (
                DataWarning(
                    "data_dir_unwritable", f"No copy of {visible(base_name_of(self.location))} is kept: {reason}."
                ),
            )
        return ()


SOURCE_FAILED = "catalogue_source_failed"


def _kept_warnings(before: Reading[T] | None) -> tuple[DataWarning, ...]:
    """Return the warnings that a copy keeps, independent of the present state of its source."""
    return tuple(warning for warning in before.warnings if warning.code != SOURCE_FAILED) if before is not None else ()


def _source_failed(error: CatalogueError, location: str) -> DataWarning:
    """The warning goes into answers, so it names the file and not where it lies."""
    name = base_name_of(location)
    reason = error.message.replace(shown(location), name)
    return DataWarning(
        SOURCE_FAILED, f"The last good copy of {visible(name)} is used, since its source failed: {visible(reason)}"
    )
