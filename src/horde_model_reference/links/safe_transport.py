"""Connections to public addresses alone: a host is resolved once, its addresses are checked, and one of them is used.

So no name that resolves anew, after it was checked, leads to a private address. Proxies of the environment are not
used: they would resolve names themselves.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpcore
import httpx

_NAT64 = IPv6Network("64:ff9b::/96")
"""Addresses that stand for an IPv4 address in their last 32 bits."""


class AddressRefusedError(Exception):
    """A rule of ours forbids to connect to an address; the text is the reason."""


Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Returns the IP addresses of a host; raises OSError or UnicodeError where it has none."""


async def resolved(host: str, port: int) -> list[str]:
    """Return the IP addresses that the system gives for a host."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that a host resolves to, after a check of all of them.

    Args:
        allow_private: Connect to private, loopback and link-local addresses as well.
        resolve: Resolves hosts.
    """

    def __init__(self, *, allow_private: bool, resolve: Resolve = resolved) -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of a host that answers.

        Raises:
            AddressRefusedError: One of its addresses is not public.
            httpcore.ConnectError, httpcore.ConnectTimeout: It cannot be resolved, or none of them answers.
        """
        addresses = await self._checked(host, port)
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for found in addresses:
            try:
                return await self._backend.connect_tcp(found, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _checked(self, host: str, port: int) -> list[str]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the host cannot be resolved: {error}") from error
        if not self._allow_private and not all(map(is_public, addresses)):
            raise AddressRefusedError("it resolves to an address that is not public")
        return addresses

    async def sleep(self, seconds: float) -> None:
        """Wait, as httpcore asks between attempts."""
        await asyncio.sleep(seconds)


def is_public(text: str) -> bool:
    """Return whether an IP address is one of the public internet; of an embedded IPv4 address, both must be."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(found.is_global and not found.is_multicast for found in (address, *_embedded(address)))


def _embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """Return the IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return []
    teredo = address.teredo or ()
    nat64 = IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
    return [found for found in (address.ipv4_mapped, address.sixtofour, *teredo, nat64) if found is not None]


class SafeTransport(httpx.AsyncHTTPTransport):
    """A transport of httpx on a :class:`CheckedBackend`.

    Args:
        allow_private: As there.
        connections: Connections at once.
        resolve: As there.
    """

    def __init__(self, *, allow_private: bool, connections: int, resolve: Resolve = resolved) -> None:
        context: ssl.SSLContext = httpx.create_ssl_context()
        super().__init__(verify=context)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            network_backend=CheckedBackend(allow_private=allow_private, resolve=resolve),
        )
