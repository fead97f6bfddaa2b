"""Events of the engine. Metrics and logs are listeners; this module knows neither."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FetchDone:
    """A route of the Horde was asked.

    Attributes:
        route: The route, as messages show it.
        outcome: ``ok``; ``unknown`` (figures are missing); ``shared`` (another process had asked); ``failed``.
        seconds: How long it took, retries included.
        reason: Why it failed; empty where it did not.
    """

    route: str
    outcome: str
    seconds: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TableComputed:
    """A risk table was made."""

    category: str
    seconds: float


Event = FetchDone | TableComputed
Listener = Callable[[Event], None]


def ignore(_: Event) -> None:
    """Listen to nothing."""
