"""Where a catalogue's bytes come from: a file, or an http(s) URL asked conditionally.

Every failure of the file system or of httpx becomes a :class:`CatalogueSourceError` here.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol

import httpx

from horde_model_reference.bodies import read_body
from horde_model_reference.body_limits import DEFAULT_LIMITS, BodyLimitError, BodyLimits
from horde_model_reference.errors import CatalogueSourceError
from horde_model_reference.http_client import RedirectRefusedError
from horde_model_reference.proxies import why_unreachable
from horde_model_reference.thread_pool import run_in_thread

UNNAMED = "catalogue"
"""The file name for a URL without a base name."""


@dataclass(frozen=True, slots=True)
class SourceCopy:
    """The bytes of a source, with validators for conditional requests.

    Attributes:
        content: The bytes.
        modified_at: The file's time, or the URL's ``Last-Modified``; None if unknown.
        validators: The version of this copy: request headers for a URL, times and size for a file.
    """

    content: bytes
    modified_at: datetime | None
    validators: Mapping[str, str] = field(default_factory=dict)


class Source(Protocol):
    """Something that gives a catalogue's bytes."""

    location: str

    async def fetch(self, held: SourceCopy | None) -> SourceCopy:
        """Return the present copy; the held one itself where nothing has changed.

        Raises:
            CatalogueSourceError: The source cannot be read.
        """
        ...


class FileSource:
    """A file, read again when its time, size or identity changes."""

    def __init__(self, location: str, limits: BodyLimits = DEFAULT_LIMITS) -> None:
        self.location = location
        self._limits = limits

    async def fetch(self, held: SourceCopy | None) -> SourceCopy:
        """Read the file, in a thread; see :class:`Source`."""
        return await run_in_thread(self._read, held)

    def _read(self, held: SourceCopy | None) -> SourceCopy:
        path = Path(self.location)
        try:
            with path.open("rb") as file:
                stat = os.fstat(file.fileno())
                validators = {"mtime": str(stat.st_mtime_ns), "size": str(stat.st_size), "inode": str(stat.st_ino)}
                if held is not None and held.validators == validators:
                    return held
                content = file.read(self._limits.max_bytes + 1)
        except (OSError, ValueError) as error:
            raise self._unreadable(getattr(error, "strerror", None) or str(error)) from error
        if len(content) > self._limits.max_bytes:
            raise self._unreadable(str(self._limits.exceeded("max_bytes", "bytes")))
        return SourceCopy(content, time_of(stat.st_mtime), validators)

    def _unreadable(self, reason: str) -> CatalogueSourceError:
        return CatalogueSourceError(
            f"{self.location}: {reason}.", hint="Check the path, or the setting SOURCES__... that names it."
        )


class UrlSource:
    """An http(s) URL, asked with ``If-None-Match`` and ``If-Modified-Since``."""

    def __init__(
        self, location: str, client: httpx.AsyncClient, timeout: float, limits: BodyLimits = DEFAULT_LIMITS
    ) -> None:
        self.location = location
        self._client = client
        self._timeout = timeout
        self._limits = limits

    async def fetch(self, held: SourceCopy | None) -> SourceCopy:
        """Ask the URL; see :class:`Source`."""
        headers = dict(held.validators) if held is not None else {}
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream("GET", self.location, headers=headers) as answer,
            ):
                if answer.status_code == httpx.codes.NOT_MODIFIED and held is not None:
                    return held
                answer.raise_for_status()
                content = await read_body(answer, self._limits)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, BodyLimitError) as error:
            raise CatalogueSourceError(
                f"{shown(self.location)}: {_reason(error)}.", hint="Check the source and the network."
            ) from error
        return SourceCopy(content, _last_modified(answer.headers), _validators(answer.headers))


def _reason(error: Exception) -> str:
    """Describe the failure, without any content of the response."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"answered {error.response.status_code}"
    if isinstance(error, BodyLimitError | RedirectRefusedError):
        return f"sent {error}"
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "gave no answer in time"
    if isinstance(error, httpx.ProtocolError | httpx.InvalidURL):
        return "gave no whole HTTP answer"
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return why_unreachable(error)
    return str(error) or type(error).__name__


def time_of(seconds: float) -> datetime | None:
    """Return a file's time; None for one that no calendar has, as beyond the year 9999."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _validators(headers: httpx.Headers) -> dict[str, str]:
    pairs = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
    found = {request: headers[answer] for request, answer in pairs if answer in headers}
    return {request: value for request, value in found.items() if value.isascii()}  # Others cannot be sent back.


def _last_modified(headers: httpx.Headers) -> datetime | None:
    try:
        found = parsedate_to_datetime(headers.get("Last-Modified", ""))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def make_source(
    location: str, client: httpx.AsyncClient, timeout: float, limits: BodyLimits = DEFAULT_LIMITS
) -> Source:
    """Return the source for a location of the settings.

    Args:
        location: A path or a URL.
        client: Asks a URL.
        timeout: Seconds for fetching a URL.
        limits: Limits of its body.

    Raises:
        CatalogueSourceError: The location is an URL that is none.
    """
    path = file_path(location)
    if path is not None:
        return FileSource(path, limits)
    try:
        url = httpx.URL(location)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise CatalogueSourceError(
            f"{shown(location)}: no http(s) URL and no file.", hint="Check the setting SOURCES__... that names it."
        )
    return UrlSource(location, client, timeout, limits)


def file_path(location: str) -> str | None:
    """Return the path of the file that a location of the settings means; None for a URL.

    A single letter before the colon is a drive of Windows: ``C://models.csv`` and ``file:///C:/models.csv`` are paths.
    """
    scheme, separator, rest = location.partition("://")
    if not separator or len(scheme) == 1:
        return location
    return re.sub(r"^/(?=[A-Za-z]:)", "", rest) if scheme.lower() == "file" else None


def shown(location: str) -> str:
    """Return a location as messages name it: a file's path, or a URL without user, password and query."""
    path = file_path(location)
    if path is not None:
        return path
    return re.split(r"[?#]", re.sub(r"(?<=://)[^/]*@", "", location, count=1))[0]


def base_name_of(location: str) -> str:
    """Return the base name of a path or URL, without query and fragment; ``catalogue`` for a URL that has none."""
    path = re.sub(r"(?i)^https?://[^/?]*", "", location).partition("?")[0]
    name = re.split(r"[/\\]", path)[-1]
    return name if name.strip(".") else UNNAMED
