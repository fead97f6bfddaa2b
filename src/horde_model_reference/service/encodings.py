"""Content encodings: which one a client gets, and how its bytes are made."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import lru_cache

import zstandard

IDENTITY = "identity"


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6, mtime=0)


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=9).compress(body)


ENCODERS: dict[str, Callable[[bytes], bytes]] = {"zstd": _zstd, "gzip": _gzip, IDENTITY: lambda body: body}
"""The encodings we speak, best first."""


@lru_cache(maxsize=256)
def negotiate(accept_encoding: bytes) -> str:
    """Return the one of our encodings that an ``Accept-Encoding`` header likes best (RFC 9110, 12.5.3).

    Among equals it is our best; a client that names none of ours, or likes it better, gets ``identity``.
    """
    qualities: dict[str, float] = {}
    for part in accept_encoding.decode("latin-1").lower().split(","):
        name, _, parameters = part.strip().partition(";")
        qualities[name.strip()] = _quality(parameters)
    others = qualities.get("*", 0.0)
    accepted = {encoding: qualities.get(encoding, others) for encoding in ENCODERS if encoding != IDENTITY}
    best = max(accepted, key=lambda encoding: accepted[encoding])
    return best if accepted[best] > 0 and accepted[best] >= qualities.get(IDENTITY, 0.0) else IDENTITY


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
