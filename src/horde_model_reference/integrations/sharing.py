"""Sharing with other processes: the Horde's reports, and changes of catalogues."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.clock import Clock
from horde_model_reference.errors import HordeAPIError, SettingsError
from horde_model_reference.integrations.horde_api_routes import HeldPayload, PayloadKind
from horde_model_reference.settings import Settings


class Sharing(Protocol):
    """Messages between processes; a failure of the transport never fails a request."""

    @property
    def state(self) -> str:
        """``off``, ``shared``, or ``alone`` while the means of sharing is away."""
        ...

    def turn(self, kind: PayloadKind) -> AbstractAsyncContextManager[None]:
        """Wait until no other process is asking this route, and keep the others waiting meanwhile."""
        ...

    async def load(self, kind: PayloadKind) -> HeldPayload | None:
        """Return the report that some process fetched last, if there is one."""
        ...

    async def load_failure(self, kind: PayloadKind) -> HordeAPIError | None:
        """Return why some process failed to fetch the route a moment ago, if one did."""
        ...

    async def save(self, kind: PayloadKind, held: HeldPayload) -> None:
        """Give a fetched report to the others."""
        ...

    async def save_failure(self, kind: PayloadKind, error: HordeAPIError) -> None:
        """Tell the others that the route failed, so that they need not try at once."""
        ...

    async def announce(self, category: MODEL_REFERENCE_CATEGORY, revision: str) -> None:
        """Tell the others that a catalogue has this revision now."""
        ...

    def announcements(self) -> AsyncIterator[MODEL_REFERENCE_CATEGORY]:
        """Return the categories that others announce, for ever."""
        ...

    async def aclose(self) -> None:
        """Let go of the means of sharing."""
        ...


class NoSharing:
    """The sharing of a single process: nothing is shared."""

    state = "off"

    @asynccontextmanager
    async def turn(self, kind: PayloadKind) -> AsyncIterator[None]:
        """Let the caller fetch at once; there are no other processes."""
        yield

    async def load(self, kind: PayloadKind) -> HeldPayload | None:
        """Return None; there are no other processes."""
        return None

    async def load_failure(self, kind: PayloadKind) -> HordeAPIError | None:
        """Return None; there are no other processes."""
        return None

    async def save(self, kind: PayloadKind, held: HeldPayload) -> None:
        """Do nothing; there are no other processes."""

    async def save_failure(self, kind: PayloadKind, error: HordeAPIError) -> None:
        """Do nothing; there are no other processes."""

    async def announce(self, category: MODEL_REFERENCE_CATEGORY, revision: str) -> None:
        """Do nothing; there are no other processes."""

    async def announcements(self) -> AsyncIterator[MODEL_REFERENCE_CATEGORY]:
        """Wait forever; there are no other processes."""
        await asyncio.Event().wait()
        yield MODEL_REFERENCE_CATEGORY.miscellaneous  # pragma: no cover - makes this a generator

    async def aclose(self) -> None:
        """Nothing is held."""


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
