"""The names that the jump field proposes."""

from __future__ import annotations

import polars as pl

from horde_model_reference.analytics.risk_table import RiskTable

MOST_NAMES = 12
"""Names that are proposed at most."""


def names_like(table: RiskTable, text: str) -> list[str]:
    """Return names that have a text in them, ignoring case; those that begin with it first, then the most used."""
    wanted = text.lower()
    lowered = pl.col("name").str.to_lowercase()
    found = table.rows.filter(lowered.str.contains(wanted, literal=True)).select("name", "usage_month")
    ordered = found.sort(
        lowered.str.starts_with(wanted), "usage_month", descending=True, nulls_last=True, maintain_order=True
    )
    names: list[str] = ordered["name"].head(MOST_NAMES).to_list()
    return names
