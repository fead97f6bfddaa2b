"""Requests are answered only under names that are this service's own."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from horde_model_reference.service.problems import problem

LOOPBACK = ("localhost", "127.0.0.1", "::1")
WILDCARDS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound
EVERYTHING = "*"
MOST_KNOWN = 1000
"""Headers that are remembered as allowed, so that they need not be taken apart again."""


def hosts_of(bound: str) -> tuple[str, ...]:
    """Return the hosts that are allowed by default where a service listens on an address."""
    return (EVERYTHING,) if bound in WILDCARDS else (*LOOPBACK, bound)


MISDIRECTED = problem(
    HTTPStatus.MISDIRECTED_REQUEST,
    "host_not_allowed",
    "This service does not answer under the name that the request's Host header gives.",
)


class AllowedHosts:
    """ASGI layer that answers 421 to requests whose ``Host`` is not allowed, as those of a page that rebinds its name.

    Args:
        app: The app behind it.
        allowed: Names and addresses, without ports; ``*.example`` allows all below it.
        most_known: How many headers that were allowed are remembered.
    """

    def __init__(self, app: ASGIApp, allowed: Iterable[str], most_known: int = MOST_KNOWN) -> None:
        self._app = app
        self._allowed = frozenset(name.lower().strip("[]") for name in allowed)
        self._known: set[bytes] = set()
        self._most_known = most_known

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer a request (ASGI); no coroutine of its own, since all hot answers pass here."""
        return self._answering(scope)(scope, receive, send)

    def _answering(self, scope: Scope) -> ASGIApp:
        if scope["type"] == "http":
            for name, value in scope["headers"]:
                if name == b"host" and value not in self._known and not self._allows(value):
                    return MISDIRECTED
        return self._app

    def _allows(self, header: bytes) -> bool:
        host = _without_port(header.decode("latin-1").lower())
        _, _, parent = host.partition(".")
        allowed = host in self._allowed or self._below(parent)
        if allowed and len(self._known) < self._most_known:
            self._known.add(header)
        return allowed

    def _below(self, domain: str) -> bool:
        while domain:
            if f"*.{domain}" in self._allowed:
                return True
            _, _, domain = domain.partition(".")
        return False


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].removesuffix(".")
