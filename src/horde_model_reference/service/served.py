"""Data in service: answers made from it are good as long as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

RENEW_PAUSE = 5.0
"""Seconds after a reader has started a refresh before another reader may start one that found nothing newer."""


class Served(Protocol):
    """Data that answers are made from."""

    @property
    def due_at(self) -> float:
        """When newer data should be looked for, in seconds of the monotonic clock."""

    @property
    def retired(self) -> bool:
        """Whether newer data has taken its place."""

    @property
    def stale(self) -> bool:
        """Whether the newest attempt to refresh it failed."""

    def serves(self, now: float) -> bool:
        """Whether a reader of this moment may have answers made from it."""


@dataclass(slots=True, kw_only=True)
class Period:
    """The time for which data is in service.

    All times are seconds of the monotonic clock, so that they stay right when the wall clock steps.

    Attributes:
        due_at: When newer data should be looked for.
        serve_until: Until when it may be answered from without waiting for newer data.
        renew: Starts a refresh and does not wait for it.
        renew_at: When the next reader calls ``renew``.
        retired: Newer data has taken its place.
    """

    due_at: float
    serve_until: float
    renew: Callable[[], None]
    renew_at: float
    retired: bool = field(default=False)

    def serves(self, now: float) -> bool:
        """Whether a reader of this moment may have answers made from it; the first after it is due starts a refresh."""
        if self.retired or now >= self.serve_until:
            return False
        if now >= self.renew_at:
            self.renew_at = now + RENEW_PAUSE
            self.renew()
        return True

    def extend(self, other: Period) -> None:
        """Stay in service as long as data that was found to be the same."""
        self.due_at, self.serve_until = other.due_at, other.serve_until
        self.renew_at = max(self.renew_at, other.renew_at)


@dataclass(frozen=True, slots=True)
class ServedTogether:
    """Data of several sources; an answer made from all of them is good as long as each of them is."""

    parts: Sequence[Served]

    @property
    def due_at(self) -> float:
        """When newer data of one of them should be looked for."""
        return min(part.due_at for part in self.parts)

    @property
    def retired(self) -> bool:
        """Whether newer data has taken the place of one of them."""
        return any(part.retired for part in self.parts)

    @property
    def stale(self) -> bool:
        """Whether the newest attempt to refresh one of them failed."""
        return any(part.stale for part in self.parts)

    def serves(self, now: float) -> bool:
        """Whether a reader of this moment may have answers made from all of them."""
        return all(part.serves(now) for part in self.parts)
