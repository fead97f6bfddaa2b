"""Asking one route of the Horde: time-out, retries, breaker, size limit, and our errors instead of foreign ones."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import stamina
from circuitbreaker import CircuitBreaker

from horde_model_reference.bodies import read_body
from horde_model_reference.body_limits import BodyLimitError
from horde_model_reference.clock import Clock
from horde_model_reference.cooldown import Cooldown
from horde_model_reference.errors import HordeAPIError
from horde_model_reference.http_client import RedirectRefusedError
from horde_model_reference.integrations.horde_api_json import loads
from horde_model_reference.integrations.horde_api_routes import HordeRoute
from horde_model_reference.proxies import why_unreachable
from horde_model_reference.settings import Settings
from horde_model_reference.thread_pool import run_in_thread

ATTEMPTS = 3
BREAKER_THRESHOLD = 3
"""Failed fetches in a row (each of up to ``ATTEMPTS`` tries) after which a route is left alone for a while."""
MAX_RETRY_AFTER = 3600.0


class RateLimitedError(HordeAPIError):
    """The Horde said when it wants to be asked again."""


class HordeAPIClient:
    """Asks the Horde, each route behind its own breaker."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient, clock: Clock) -> None:
        self._base = str(settings.ai_horde_url).rstrip("/") + "/v2/"
        self._hint = f"Try again later; AI_HORDE_URL asks {settings.ai_horde_url.host}: check it, and the network."
        self._timeout = settings.horde_api_timeout
        self._bound = settings.request_deadline_seconds
        self._limits = settings.body_limits
        self._client = client
        self._clock = clock
        self._rate_limits: dict[str, Cooldown] = defaultdict(lambda: Cooldown(clock, 0))
        self._breaker_reset = settings.horde_api_breaker_reset_seconds
        self._breakers: dict[str, CircuitBreaker] = defaultdict(self._make_breaker)

    async def get_json(self, route: HordeRoute) -> Any:
        """Return a route's answer, parsed.

        Raises:
            HordeAPIError: No usable answer; ``retry_after`` says when asking again makes sense.
        """
        self._respect_rate_limit(route)
        breaker = self._breakers[str(route)]
        if breaker.opened:
            raise self._failed(route, "failed repeatedly and is left alone for a moment")
        try:
            with breaker:
                async with asyncio.timeout(self._bound):
                    return await self._get_with_retries(route)
        except TimeoutError as error:
            raise self._failed(route, "gave no answer in time") from error
        except RateLimitedError as error:
            self._rate_limits[route.path].begin(error.retry_after)
            raise

    def open_breakers(self) -> dict[str, bool]:
        """Return for every route asked so far whether its breaker is open."""
        return {route: breaker.opened for route, breaker in self._breakers.items()}

    @property
    def failures(self) -> int:
        """Failed fetches in a row, of the route that failed most often."""
        return max((breaker.failure_count for breaker in self._breakers.values()), default=0)

    @property
    def seconds_until_retry(self) -> float | None:
        """Seconds until every route may be asked again; None where none is left alone."""
        breakers = (breaker.open_remaining for breaker in self._breakers.values() if breaker.opened)
        pauses = (pause.seconds_left for pause in self._rate_limits.values() if pause.active)
        return max((*breakers, *pauses), default=None)

    def _make_breaker(self) -> CircuitBreaker:
        # A request that was cancelled has not shown that the route is well again.
        return CircuitBreaker(BREAKER_THRESHOLD, self._breaker_reset, expected_exception=(BaseException,))

    def _respect_rate_limit(self, route: HordeRoute) -> None:
        left = self._rate_limits[route.path].seconds_left
        if left > 0:
            raise HordeAPIError(
                f"Horde route {route} asked to be left alone for now.", hint=self._hint, retry_after=left
            )

    def _failed(self, route: HordeRoute, reason: str) -> HordeAPIError:
        return HordeAPIError(f"Horde route {route} {reason}.", hint=self._hint, retry_after=self._breaker_reset)

    async def _get_with_retries(self, route: HordeRoute) -> Any:
        attempts = stamina.retry_context(
            on=_worth_retrying, attempts=ATTEMPTS, timeout=self._bound, wait_initial=0.1, wait_max=1.0, wait_jitter=0.2
        )
        async for attempt in attempts:
            with attempt:
                try:
                    return await self._get(route)
                except _FOREIGN as error:
                    # Ours already where stamina logs it, and on its own: the other may quote a password, or a body.
                    _forget_frames(error)
                    raise self._failed(route, _reason(error)) from None
        raise AssertionError("stamina returns or raises")  # pragma: no cover

    async def _get(self, route: HordeRoute) -> Any:
        async with (
            asyncio.timeout(self._timeout),
            self._client.stream("GET", self._base + route.path, params=route.params) as answer,
        ):
            if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
                self._raise_rate_limit(route, answer.headers)
            answer.raise_for_status()
            body = await read_body(answer, self._limits)
        return await run_in_thread(loads, body, self._limits)

    def _raise_rate_limit(self, route: HordeRoute, headers: httpx.Headers) -> None:
        """A 429 that names a time is final for now; one that names none is retried like any failure."""
        wait = retry_after_seconds(headers.get("Retry-After", ""), self._clock.now())
        if wait is not None:
            message = f"Horde route {route} answered 429 and asked for a pause of {wait:.0f} seconds."
            raise RateLimitedError(message, hint=self._hint, retry_after=wait)


def _forget_frames(error: BaseException | None) -> None:
    """Drop the tracebacks of an error and its causes: their functions hold the body as long as the error is kept."""
    while error is not None:
        error.__traceback__ = None
        error = error.__context__


_FOREIGN = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, RecursionError, ValueError)


def _worth_retrying(error: Exception) -> bool:
    cause = error.__context__
    if isinstance(cause, httpx.HTTPStatusError):
        return cause.response.status_code == httpx.codes.TOO_MANY_REQUESTS or cause.response.is_server_error
    # A try that took all its time is not made again: it would take as long.
    return isinstance(cause, httpx.TransportError) and not isinstance(cause, httpx.TimeoutException)


def _reason(error: Exception) -> str:
    """Describe the failure, without any content of the response body."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"answered {error.response.status_code}"
    if isinstance(error, BodyLimitError | RedirectRefusedError):
        return f"sent {error}"
    if isinstance(error, httpx.TimeoutException):
        return "gave no answer in time"
    if isinstance(error, httpx.TransportError):
        why = f": {why_unreachable(error)}" if isinstance(error, httpx.ConnectError | httpx.ProxyError) else ""
        return f"cannot be reached ({type(error).__name__}{why})"
    if isinstance(error, httpx.HTTPError):
        return f"sent an answer that cannot be read ({type(error).__name__})"
    return "sent something that is no JSON"


def retry_after_seconds(value: str, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for, at most ``MAX_RETRY_AFTER``; None if it has no sense.

    Args:
        value: The header: a number of seconds or a date.
        now: The present moment.
    """
    try:
        wait = float(value) if value.strip().isdigit() else (parsedate_to_datetime(value) - now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(wait, 0.0), MAX_RETRY_AFTER)
