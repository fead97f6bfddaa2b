"""Hosts of addresses, in the form in which they are compared (rule 8)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import idna

_NEVER_IN_AUTHORITY = re.compile(r"[\s\\]")
"""Characters that no host, user or port may hold; browsers take a backslash for the slash that ends them."""


def a_label(host: str) -> str | None:
    """Return a host in lower case and ASCII (IDNA 2008, UTS 46), without a final dot; None if it is no host.

    >>> a_label("MÜNCHEN.example")
    'xn--mnchen-3ya.example'
    """
    if host.isascii():
        return host.lower().rstrip(".") or None
    try:
        return idna.encode(host.rstrip("."), uts46=True).decode()
    except idna.IDNAError:
        return None


def host_of(address: str) -> str | None:
    """Return the host of an http(s) address, without port and user; None for any other address."""
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or _NEVER_IN_AUTHORITY.search(parts.netloc):
        return None
    return a_label(host)
