"""The levels of risk; without Polars, so that the command line can name them at once."""

from __future__ import annotations

from enum import StrEnum


class RiskLevel(StrEnum):
    """How strongly a model is at risk, weakest first (rule 6)."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
