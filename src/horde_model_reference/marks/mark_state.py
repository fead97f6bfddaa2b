"""The state of a mark, and a mark with its state as answers have it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from horde_model_reference.marks.because import RemovalCode
from horde_model_reference.marks.mark import Mark


class MarkState(StrEnum):
    """The state of a mark, from the present data."""

    WAITING = "waiting"
    DUE = "due"
    RECOVERED = "recovered"
    REPLACED = "replaced"
    GONE = "gone"
    UNKNOWN = "unknown"


STATES: dict[MarkState, str] = {
    MarkState.WAITING: "Its day has not come; the model still qualifies for removal.",
    MarkState.DUE: "Its day has come, and the model still qualifies for removal.",
    MarkState.RECOVERED: "The model no longer qualifies: it is used enough, new styles name it, or it is protected.",
    MarkState.REPLACED: "The model is no longer in the catalogue, and its replacement is.",
    MarkState.GONE: "The model is no longer in the catalogue.",
    MarkState.UNKNOWN: "Its use, or something else that must be known, is unknown; such a mark is never due.",
}
"""The states, each with its meaning for people."""


class DeletionMark(BaseModel):
    """A mark with its state, as answers have it."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)

    since: date = Field(description="The day from which the mark is published.")
    remove_after: date = Field(description="The first day on which the model may be removed.")
    because: RemovalCode = Field(description="The code of the reason.")
    detail: str = Field(description="More about the reason; may be empty.")
    replacement: str | None = Field(description="The model to use instead; null where none is named.")
    by: str = Field(description="The people that marked it; may be empty.")
    note: str = Field(description="For people; may be empty.")
    state: MarkState = Field(
        description="From the present data: " + ", ".join(f"`{state}`" for state in MarkState) + "."
    )
    reasons: list[str] = Field(description="Why it is recovered or unknown, in sentences; else empty.")


def deletion_mark(mark: Mark, state: MarkState, reasons: Iterable[str]) -> DeletionMark:
    """Return a mark with its state for an answer."""
    own = {name: getattr(mark, name) for name in DeletionMark.model_fields if name in Mark.model_fields}
    return DeletionMark(**own, state=state, reasons=list(reasons))
