"""The server: a listening socket, uvicorn's configuration, and the processes that serve."""

from __future__ import annotations

import errno
import logging
import math
import socket
import sys
import time
from dataclasses import replace
from importlib.util import find_spec

from horde_model_reference.errors import ServeError
from horde_model_reference.service.connections import RESERVE, ConnectionLimits
from horde_model_reference.service.processes import ServerConfig
from horde_model_reference.settings import Settings

GRACE = 2
"""Seconds beyond the deadline of requests after which a client that is still reading does not hold up the end."""
OWN_FILES = 128
"""Files and sockets that a process opens besides its clients' connections."""
BACKLOG = 2048
"""Connections that the system keeps until they are accepted."""
BIND_TRIES, BIND_PAUSE = 20, 0.1
"""How often an address that is in use is tried, and the seconds between two tries."""
BACKLOG_SHARE = 7
"""The least share of the files, as a divisor, for connections that are accepted before others are closed for them."""
HTTPTOOLS = "horde_model_reference.service.connections_httptools:HttpToolsConnection"
H11 = "horde_model_reference.service.connections_h11:H11Connection"


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound.

    Its protocol is named, since asyncio disables Nagle's algorithm for accepted connections of that protocol alone.

    Raises:
        ServeError: The address cannot be had.
    """
    if not host:
        raise ServeError("No host is given.", hint="Name one: --host 127.0.0.1, or 0.0.0.0 for all addresses.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _bind(listener, (host, port))
        listener.listen(BACKLOG)
    except (OSError, TypeError) as error:  # TypeError: a host that cannot be encoded as a domain name
        listener.close()
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise ServeError(
            f"Cannot listen on {host}:{port}: {reason}.", hint="Choose another --host or --port."
        ) from error
    listener.set_inheritable(True)
    return listener


def _bind(listener: socket.socket, address: tuple[str, int]) -> None:
    """Bind a socket; workers whose parent was killed leave the address within a moment."""
    for _ in range(BIND_TRIES - 1):
        try:
            return listener.bind(address)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
        time.sleep(BIND_PAUSE)
    return listener.bind(address)


def make_config(app: str, settings: Settings, workers: int) -> ServerConfig:
    """Return the configuration of a server.

    Args:
        app: Where the function that makes the app is, as ``module:name``.
        settings: Limits and deadlines.
        workers: Processes.
    """
    limits, backlog = fitted(ConnectionLimits.from_settings(settings), open_files())
    return ServerConfig(
        app,
        limits,
        factory=True,
        interface="asgi3",
        workers=workers,
        http=HTTPTOOLS if find_spec("httptools") else H11,
        ws="none",
        backlog=backlog,
        access_log=False,
        proxy_headers=False,  # Nothing depends on the client's address.
        log_level=logging.WARNING,
        timeout_graceful_shutdown=math.ceil(settings.request_deadline_seconds) + GRACE,
    )


def fitted(limits: ConnectionLimits, files: int) -> tuple[ConnectionLimits, int]:
    """Return the limits that a process can hold to with so many open files, and the backlog of its socket."""
    places = files - OWN_FILES - RESERVE
    connections = max(1, min(limits.connections, places - max(1, places // BACKLOG_SHARE)))
    return replace(limits, connections=connections), max(1, min(BACKLOG, places - connections))


def open_files() -> int:
    """Return how many files this process may open."""
    if sys.platform == "win32":
        return 2 * BACKLOG
    import resource  # noqa: PLC0415 - not on Windows

    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if most == resource.RLIM_INFINITY else most
