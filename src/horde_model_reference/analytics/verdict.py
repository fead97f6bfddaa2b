"""The verdict of a plan on a model; without Polars, so that the command line can name verdicts at once."""

from __future__ import annotations

from enum import StrEnum


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
