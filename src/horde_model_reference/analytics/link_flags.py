"""The flags of checked links: they raise the risk level, and are no part of other flags, score and counts."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.links.link_check import DEAD_DAYS, LinkState


@dataclass(frozen=True, slots=True)
class LinkFlag:
    """A flag that the state of a file's address sets.

    Attributes:
        name: Its name.
        severity: The risk level that it gives a model at least.
        state: The state that sets it.
        sentence: The reason, for people.
        words: The reason in two words.
    """

    name: str
    severity: RiskLevel
    state: LinkState
    sentence: str
    words: str


LINK_FLAGS: tuple[LinkFlag, ...] = (
    LinkFlag(
        "download_dead",
        RiskLevel.HIGH,
        LinkState.DEAD,
        f"A file's address failed on {DEAD_DAYS} days in a row.",
        "dead download",
    ),
    LinkFlag("download_gated", RiskLevel.LOW, LinkState.GATED, "A file's address asks for a login.", "login needed"),
)
"""The flags of links, the gravest first."""

LINKS = pl.Struct({flag.name: pl.Boolean for flag in LINK_FLAGS})
NO_LINKS = pl.lit(None, LINKS).alias("link_flags")
"""The column of rows whose addresses were not checked, and of families."""
