"""Sharing through Redis. While it is away, slow or full, this process goes on alone, and tries it again later."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import TypeVar

import redis.asyncio
from polars.exceptions import PolarsError
from redis.asyncio.lock import Lock
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import LockError, RedisError, ResponseError

from horde_model_reference.body_limits import BodyLimits, check_json
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.clock import Clock
from horde_model_reference.cooldown import Cooldown
from horde_model_reference.errors import HordeAPIError, SettingsError
from horde_model_reference.escaping import visible
from horde_model_reference.integrations.horde_api_client import MAX_RETRY_AFTER
from horde_model_reference.integrations.horde_api_models import FAULTS, OPTIONAL
from horde_model_reference.integrations.horde_api_routes import HeldPayload, PayloadKind
from horde_model_reference.settings import Settings
from horde_model_reference.thread_pool import run_in_thread

log = logging.getLogger(__name__)
T = TypeVar("T")

LOCK_POLL = 0.05
"""Seconds between two looks for what the holder of a lock fetches."""
MAX_REASON = 200
"""Characters that are repeated of why another process failed."""
UTF8_BYTES = 4
"""Bytes of a character at most."""

_AWAY = (RedisError, OSError, TimeoutError)

# One step, else it might end a lock that somebody has just taken.
_END_LOCK_WITHOUT_DEADLINE = "if redis.call('pttl', KEYS[1]) == -1 then redis.call('del', KEYS[1]) end"


def _text(value: bytes | str) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def horde_id(url: str) -> str:
    """Return the id of a Horde in keys: reports of several are kept apart, and an address may hold secrets."""
    return hashlib.sha256(url.rstrip("/").encode()).hexdigest()[:16]


class RedisSharing:
    """See :class:`~horde_model_reference.integrations.sharing.Sharing`.

    Keys: ``PREFIX:report:HORDE:ROUTE`` (JSON, kept for the stale limit), ``PREFIX:failure:HORDE:ROUTE`` (for the
    breaker's pause, or as long as the Horde asks for), ``PREFIX:lock:HORDE:ROUTE`` (with a deadline),
    ``PREFIX:revisions`` (a hash by category), ``PREFIX:probe``; and the channel ``PREFIX:catalogues``. ``HORDE`` is
    :func:`horde_id`. Other programs may write there, too: values of another form are ignored, and overwritten.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._prefix = settings.redis.key_prefix
        self._horde = horde_id(str(settings.ai_horde_url))
        self._timeout = settings.redis.timeout_seconds
        self._lock_seconds = settings.request_deadline_seconds
        self._keep_seconds = max(1, int(settings.cache_hydration_stale_ttl_seconds))
        self._failure_ms = max(1, int(settings.horde_api_breaker_reset_seconds * 1000))
        self._longest_failure_ms = max(self._failure_ms, int(MAX_RETRY_AFTER * 1000))
        self._limits = settings.body_limits
        self._retry_seconds = settings.redis.retry_seconds
        self._cooldown = Cooldown(clock, self._retry_seconds)
        self._together = False
        try:
            self._redis = redis.asyncio.from_url(
                settings.redis.url,
                socket_timeout=self._timeout,
                socket_connect_timeout=self._timeout,
                retry=Retry(NoBackoff(), 0),  # The client's own retries would hold a request for seconds.
                encoding_errors="replace",  # An address may ask for text.
            )
            # Nothing has looked at the address's parameters yet.
            self._redis.connection_pool.make_connection()  # type: ignore[no-untyped-call]
        except (ValueError, TypeError, RedisError):
            raise SettingsError(
                "HORDE_MODEL_REFERENCE_REDIS__URL: this is no address of a Redis server.",
                hint="It looks like redis://127.0.0.1:6379/0.",
            ) from None  # The cause may repeat a password.

    @property
    def state(self) -> str:
        """``shared``; ``alone`` until Redis has answered, and from a failure until it answers again."""
        return "shared" if self._together else "alone"

    @asynccontextmanager
    async def turn(self, kind: PayloadKind) -> AsyncIterator[None]:
        """Hold the route's lock; without Redis, or when its holder takes too long, go on without."""
        # Half of the deadline, so that who waits in vain can still ask, and answer in time.
        patience = self._lock_seconds / 2
        lock = self._redis.lock(
            self._key("lock", kind), timeout=self._lock_seconds, sleep=LOCK_POLL, blocking_timeout=patience
        )

        async def take() -> bool:
            await self._redis.eval(_END_LOCK_WITHOUT_DEADLINE, 1, self._key("lock", kind))
            taken: bool = await lock.acquire()
            return taken

        held = await self._attempt(take, otherwise=False, seconds=patience + self._timeout)
        try:
            yield
        finally:
            if held:
                await self._release(lock)

    async def _release(self, lock: Lock) -> None:
        """Give a lock back, also where Redis was away meanwhile: until its deadline the others would wait for it."""
        try:
            async with asyncio.timeout(self._timeout):
                await lock.release()
        except LockError:  # Its deadline passed, or Redis has forgotten it.
            return
        except _AWAY as error:
            await self._note_away(error)

    async def load(self, kind: PayloadKind) -> HeldPayload | None:
        """Return the report that some process fetched last, if there is one that can be read."""

        async def look() -> bytes | str | None:
            with suppress(ResponseError):  # What is there may be no string.
                found: bytes | str = await self._redis.getrange(self._key("report", kind), 0, self._limits.max_bytes)
                return found
            return None

        found = await self._attempt(look, otherwise=None)
        try:
            return await run_in_thread(_report, found, kind, self._limits) if found else None
        except (ValueError, KeyError, TypeError, RecursionError, PolarsError):
            log.warning("an unreadable report in Redis is ignored: %s", kind.route)
            return None

    async def load_failure(self, kind: PayloadKind) -> HordeAPIError | None:
        """Return why some process failed to fetch the route a moment ago, if one did."""
        key = self._key("failure", kind)

        async def look() -> HordeAPIError | None:
            both = self._redis.pipeline(transaction=False)
            both.getrange(key, 0, UTF8_BYTES * MAX_REASON)
            both.pttl(key)
            found, left = await both.execute(raise_on_error=False)  # What is there may be no string.
            # One that never ends, or later than any of ours, would keep the Horde from being asked.
            if isinstance(found, ResponseError) or not 0 < left <= self._longest_failure_ms:
                return None
            return HordeAPIError(_reason(found, kind), retry_after=left / 1000)

        return await self._attempt(look, otherwise=None)

    async def save(self, kind: PayloadKind, held: HeldPayload) -> None:
        """Give a fetched report to the others."""
        key, body = self._key("report", kind), held.to_json()
        await self._attempt(lambda: self._redis.set(key, body, ex=self._keep_seconds), otherwise=None)

    async def save_failure(self, kind: PayloadKind, error: HordeAPIError) -> None:
        """Tell the others that the route failed, for as long as the Horde wants to be left alone."""
        key = self._key("failure", kind)
        milliseconds = max(self._failure_ms, int((error.retry_after or 0) * 1000))
        await self._attempt(lambda: self._redis.set(key, error.message, px=milliseconds), otherwise=None)

    async def announce(self, category: MODEL_REFERENCE_CATEGORY, revision: str) -> None:
        """Tell the others of a revision, unless it is the one they were told last."""

        async def publish() -> None:
            revisions = f"{self._prefix}:revisions"
            try:
                last = await self._redis.hget(revisions, category.value)
            except ResponseError:  # It is no hash.
                last = None
                await self._redis.delete(revisions)
            if last is None or _text(last) != revision:
                await self._redis.hset(revisions, category.value, revision)
                await self._redis.publish(self._channel, json.dumps({"category": category.value}))

        await self._attempt(publish, otherwise=None)

    async def announcements(self) -> AsyncIterator[MODEL_REFERENCE_CATEGORY]:
        """Return the categories that others announce; while Redis is away there are none."""
        while True:
            async with AsyncExitStack() as stack:
                pubsub = await stack.enter_async_context(self._redis.pubsub())
                if await self._attempt(partial(self._subscribed, pubsub), otherwise=False):
                    async for category in self._messages(pubsub):
                        yield category
            await asyncio.sleep(self._retry_seconds)

    async def _subscribed(self, pubsub: redis.asyncio.client.PubSub) -> bool:
        await pubsub.subscribe(self._channel)
        return True

    async def _messages(self, pubsub: redis.asyncio.client.PubSub) -> AsyncIterator[MODEL_REFERENCE_CATEGORY]:
        while True:
            if not self._together:
                await self._attempt(self._probe, otherwise=None)  # Else nobody may notice for long that it is back.
            try:
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=self._timeout / 2)
            except _AWAY as error:
                await self._note_away(error)
                return
            category = _announced(message["data"]) if message is not None else None
            if category is not None:
                yield category

    async def _probe(self) -> None:
        """Write something: a Redis that is full answers, and is of no use."""
        await self._redis.set(f"{self._prefix}:probe", b"", px=1000)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    @property
    def _channel(self) -> str:
        return f"{self._prefix}:catalogues"

    def _key(self, what: str, kind: PayloadKind) -> str:
        return f"{self._prefix}:{what}:{self._horde}:{kind.route}"

    async def _attempt(self, work: Callable[[], Awaitable[T]], otherwise: T, seconds: float | None = None) -> T:
        """Do something with Redis; where it is or was just now away, do without."""
        if self._cooldown.active:
            return otherwise
        try:
            async with asyncio.timeout(self._timeout if seconds is None else seconds):
                done = await work()
        except LockError:  # The lock's deadline passed; whoever took it meanwhile keeps it.
            return otherwise
        except _AWAY as error:
            await self._note_away(error)
            return otherwise
        self._together = not self._cooldown.active  # Another attempt may have failed meanwhile.
        return done

    async def _note_away(self, error: Exception) -> None:
        if not self._cooldown.active:
            log.warning("Redis is away, going on alone for %g seconds: %s", self._retry_seconds, type(error).__name__)
        self._together = False
        self._cooldown.begin()
        with suppress(*_AWAY):  # Each idle connection may be dead too; found out one by one, each would cost a while.
            await self._redis.connection_pool.disconnect(inuse_connections=False)


def _report(text: bytes | str, kind: PayloadKind, limits: BodyLimits) -> HeldPayload:
    """Read a report that some process saved, perhaps one of another version.

    Raises:
        ValueError, KeyError, TypeError, RecursionError, PolarsError: It is something else.
    """
    content = text.encode() if isinstance(text, str) else text
    if len(content) > limits.max_bytes:
        raise limits.exceeded("max_bytes", "bytes")
    check_json(content, limits)
    held = HeldPayload.from_json(content, kind)
    names, columns = held.report.frame["api_name"], frozenset(kind.schema) - {"api_name"} - OPTIONAL
    counted = held.report.faults.keys() <= FAULTS.keys() and {int} >= set(map(type, held.report.faults.values()))
    if held.fetched_at.tzinfo is None or held.report.known != columns or not counted:
        raise ValueError("no report of ours")
    if names.is_empty() or names.has_nulls():
        raise ValueError("no report with figures")
    return held


def _reason(message: bytes | str, kind: PayloadKind) -> str:
    """Return the reason of another process's failure; only text in the form of our messages reaches clients."""
    reason, ours = visible(_text(message))[:MAX_REASON], f"Horde route {kind.route} "
    return reason if reason.startswith(ours) else f"{ours}failed a moment ago."


def _announced(data: bytes | str) -> MODEL_REFERENCE_CATEGORY | None:
    """Return the category that a message names; None for a message of another kind."""
    try:
        return MODEL_REFERENCE_CATEGORY(json.loads(data)["category"])
    except (ValueError, KeyError, TypeError, RecursionError):
        log.warning("an unreadable announcement in Redis is ignored")
        return None
