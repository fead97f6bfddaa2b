"""The changes of a category from one look to the next (design section 10): pure, between two states."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

import polars as pl

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.catalogue.manager import CATALOGUE_SHRUNK
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.integrations.attribution import UNATTRIBUTED
from horde_model_reference.marks.mark_state import DeletionMark, MarkState

NOTICED_REQUESTS = 100
"""Requests in 30 days from which on a name of no model is told of."""


class ChangeKind(StrEnum):
    """The kinds of changes."""

    MARKED = "marked"
    UNMARKED = "unmarked"
    DUE = "due"
    RECOVERED = "recovered"
    NEWLY_CRITICAL = "newly_critical"
    NO_LONGER_CRITICAL = "no_longer_critical"
    ADDED = "added"
    REMOVED = "removed"
    NEWLY_UNATTRIBUTED = "newly_unattributed"


SENTENCES: Mapping[ChangeKind, str] = {
    ChangeKind.MARKED: "Its removal is announced.",
    ChangeKind.UNMARKED: "Its removal is no longer announced.",
    ChangeKind.DUE: "Its announced day has come, and it may be removed.",
    ChangeKind.RECOVERED: "It is marked, and no longer qualifies for removal.",
    ChangeKind.NEWLY_CRITICAL: "It is hardly used and hardly served.",
    ChangeKind.NO_LONGER_CRITICAL: "It is used or served again.",
    ChangeKind.ADDED: "It came into the catalogue.",
    ChangeKind.REMOVED: "It left the catalogue.",
    ChangeKind.NEWLY_UNATTRIBUTED: f"A name of no model has {NOTICED_REQUESTS} requests or more in 30 days.",
}
"""Each kind in words."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        kind: Its kind.
        name: The model, or the name that the Horde reports.
        mark: The mark, of the kinds about marks.
    """

    kind: ChangeKind
    name: str
    mark: DeletionMark | None = None


@dataclass(frozen=True)
class CategoryState:
    """The parts of a category whose changes are told; None where a part is unknown.

    Attributes:
        category: The category.
        day: The day of the look, as days since 1970-01-01.
        listed: The names in the catalogue, with those of skipped records.
        critical: Whether each model is critical, of those whose use and workers are known.
        marks: The published marks by model.
        unattributed: The reported names of no model with ``NOTICED_REQUESTS`` or more.
    """

    category: MODEL_REFERENCE_CATEGORY
    day: int
    listed: frozenset[str] | None = None
    critical: Mapping[str, bool] = field(default_factory=dict)
    marks: Mapping[str, DeletionMark] | None = None
    unattributed: frozenset[str] | None = None

    def after(self, before: Self) -> CategoryState:
        """Return this state with the parts that it does not know as they were before.

        The Horde's figures are compared from day to day: within a day, those of its first look stand.
        """
        same_day = self.day <= before.day
        listed = before.listed if self.listed is None else self.listed
        critical = before.critical if same_day else {**before.critical, **self.critical}
        unattributed = before.unattributed if same_day or self.unattributed is None else self.unattributed
        return replace(
            self,
            day=max(self.day, before.day),
            listed=listed,
            critical={name: found for name, found in critical.items() if listed is None or name in listed},
            marks=before.marks if self.marks is None else self.marks,
            unattributed=unattributed,
        )

    def written(self) -> str:
        """Return the state as JSON, the same for equal states."""
        parts = {
            "day": self.day,
            "listed": None if self.listed is None else sorted(self.listed),
            "critical": dict(sorted(self.critical.items())),
            "marks": None
            if self.marks is None
            else {name: mark.model_dump(mode="json") for name, mark in sorted(self.marks.items())},
            "unattributed": None if self.unattributed is None else sorted(self.unattributed),
        }
        return json.dumps(parts)


def read_state(category: MODEL_REFERENCE_CATEGORY, text: str) -> CategoryState:
    """Return the state that :meth:`CategoryState.written` gave."""
    parts: dict[str, Any] = json.loads(text)
    marks = parts["marks"]
    return CategoryState(
        category,
        parts["day"],
        _set(parts["listed"]),
        parts["critical"],
        None if marks is None else {name: DeletionMark.model_validate(mark) for name, mark in marks.items()},
        _set(parts["unattributed"]),
    )


def _set(names: list[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def state_of(table: RiskTable, marks: Mapping[str, DeletionMark] | None, day: int) -> CategoryState:
    """Return the state of a category on a day.

    A catalogue that has shrunk tells neither its names nor its marks.

    Args:
        table: The category's ungrouped risk table.
        marks: The marks of its rows that are published; None if unknown.
        day: The day of the look.
    """
    shrunk = any(warning.code == CATALOGUE_SHRUNK for warning in table.warnings)
    rows = table.rows.filter("usage_known", "workers_known").select("name", "is_critical")
    unattributed = table.api_names.filter(
        (pl.col("outcome") == UNATTRIBUTED) & (pl.col("usage_month") >= NOTICED_REQUESTS)
    )
    return CategoryState(
        table.category,
        day,
        None if shrunk else frozenset((*table.rows["name"], *table.skipped)),
        dict(rows.iter_rows()),
        None if shrunk else marks,
        None if table.totals["month"].reported is None else frozenset(unattributed["api_name"]),
    )


def changes_between(before: CategoryState | None, now: CategoryState) -> Iterator[Change]:
    """Yield the changes between two states; at the first look, which has none before it, the marks alone."""
    old = replace(now, marks={}) if before is None else before
    marks, old_marks = now.marks or {}, old.marks or {}
    for name, mark in marks.items():
        known = old_marks.get(name)
        if known is None:
            yield Change(ChangeKind.MARKED, name, mark)
        change = _OF_STATES.get(mark.state)
        if change is not None and (known is None or known.state is not mark.state):
            yield Change(change, name, mark)
    if now.listed is not None and old.listed is not None:
        unmarked = (old_marks.keys() - marks) & now.listed
        yield from (Change(ChangeKind.UNMARKED, name, old_marks[name]) for name in unmarked)
        yield from (Change(ChangeKind.ADDED, name) for name in now.listed - old.listed)
        yield from (Change(ChangeKind.REMOVED, name) for name in old.listed - now.listed)
    for name, critical in now.critical.items():
        if old.critical.get(name, critical) is not critical:
            yield Change(ChangeKind.NEWLY_CRITICAL if critical else ChangeKind.NO_LONGER_CRITICAL, name)
    if now.unattributed is not None and old.unattributed is not None:
        yield from (Change(ChangeKind.NEWLY_UNATTRIBUTED, name) for name in now.unattributed - old.unattributed)


_OF_STATES = {MarkState.DUE: ChangeKind.DUE, MarkState.RECOVERED: ChangeKind.RECOVERED}


def change_id(category: MODEL_REFERENCE_CATEGORY, day: str, change: Change) -> str:
    """Return the stable id of a change: the same in every database that saw it."""
    name = hashlib.sha256(change.name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"tag:horde-model-reference,2026:{category.value}/{day}/{change.kind.value}/{name}"
