"""Checking many links: those of one host one after the other, hosts side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version

import httpx

from horde_model_reference.clock import Clock
from horde_model_reference.escaping import visible
from horde_model_reference.hosts import host_of
from horde_model_reference.http_client import DISTRIBUTION
from horde_model_reference.links.asking import Asker
from horde_model_reference.links.link import Link, LinkResult
from horde_model_reference.links.manners import Manners
from horde_model_reference.links.safe_transport import Resolve, SafeTransport, resolved
from horde_model_reference.settings import LinksSettings

Keep = Callable[[Link, LinkResult], Awaitable[None]]
"""Takes each result as it comes, so that an interrupted check loses none."""


@asynccontextmanager
async def open_asker(
    settings: LinksSettings,
    clock: Clock,
    resolve: Resolve = resolved,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Asker]:
    """Make an asker with the manners of the settings; its connections are closed at the end.

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
        manners = Manners(clock, settings.at_once_requests, settings.pause_seconds)
        yield Asker(client, manners, clock, settings.timeout_seconds)


async def check_links(links: Iterable[Link], asker: Asker, keep: Keep) -> None:
    """Ask for links, and hand each result over as it comes; the first error of ``keep`` ends the check."""
    by_host: dict[str, list[Link]] = {}
    for link in links:
        by_host.setdefault(host_of(link.address) or "", []).append(link)
    try:
        async with asyncio.TaskGroup() as tasks:
            for of_host in by_host.values():
                tasks.create_task(_check(of_host, asker, keep))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _check(links: Iterable[Link], asker: Asker, keep: Keep) -> None:
    for link in links:
        await keep(link, await asker.ask(link))
