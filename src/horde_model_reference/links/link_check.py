"""The last result for an address, and the state of the link that follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from horde_model_reference.links.link import FAILURES, LinkOutcome

DEAD_DAYS = 3
"""Days in a row on which a link failed, after which it is dead."""


class LinkState(StrEnum):
    """The state of a link, from its last result and the days on which it failed."""

    WORKING = "working"
    GATED = "gated"
    SUSPECT = "suspect"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """The last result for an address.

    Attributes:
        outcome: The outcome.
        detail: More about it, for people.
        checked_at: When it was asked.
        failed_days: On how many days in a row it failed; days without a check count as none, and break no row.
    """

    outcome: LinkOutcome
    detail: str
    checked_at: datetime
    failed_days: int

    @property
    def state(self) -> LinkState:
        """The state of the link: dead after failures on ``DEAD_DAYS`` days."""
        if self.outcome in FAILURES:
            return LinkState.DEAD if self.failed_days >= DEAD_DAYS else LinkState.SUSPECT
        return LinkState.GATED if self.outcome is LinkOutcome.LOGIN else LinkState.WORKING
