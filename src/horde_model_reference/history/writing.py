"""Keeping snapshots: each whole or not at all, and once, however many processes write and in any order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from horde_model_reference.categories import HordeModelType
from horde_model_reference.history.database import Database
from horde_model_reference.history.days import first_day_of_month
from horde_model_reference.history.snapshots import Snapshot, StatsSnapshot, WorkerSnapshot, digest
from horde_model_reference.history.tables import (
    api_names,
    closed_months,
    compiles,
    looks,
    read,
    threads,
    usage,
    written,
)

INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""The upsert statements of each database dialect."""


class Outcome(StrEnum):
    """The outcome of keeping a snapshot."""

    NEW = "new"
    KNOWN = "known"
    CLOSED = "closed"


class Writer:
    """Writes snapshots; names are looked up once and remembered, for none is ever taken away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids: dict[HordeModelType, dict[str, int]] = {}

    async def keep(self, snapshot: Snapshot) -> Outcome:
        """Keep a snapshot.

        Returns:
            NEW; KNOWN where it was kept before (nothing changes then, but that a compile seen earlier than known
            moves to that day); CLOSED where the days of its month are no longer kept one by one.

        Raises:
            HistoryError: The database is unavailable; nothing was written.
        """
        ids = self._ids.setdefault(snapshot.model_type, {})
        async with self._database.writing() as connection:
            work = _Work(connection, snapshot.model_type, ids)
            if snapshot.day < await _open_from(connection, snapshot.model_type):
                return Outcome.CLOSED
            outcome = await (work.compile(snapshot) if isinstance(snapshot, StatsSnapshot) else work.look(snapshot))
        ids |= work.learned  # Only now are they there to stay.
        return outcome


@dataclass
class _Work:
    """One transaction."""

    connection: AsyncConnection
    model_type: HordeModelType
    ids: dict[str, int]
    learned: dict[str, int] = field(default_factory=dict)

    async def compile(self, found: StatsSnapshot) -> Outcome:
        content, seen_at = digest(found.frame), int(found.seen_at.timestamp())
        same = (compiles.c.type == self.model_type.value) & (compiles.c.digest == content)
        known = (await self.connection.execute(select(compiles.c.seen_at).where(same))).scalar()
        if known is not None:
            if seen_at < known:
                await self.connection.execute(update(compiles).where(same).values(seen_at=seen_at, day=found.day))
            return Outcome.KNOWN
        row = {"type": self.model_type.value, "digest": content, "seen_at": seen_at, "day": found.day}
        made = await self.connection.execute(compiles.insert().returning(compiles.c.id), row)
        compile_id = made.scalar_one()
        ids = await self._ids_of(found.frame["api_name"])
        figures = found.frame.select("usage_day", "usage_month", "usage_total").iter_rows()
        rows = [(compile_id, name_id, *row) for name_id, row in zip(ids, figures, strict=True)]
        if rows:
            columns = usage.c.keys()
            await self.connection.execute(usage.insert(), [dict(zip(columns, row, strict=True)) for row in rows])
        return Outcome.NEW

    async def look(self, found: WorkerSnapshot) -> Outcome:
        look = {
            "type": self.model_type.value,
            "day": found.day,
            "seen_at": int(found.seen_at.timestamp()),
            "digest": digest(found.frame),
        }
        insert = INSERTS[self.connection.dialect.name]
        new = insert(looks).values(look).on_conflict_do_nothing().returning(looks.c.day)
        if (await self.connection.execute(new)).first() is None:
            return Outcome.KNOWN
        ids = await self._ids_of(found.frame["api_name"])
        rows = [
            {"name_id": name_id, "day": found.day, "least": count, "sum": count, "most": count, "looks": 1}
            for name_id, count in zip(ids, found.frame["worker_count"], strict=True)
        ]
        if rows:
            add = insert(threads)
            added = add.on_conflict_do_update(index_elements=["name_id", "day"], set_=_added(add.excluded))
            await self.connection.execute(added, rows)
        return Outcome.NEW

    async def _ids_of(self, names: Iterable[str]) -> list[int]:
        """Return the ids of names, making those that are missing."""
        names = list(names)
        missing = [name for name in names if name not in self.ids]
        if missing:
            insert = INSERTS[self.connection.dialect.name](api_names).on_conflict_do_nothing()
            await self.connection.execute(
                insert, [{"type": self.model_type.value, "name": written(name)} for name in missing]
            )
            rows = await self.connection.execute(
                select(api_names.c.name, api_names.c.id).where(api_names.c.type == self.model_type.value)
            )
            stored = {read(name): name_id for name, name_id in rows}
            self.learned = {name: stored[name] for name in missing}
        known = self.ids | self.learned if missing else self.ids
        return [known[name] for name in names]


def _added(more: Any) -> dict[str, ColumnElement[Any]]:
    """Return a name's threads of a day with one more look."""
    return {
        "least": case((more.least < threads.c.least, more.least), else_=threads.c.least),
        "most": case((more.most > threads.c.most, more.most), else_=threads.c.most),
        "sum": threads.c.sum + more.sum,
        "looks": threads.c.looks + more.looks,
    }


async def _open_from(connection: AsyncConnection, model_type: HordeModelType) -> int:
    """Return the first day that is kept by itself."""
    closed = select(func.max(closed_months.c.month)).where(closed_months.c.type == model_type.value)
    month = (await connection.execute(closed)).scalar()
    return -(10**9) if month is None else first_day_of_month(month + 1)
