"""Asking for one link: HEAD, then a GET of one byte where HEAD is refused; no body is read."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from horde_model_reference.catalogue.links import web_address
from horde_model_reference.clock import Clock
from horde_model_reference.escaping import visible
from horde_model_reference.hosts import host_of
from horde_model_reference.links.host_limits import HostLimits
from horde_model_reference.links.link import Link, LinkOutcome, LinkResult
from horde_model_reference.links.safe_transport import AddressRefusedError
from horde_model_reference.proxies import why_unreachable

MOST_REDIRECTS = 8
MOST_WAITS = 2
"""Times that a host may ask to wait, for one link."""
LONGEST_WAIT = 60.0
"""Seconds of ``Retry-After`` that are waited for."""
LONGEST_DETAIL = 200

HEAD_REFUSED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED})
HEAD_DOUBTED = HEAD_REFUSED | {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
"""Statuses of a HEAD after which a GET decides: some hosts answer HEAD wrongly."""
WAIT = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
BY_STATUS: dict[int, LinkOutcome] = {
    HTTPStatus.UNAUTHORIZED: LinkOutcome.LOGIN,
    HTTPStatus.FORBIDDEN: LinkOutcome.LOGIN,
    HTTPStatus.NOT_FOUND: LinkOutcome.GONE,
    HTTPStatus.GONE: LinkOutcome.GONE,
}
_SHA256 = re.compile(r'(?:W/)?"?([0-9a-fA-F]{64})"?')
_TOTAL = re.compile(r"bytes [\d*-]+/(\d{1,15})")
_SIZE = re.compile(r"\d{1,15}")
LOGIN_PAGE = re.compile(r"/(?:login|signin|sign-in|auth/login)(?:/|$)")


@dataclass(frozen=True, slots=True)
class _Facts:
    """The facts that headers tell about a file; None where they do not."""

    sha256: str | None = None
    size: int | None = None


class LinkProber:
    """Asks for links.

    Args:
        client: Sends the requests, and follows no redirect by itself.
        limits: Gives each request its turn.
        clock: The time.
        timeout: Seconds for one link, waiting for its turn and for busy hosts left out.
    """

    def __init__(self, client: httpx.AsyncClient, limits: HostLimits, clock: Clock, timeout: float) -> None:
        self._client = client
        self._limits = limits
        self._clock = clock
        self._timeout = timeout

    async def probe(self, link: Link) -> LinkResult:
        """Return the outcome of asking for a link; never raises for an answer, however strange."""
        try:
            return await self._followed(link)
        except AddressRefusedError as refusal:
            return LinkResult(LinkOutcome.REFUSED, str(refusal))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            return LinkResult(LinkOutcome.UNREACHABLE, _reason(error))

    async def _followed(self, link: Link) -> LinkResult:
        address, known = link.address, _Facts()
        for _ in range(MOST_REDIRECTS + 1):
            url = web_address(address)
            if url is None:
                raise AddressRefusedError("it has no http(s) scheme or no plain host, or holds a user")
            answer = await self._answered(url)
            if answer is None:
                return LinkResult(LinkOutcome.BUSY, "the host asked to wait")
            known = _facts(answer, known)
            if not answer.has_redirect_location:
                return _result(link, answer, known)
            address = str(answer.url.join(answer.headers["Location"]))
            if LOGIN_PAGE.search(httpx.URL(address).path):
                return LinkResult(LinkOutcome.LOGIN, "a redirect to a login page")
        return LinkResult(LinkOutcome.UNREACHABLE, f"more than {MOST_REDIRECTS} redirects")

    async def _answered(self, url: str) -> httpx.Response | None:
        """Return the head of an answer; None where the host is busy for longer than we wait."""
        for _ in range(MOST_WAITS + 1):
            answer = await self._sent("HEAD", url)
            if answer.status_code in HEAD_DOUBTED:
                answer = await self._sent("GET", url)
            if answer.status_code not in WAIT or "Retry-After" not in answer.headers:
                return answer
            seconds = self._retry_after(answer.headers["Retry-After"])
            if seconds > LONGEST_WAIT:
                return None
            self._limits.hold(_host(url), seconds)
        return None

    async def _sent(self, method: str, url: str) -> httpx.Response:
        headers = {"Range": "bytes=0-0"} if method == "GET" else {}
        async with (
            self._limits.turn(_host(url)),
            asyncio.timeout(self._timeout),
            self._client.stream(method, url, headers=headers) as answer,
        ):
            return answer

    def _retry_after(self, text: str) -> float:
        """Return the seconds that a ``Retry-After`` means, a number or a date; the longest wait for anything else."""
        if text.strip().isdigit():
            return min(float(text), LONGEST_WAIT + 1)
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return LONGEST_WAIT + 1
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (aware - self._now()).total_seconds())

    def _now(self) -> datetime:
        return self._clock.now()


def _host(url: str) -> str:
    return host_of(url) or ""


def _facts(answer: httpx.Response, known: _Facts) -> _Facts:
    """Return the facts of an answer, those of the hub's own headers first; earlier ones stay where it tells nothing.

    The hub tells a file's hash and size in ``X-Linked-Etag`` and ``X-Linked-Size``, before it redirects to its store.
    """
    linked = _SHA256.fullmatch(answer.headers.get("X-Linked-Etag", "").strip())
    size = _SIZE.fullmatch(answer.headers.get("X-Linked-Size", "").strip())
    if answer.is_success and size is None and known.size is None:
        of_range = _TOTAL.fullmatch(answer.headers.get("Content-Range", "").strip())
        whole = answer.request.method == "HEAD" and not answer.headers.get("Content-Encoding")
        size = _SIZE.fullmatch(answer.headers.get("Content-Length", "").strip()) if whole else None
        return _Facts(
            linked[1].lower() if linked else known.sha256,
            int(of_range[1]) if of_range else int(size[0]) if size else None,
        )
    return _Facts(linked[1].lower() if linked else known.sha256, int(size[0]) if size else known.size)


def _result(link: Link, answer: httpx.Response, known: _Facts) -> LinkResult:
    status = answer.status_code
    if not answer.is_success:
        return LinkResult(BY_STATUS.get(status, LinkOutcome.UNREACHABLE), f"status {status}")
    if link.sha256 and known.sha256 and link.sha256 != known.sha256:
        return LinkResult(LinkOutcome.WRONG_HASH, f"the file's hash is {known.sha256}")
    if None not in {link.size, known.size} and link.size != known.size:
        return LinkResult(LinkOutcome.WRONG_SIZE, f"{known.size:,} bytes, expected {link.size:,}")
    return LinkResult(LinkOutcome.OK)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "no answer in time"
    reason = why_unreachable(error) if isinstance(error, httpx.ConnectError) else str(error)
    return visible(reason or type(error).__name__)[:LONGEST_DETAIL]
