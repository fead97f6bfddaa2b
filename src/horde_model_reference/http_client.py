"""The one httpx client of a process: its name, and where redirects may lead."""

from __future__ import annotations

from collections.abc import Collection
from importlib.metadata import version

import httpx

from horde_model_reference.proxies import environment_transport

DISTRIBUTION = "horde-model-reference"
ACCEPT_ENCODING = "gzip, zstd"
"""The encodings that :mod:`horde_model_reference.bodies` decodes within limits."""


class RedirectRefusedError(httpx.RequestError):
    """A redirect leads to a host that is neither the one asked nor allowed by the settings."""


def make_client(
    timeout: float, transport: httpx.AsyncBaseTransport | None = None, redirect_hosts: Collection[str] = ()
) -> httpx.AsyncClient:
    """Return a client that names this project to the servers it asks.

    Args:
        timeout: Seconds for connecting and for each read.
        transport: Carries the requests; sockets by default, with the proxies and certificates that the environment
            names. Tests and the demo put theirs here.
        redirect_hosts: Hosts that a redirect may lead to, beside the one that was asked.

    Raises:
        SettingsError: One of these variables is invalid.
    """
    agent = f"{DISTRIBUTION}/{version(DISTRIBUTION)}"
    allowed = {host.lower() for host in redirect_hosts}

    async def check_redirect(answer: httpx.Response) -> None:
        if not answer.has_redirect_location:
            return
        host = _target(answer).host
        if host not in allowed | {answer.url.host}:
            raise RedirectRefusedError(
                f"a redirect to host {host!r}, which the setting HORDE_MODEL_REFERENCE_REDIRECT_HOSTS does not list",
                request=answer.request,
            )

    return httpx.AsyncClient(
        transport=transport or environment_transport(),
        timeout=timeout,
        follow_redirects=True,
        event_hooks={"response": [check_redirect]},
        headers={
            "User-Agent": agent,
            "Client-Agent": f"{DISTRIBUTION}:{version(DISTRIBUTION)}:github.com/Haidra-Org",
            "Accept-Encoding": ACCEPT_ENCODING,
        },
    )


def _target(answer: httpx.Response) -> httpx.URL:
    """Return where a redirect leads."""
    try:
        return answer.url.join(answer.headers["Location"])
    except httpx.InvalidURL as error:
        raise httpx.RemoteProtocolError(f"an address that is none: {error}", request=answer.request) from error
