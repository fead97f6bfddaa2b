"""Answers as bytes, with their encodings, within a bound of bytes, for as long as their data is in service."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from horde_model_reference.service.cacheable import Origin
from horde_model_reference.service.encodings import IDENTITY
from horde_model_reference.service.served import Served

Key = tuple[bytes, bytes]
"""The path and the query as the client wrote them."""
Header = tuple[bytes, bytes]
Headers = list[Header]

STALE_WHILE_REVALIDATE = 300
RETRY_STALE_AFTER = 5
"""Seconds that an answer from stale data may be kept by caches."""


@dataclass(slots=True)
class Encoded:
    """An answer in one encoding.

    Attributes:
        body: The bytes.
        etag: Its entity tag.
        headers: The headers of an answer by its status, 200 or 304, but for ``Cache-Control``.
        second: The second for which ``complete`` holds.
        complete: The headers with ``Cache-Control``, by status.
    """

    body: bytes
    etag: bytes
    headers: Mapping[int, Headers]
    second: int = -1
    complete: dict[int, Headers] = field(default_factory=dict)


@dataclass(slots=True)
class CachedResponse:
    """One answer with its encodings, each made when it is first asked for.

    Attributes:
        key: The question.
        body: The bytes of the framework's answer.
        headers: Its headers, but for those of one encoding or one request.
        origin: The data that it was made from, and whether to keep it.
        count: Counts a request that was answered with it, by status.
        encodings: Its encoded forms.
    """

    key: Key
    body: bytes
    headers: Headers
    origin: Origin
    count: dict[int, Callable[[], None]]
    encodings: dict[str, Encoded] = field(default_factory=dict)
    counted: int = 0
    """The bytes that the store counts it as."""

    def size(self) -> int:
        """Bytes that it occupies, roughly."""
        encoded = sum(len(encoded.body) for name, encoded in self.encodings.items() if name != IDENTITY)
        return sum(map(len, self.key)) + len(self.body) + encoded + 1024

    def headers_at(self, now: float, encoded: Encoded, status: int) -> Headers:
        """Return the headers of an answer of this moment, in a list that layers in front may write into."""
        second = int(now)
        if encoded.second != second:
            cache_control = (b"cache-control", self._cache_control(now))
            encoded.second = second
            encoded.complete = {status: [*headers, cache_control] for status, headers in encoded.headers.items()}
        return encoded.complete[status].copy()

    def _cache_control(self, now: float) -> bytes:
        """Return the rest of the data's time, in whole seconds."""
        served = self.origin.served
        left = max(0, int(served.due_at - now))
        if served.stale:
            left = min(left, RETRY_STALE_AFTER)
        return f"public, max-age={left}, stale-while-revalidate={STALE_WHILE_REVALIDATE}".encode()


class ResponseStore:
    """Holds answers; those used longest ago go first.

    Args:
        max_bytes: How much is held.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._held: OrderedDict[Key, CachedResponse] = OrderedDict()
        self._sources: list[Served] = []
        self._bytes = 0

    def get(self, key: Key, now: float) -> CachedResponse | None:
        """Return the answer to a question, if one is held that may be sent at this moment."""
        answer = self._held.get(key)
        if answer is None or not answer.origin.served.serves(now):
            return None
        self._held.move_to_end(key)
        return answer

    def keep(self, answer: CachedResponse) -> CachedResponse:
        """Hold an answer, unless one made from the same data is held; return the one to send."""
        served = answer.origin.served
        held = self._held.get(answer.key)
        if held is not None and held.origin.served is served:
            return held
        self._drop(answer.key)
        self._drop_retired()
        if not any(known is served for known in self._sources):
            self._sources.append(served)
        self._held[answer.key] = answer
        self._make_room(answer)
        return answer

    def grown(self, answer: CachedResponse) -> None:
        """Take note that an answer has one more encoding; of one that is not held, none is taken."""
        if self._held.get(answer.key) is answer:
            self._make_room(answer)

    def _drop_retired(self) -> None:
        """Drop responses made from data that is out of service."""
        if any(served.retired for served in self._sources):
            self._sources = [served for served in self._sources if not served.retired]
            for key in [key for key, held in self._held.items() if held.origin.served.retired]:
                self._drop(key)

    def _make_room(self, answer: CachedResponse) -> None:
        """Count a response by its present size, and drop others until all fit; one that never fits is not kept."""
        size = answer.size()
        self._bytes += size - answer.counted
        answer.counted = size
        if size > self._max_bytes:
            self._drop(answer.key)
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._held)))

    def _drop(self, key: Key) -> None:
        dropped = self._held.pop(key, None)
        if dropped is not None:
            self._bytes -= dropped.counted
