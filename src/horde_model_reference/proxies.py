"""Transports as the environment asks for them: proxies, exceptions from them, and certificates."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.request import getproxies

import httpx

from horde_model_reference.errors import SettingsError

TLS_VARIABLES = ("SSLKEYLOGFILE", "SSL_CERT_DIR", "SSL_CERT_FILE")
"""In the order in which they are read, last first."""
SCHEMES = ("http", "https")


class EnvironmentTransport(httpx.AsyncBaseTransport):
    """Sends each request through the proxy of its scheme, or directly to hosts that ``NO_PROXY`` names.

    Args:
        direct: Sends requests without a proxy.
        proxied: The transports by scheme.
        exceptions: The entries of ``NO_PROXY``: domains, addresses and networks (``10.0.0.0/8``), or ``*``.
    """

    def __init__(
        self, direct: httpx.AsyncBaseTransport, proxied: Mapping[str, httpx.AsyncBaseTransport], exceptions: str
    ) -> None:
        self._direct = direct
        self._proxied = proxied
        self._exceptions = [name for name in (part.strip().lower() for part in exceptions.split(",")) if name]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; errors as for the transports of httpx."""
        excepted = any(covers(name, request.url.host) for name in self._exceptions)
        proxy = None if excepted else self._proxied.get(request.url.scheme)
        if proxy is None:
            return await self._direct.handle_async_request(request)
        try:
            return await proxy.handle_async_request(request)
        except httpx.ConnectError as error:
            if any(isinstance(cause, ssl.SSLError) for cause in causes(error)):
                raise  # The other side's certificate, behind the proxy.
            raise httpx.ProxyError(f"the proxy: {why_unreachable(error)}") from error

    async def aclose(self) -> None:
        """Close all connections."""
        for transport in {self._direct, *self._proxied.values()}:
            await transport.aclose()


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those that led to it, the first one last."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def why_unreachable(error: BaseException) -> str:
    """Return the reason of the system, or of TLS, for a connection that failed."""
    reasons = [_reason(cause) for cause in causes(error) if isinstance(cause, OSError)]
    return reasons[-1] if reasons else str(error)


def _reason(error: OSError) -> str:
    if isinstance(error, ConnectionError) and error.errno:
        return os.strerror(error.errno)  # asyncio puts the address there, which may be a proxy's.
    return getattr(error, "verify_message", "") or error.strerror or str(error)


def covers(name: str, host: str) -> bool:
    """Whether an entry of ``NO_PROXY`` covers a host: itself and its subdomains, or the addresses of a network."""
    if name == "*":
        return True
    try:
        return ip_address(host) in ip_network(name.strip("[]"), strict=False)
    except ValueError:  # One of them is a domain.
        domain = name.removeprefix("*").removeprefix(".")
        return host == domain or host.endswith(f".{domain}")


def environment_transport() -> EnvironmentTransport:
    """Return the transport that the environment configures.

    Raises:
        SettingsError: A variable is invalid, or names a proxy type that is not installed.
    """
    context = _tls()
    found = {name: url for name, url in getproxies().items() if url}
    proxied = {}
    for scheme in SCHEMES:
        name = scheme if scheme in found else "all"
        if name in found:
            proxied[scheme] = _proxy(f"{name.upper()}_PROXY", found[name], context)
    return EnvironmentTransport(httpx.AsyncHTTPTransport(verify=context), proxied, found.get("no", ""))


def _proxy(variable: str, url: str, context: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    try:
        return httpx.AsyncHTTPTransport(verify=context, proxy=httpx.Proxy(url if "://" in url else f"http://{url}"))
    except (httpx.InvalidURL, ValueError) as error:
        raise SettingsError(
            f"{variable}: this is no address of a proxy.", hint="Write it like http://127.0.0.1:8080."
        ) from error
    except ImportError as error:
        raise SettingsError(
            f"{variable}: the client for SOCKS proxies is not installed.", hint="pip install socksio"
        ) from error


def _tls() -> ssl.SSLContext:
    if not os.environ.get("SSL_CERT_FILE"):  # Which comes first.
        _check_folders(os.environ.get("SSL_CERT_DIR", ""))
    try:
        return _context(*map(os.environ.get, TLS_VARIABLES))
    except OSError as error:  # ssl.SSLError is one, too.
        reason = error.strerror or str(error)
        raise SettingsError(f"{_culprit(error)}: {reason}.", hint="Correct the variable, or unset it.") from error


@cache
def _context(*_variables: str | None) -> ssl.SSLContext:
    """Return the certificates that the variables name, read once: that takes longer than to make an engine."""
    return httpx.create_ssl_context()


def _check_folders(folders: str) -> None:
    """Refuse a list of certificate folders none of which exists: OpenSSL would trust nobody, without a word."""
    if folders and not any(Path(folder).is_dir() for folder in folders.split(os.pathsep)):
        raise SettingsError("SSL_CERT_DIR: there is no such folder.", hint="Correct the variable, or unset it.")


def _culprit(error: OSError) -> str:
    """Return the variable that names the file that cannot be read."""
    given = {name: os.environ[name] for name in TLS_VARIABLES if os.environ.get(name)}
    return next((name for name, path in given.items() if path == error.filename), ["SSL_CERT_FILE", *given][-1])
