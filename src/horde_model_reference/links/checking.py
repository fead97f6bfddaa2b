"""Checking many links: those of one host one after the other, hosts side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version

import httpx

from horde_model_reference.clock import Clock
from horde_model_reference.errors import LinksUnreachableError
from horde_model_reference.escaping import visible
from horde_model_reference.hosts import host_of
from horde_model_reference.http_client import DISTRIBUTION
from horde_model_reference.links.host_limits import HostLimits
from horde_model_reference.links.link import Link, LinkOutcome, LinkResult
from horde_model_reference.links.probing import LinkProber
from horde_model_reference.links.safe_transport import Resolve, SafeTransport, resolved
from horde_model_reference.setting_groups import LinksSettings

Keep = Callable[[Link, LinkResult], Awaitable[None]]
"""Takes each result as it comes, so that an interrupted check loses none."""


@asynccontextmanager
async def open_prober(
    settings: LinksSettings,
    clock: Clock,
    resolve: Resolve = resolved,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[LinkProber]:
    """Make a prober with the manners of the settings; its connections are closed at the end.

    Args:
        settings: The settings.
        clock: The time.
        resolve: Resolves hosts.
        transport: Carries the requests; sockets to checked addresses by default. The demo puts its own here.
    """
    contact = "".join(letter for letter in visible(settings.contact) if letter.isascii())
    agent = f"{DISTRIBUTION}/{version(DISTRIBUTION)} (check of links{f'; {contact}' if contact else ''})"
    transport = transport or SafeTransport(
        allow_private=settings.allow_private_addresses, connections=settings.at_once_requests, resolve=resolve
    )
    async with httpx.AsyncClient(
        transport=transport,
        timeout=settings.timeout_seconds,
        follow_redirects=False,
        trust_env=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": agent, "Accept": "*/*", "Accept-Encoding": "identity"},
    ) as client:
        limits = HostLimits(clock, settings.at_once_requests, settings.pause_seconds)
        yield LinkProber(client, limits, clock, settings.timeout_seconds)


async def check_links(links: Iterable[Link], prober: LinkProber, keep: Keep) -> None:
    """Ask for links, and hand each result over as it comes; the first error of ``keep`` ends the check.

    Until a host answers after them, results that speak against links wait: the cause may be our own network, from the
    beginning or from some moment on. After the last of them a link that answered is asked for again.

    Raises:
        LinksUnreachableError: No host answered, or none any more; the results that waited were not handed over.
    """
    by_host: dict[str, list[Link]] = {}
    for link in links:
        by_host.setdefault(host_of(link.address) or "", []).append(link)
    results = _Results(keep)
    try:
        async with asyncio.TaskGroup() as tasks:
            for of_host in by_host.values():
                tasks.create_task(_check(of_host, prober, results.take))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    if not results.withheld:
        return
    if results.answered is None:
        raise LinksUnreachableError(
            f"No host answered, of {len(by_host)} asked: this says nothing about the links, and nothing was kept.",
            hint=_HINT,
        )
    if not _is_answer(await prober.probe(results.answered)):
        raise LinksUnreachableError(
            f"No host answers any more: the failures since the last answer ({len(results.withheld)}) may be of our own "
            "network, and were not kept.",
            hint=_HINT,
        )
    await results.hand_over()


_HINT = "Check the network of this machine; the check of links uses no proxy."


async def _check(links: Iterable[Link], prober: LinkProber, keep: Keep) -> None:
    for link in links:
        await keep(link, await prober.probe(link))


def _is_answer(result: LinkResult) -> bool:
    """Whether a host answered; a refusal by a rule of ours asks none."""
    return result.outcome not in {LinkOutcome.UNREACHABLE, LinkOutcome.REFUSED}


class _Results:
    """Hands results over; failures once a host has answered after them.

    Attributes:
        withheld: The failures that wait for that.
        answered: The last link whose host answered.
    """

    def __init__(self, keep: Keep) -> None:
        self.withheld: list[tuple[Link, LinkResult]] = []
        self.answered: Link | None = None
        self._keep = keep

    async def take(self, link: Link, result: LinkResult) -> None:
        """Hand a result over, after those that waited for an answer, or let it wait."""
        if result.outcome is LinkOutcome.UNREACHABLE:
            self.withheld.append((link, result))
            return
        if _is_answer(result):
            self.answered = link
            await self.hand_over()
        await self._keep(link, result)

    async def hand_over(self) -> None:
        """Hand the results over that waited."""
        while self.withheld:
            await self._keep(*self.withheld.pop(0))
