"""The reasons against a model as chips: the weightiest of them, and a chip that has the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from horde_model_reference.analytics.flags import Flag
from horde_model_reference.analytics.link_flags import LinkFlag
from horde_model_reference.analytics.risk_level import RiskLevel

MOST_CHIPS = 3
"""Chips of a row, so that it keeps to one line."""
SEVEREST = tuple(reversed(RiskLevel))


@dataclass(frozen=True, slots=True)
class FlagChips:
    """The chips of one row.

    Attributes:
        shown: The reasons with a chip of their own, the severest first.
        rest: Those that share the last chip.
    """

    shown: tuple[Flag | LinkFlag, ...] = ()
    rest: tuple[Flag | LinkFlag, ...] = ()


NO_CHIPS = FlagChips()


def flag_chips(flags: Sequence[Flag | LinkFlag]) -> FlagChips:
    """Return the chips of some reasons; a single one more than fit gets no chip for itself alone."""
    ordered = sorted(flags, key=lambda flag: SEVEREST.index(flag.severity))
    most = MOST_CHIPS if len(ordered) <= MOST_CHIPS else MOST_CHIPS - 1
    return FlagChips(tuple(ordered[:most]), tuple(ordered[most:]))
