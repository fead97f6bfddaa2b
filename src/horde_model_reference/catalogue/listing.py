"""Since when a catalogue has listed a model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listing:
    """How long a model has been listed without a break.

    Attributes:
        since: Time from which it is known to be listed, in seconds of the epoch.
        removed_at: Time of its last removal before that; None if it was never removed.
    """

    since: float
    removed_at: float | None = None
