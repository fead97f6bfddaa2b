"""A pause after a failure, in which the part that failed is left alone."""

from __future__ import annotations

import math

from horde_model_reference.clock import Clock


class Cooldown:
    """A pause that each failure begins anew.

    Args:
        clock: The time; a step of the wall clock changes nothing.
        seconds: How long a pause is.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._until = -math.inf

    @property
    def seconds_left(self) -> float:
        """Seconds until the end of the pause; 0 where there is none."""
        return max(0.0, self._until - self._clock.monotonic())

    @property
    def active(self) -> bool:
        """Whether the pause goes on."""
        return self._clock.monotonic() < self._until

    @property
    def failed(self) -> bool:
        """Whether nothing has succeeded since the last failure, be its pause over or not."""
        return self._until > -math.inf

    def begin(self, seconds: float | None = None) -> None:
        """Note a failure.

        Args:
            seconds: How long this pause is; by default as long as every one.
        """
        self._until = self._clock.monotonic() + (self._seconds if seconds is None else seconds)

    def end(self) -> None:
        """Note a success."""
        self._until = -math.inf
