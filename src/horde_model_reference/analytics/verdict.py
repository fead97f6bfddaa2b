"""The verdict of a plan on a model."""

from __future__ import annotations

from enum import StrEnum

import polars as pl


class Verdict(StrEnum):
    """The verdict on a model; the first one that has a reason holds, from the top."""

    PROTECTED = "protected"
    UNKNOWN = "unknown"
    KEEP = "keep"
    REMOVE = "remove"

    @property
    def needs_reason(self) -> bool:
        """Whether a model of this verdict is removed only with an override that says why."""
        return self in {Verdict.PROTECTED, Verdict.UNKNOWN}


NO_VERDICT = (
    pl.lit(None, pl.String).alias("verdict"),
    pl.lit(None, pl.List(pl.String)).alias("verdict_reasons"),
)
"""The columns of rows without a verdict."""
