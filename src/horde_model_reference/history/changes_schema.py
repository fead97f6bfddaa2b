"""The schema of the answers about changes."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from horde_model_reference.analytics.risk_schema import Answer, Count
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.history.changes import ChangeKind
from horde_model_reference.marks.mark_state import DeletionMark


class ChangeInfo(Answer):
    """One change of a category."""

    id: str = Field(description="Stable: the same wherever the change was seen.")
    kind: ChangeKind = Field(description="The kind of change.")
    name: str = Field(description="The model; of `newly_unattributed`, the name that the Horde reports.")
    day: date = Field(description="The day on which it was seen.")
    seen_at: datetime = Field(description="The moment at which it was first seen.")
    sentence: str = Field(description="For people.")
    deletion_mark: DeletionMark | None = Field(description="The mark at that moment; null of kinds without marks.")


class CategoryChangesResponse(Answer):
    """The changes of a category, the newest first."""

    category: MODEL_REFERENCE_CATEGORY = Field(description="The category.")
    total_count: Count = Field(description="Changes that match, before paging.")
    returned_count: Count = Field(description="Changes on this page.")
    offset: Count = Field(description="Changes left out before this page.")
    limit: Count = Field(description="Changes asked for at most.")
    next: str | None = Field(None, description="The path and query of the next page; null on the last, and in files.")
    changes: list[ChangeInfo] = Field(description="The changes of this page.")
