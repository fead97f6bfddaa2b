"""The record of changes, day by day.

A state and the changes that lead to it are written in one transaction, and one process writes at a time: a process that
is killed leaves both or neither, and of several that see a change one tells it.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, func, select

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.clock import Clock
from horde_model_reference.history.changes import (
    SENTENCES,
    CategoryState,
    Change,
    ChangeKind,
    change_id,
    changes_between,
    read_state,
)
from horde_model_reference.history.changes_schema import CategoryChangesResponse, ChangeInfo
from horde_model_reference.history.database import Database
from horde_model_reference.history.days import day_number, day_of_number
from horde_model_reference.history.tables import category_states, changes, read, written
from horde_model_reference.history.writing import INSERTS
from horde_model_reference.marks.mark_state import DeletionMark


class ChangeRecord:
    """Writes and reads the changes.

    Args:
        database: The history's database.
        clock: The time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._kept: dict[MODEL_REFERENCE_CATEGORY, CategoryState] = {}

    async def keep(self, state: CategoryState) -> list[Change]:
        """Keep a state, and return the changes since the last one.

        Raises:
            HistoryError: The database is unavailable; nothing was written.
        """
        if self._kept.get(state.category) == state:
            return []
        seen_at = int(self._clock.now().timestamp())
        own = category_states.c.category == state.category.value
        async with self._database.writing() as connection:
            insert = INSERTS[connection.dialect.name]
            text = (await connection.execute(select(category_states.c.content).where(own))).scalar()
            before = None if text is None else read_state(state.category, text)
            now = state if before is None else state.after(before)
            found = list(changes_between(before, now))
            if found:
                rows = [_row(state.category, now.day, seen_at, change) for change in found]
                await connection.execute(insert(changes).on_conflict_do_nothing(), rows)
            if now.written() != text:
                new = insert(category_states).values(category=state.category.value, content=now.written())
                await connection.execute(
                    new.on_conflict_do_update(index_elements=["category"], set_={"content": new.excluded.content})
                )
        self._kept[state.category] = state
        return found

    async def page(
        self, category: MODEL_REFERENCE_CATEGORY, since: date | None, limit: int, offset: int
    ) -> CategoryChangesResponse:
        """Return the changes of a category, the newest first.

        Args:
            category: Which category.
            since: The first day; None for all.
            limit: At most so many.
            offset: Leave out so many first.

        Raises:
            HistoryError: The database is unavailable.
        """
        own = changes.c.category == category.value
        wanted = own if since is None else own & (changes.c.day >= day_number(since))
        order = (changes.c.seen_at.desc(), changes.c.kind, changes.c.name)
        async with self._database.reading() as connection:
            total = (await connection.execute(select(func.count()).where(wanted).select_from(changes))).scalar_one()
            rows = await connection.execute(select(changes).where(wanted).order_by(*order).limit(limit).offset(offset))
            found = [_info(category, row) for row in rows]
        return CategoryChangesResponse(
            category=category, total_count=total, returned_count=len(found), offset=offset, limit=limit, changes=found
        )


def _row(category: MODEL_REFERENCE_CATEGORY, day: int, seen_at: int, change: Change) -> dict[str, Any]:
    return {
        "category": category.value,
        "day": day,
        "kind": change.kind.value,
        "name": written(change.name),
        "seen_at": seen_at,
        "mark": None if change.mark is None else json.dumps(change.mark.model_dump(mode="json")),
    }


def _info(category: MODEL_REFERENCE_CATEGORY, row: Row[Any]) -> ChangeInfo:
    mark = None if row.mark is None else DeletionMark.model_validate_json(row.mark)
    change, day = Change(ChangeKind(row.kind), read(row.name), mark), day_of_number(row.day)
    return ChangeInfo(
        id=change_id(category, day.isoformat(), change),
        kind=change.kind,
        name=change.name,
        day=day,
        seen_at=datetime.fromtimestamp(row.seen_at, UTC),
        sentence=sentence_of(change),
        deletion_mark=mark,
    )


def sentence_of(change: Change) -> str:
    """Return a change in words, without its name."""
    mark, words = change.mark, [SENTENCES[change.kind]]
    if mark is not None and change.kind is ChangeKind.MARKED:
        words.append(f"It may be removed from {mark.remove_after} on ({mark.because.value}).")
        words += [f"{mark.detail.removesuffix('.')}."] if mark.detail else []
    if mark is not None and change.kind in {ChangeKind.MARKED, ChangeKind.DUE} and mark.replacement:
        words.append(f"Use {mark.replacement} instead.")
    if mark is not None and change.kind is ChangeKind.RECOVERED:
        words += mark.reasons
    return " ".join(words)
