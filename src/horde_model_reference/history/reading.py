"""Reading the history as columns; what a row means is decided in :mod:`trends`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
from sqlalchemy import BigInteger, Integer, Select, and_, case, cast, func, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from horde_model_reference.categories import HordeModelType
from horde_model_reference.history.database import Database
from horde_model_reference.history.tables import api_names, closed_months, compiles, looks, months, read, threads, usage

PARTITION = 5000
"""Rows that are taken over at once, so that nobody else of the process waits long."""

Schema = dict[str, type[pl.DataType]]

NAMES: Schema = {"name_id": pl.Int32, "api_name": pl.String}
USAGE: Schema = {
    "name_id": pl.Int32,
    "day": pl.Int32,
    "usage_day": pl.Int64,
    "usage_month": pl.Int64,
    "usage_total": pl.Int64,
}
THREADS: Schema = {
    "name_id": pl.Int32,
    "day": pl.Int32,
    "least": pl.Int64,
    "sum": pl.Int64,
    "most": pl.Int64,
    "looks": pl.Int64,
}
MONTHS: Schema = {
    "name_id": pl.Int32,
    "month": pl.Int32,
    "first_day": pl.Int32,
    "last_used_day": pl.Int32,
    "used_days": pl.Int32,
    "usage": pl.Int64,
    "usage_total": pl.Int64,
    "served_days": pl.Int32,
    "threads_sum": pl.Int64,
    "threads_most": pl.Int64,
}
CLOSED: Schema = {"month": pl.Int32, "days": pl.Int32, "look_days": pl.Int32, "looks": pl.Int64}
ENDS: Schema = {"name_id": pl.Int32, "first_day": pl.Int32, "last_used_day": pl.Int32}
WEEKS: Schema = {"name_id": pl.Int32, "week": pl.Int32, "usage": pl.Int64, "senseless": pl.Int64}
LOOKS: Schema = {"day": pl.Int32, "looks": pl.Int64}


@dataclass(frozen=True)
class Days:
    """The days of which statistics are kept, each with the compile that describes it; oldest first.

    Of several compiles of a day, the one that was seen last describes it: an earlier one is that of a day before,
    which nobody looked at in time.
    """

    by_compile: dict[int, int]

    @cached_property
    def numbers(self) -> list[int]:
        """The days."""
        return sorted(self.by_compile.values())

    def since(self, day: int) -> Days:
        """Return the days from one on."""
        return Days({compile_id: at for compile_id, at in self.by_compile.items() if at >= day})


class Reader:
    """Reads; everything it returns is sorted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def days(self, model_type: HordeModelType) -> Days:
        """Return the days of which statistics are kept; errors as for :class:`Database`, here and below."""
        rows = (
            select(compiles.c.day, compiles.c.id)
            .where(compiles.c.type == model_type.value)
            .order_by(compiles.c.day, compiles.c.seen_at, compiles.c.digest)
        )
        async with self._database.reading() as connection:
            last_of_day = dict((await connection.execute(rows)).all())
        return Days({compile_id: day for day, compile_id in last_of_day.items()})

    async def names(self, model_type: HordeModelType) -> pl.DataFrame:
        """Return every name (``NAMES``), by id."""
        rows = select(api_names.c.id, api_names.c.name).where(api_names.c.type == model_type.value)
        frame = await self._frame(rows.order_by(api_names.c.id), NAMES)
        return frame.with_columns(pl.col("api_name").map_elements(read, pl.String))

    async def usage(self, days: Days, name_ids: Sequence[int]) -> pl.DataFrame:
        """Return the counters of names on days (``USAGE``)."""
        rows = _usage_on(days).where(usage.c.name_id.in_(name_ids))
        return (await self._frame(rows, USAGE)).sort("name_id", "day")

    async def usage_on(self, days: Days) -> pl.DataFrame:
        """Return the counters of all names on days (``USAGE``)."""
        return (await self._frame(_usage_on(days), USAGE)).sort("name_id", "day")

    async def weeks(self, days: Days) -> pl.DataFrame:
        """Return the use of every name by week (``WEEKS``); week 0 is the last day and the six before it.

        ``senseless`` counts the days whose counter made no sense.
        """
        if not days.by_compile:
            return pl.DataFrame(schema=WEEKS)
        week = (days.numbers[-1] - compiles.c.day) // 7
        rows = (
            select(
                usage.c.name_id,
                week.label("week"),
                cast(func.sum(func.coalesce(usage.c.usage_day, 0)), BigInteger),
                func.count() - func.count(usage.c.usage_day),
            )
            .join(compiles, usage.c.compile_id == compiles.c.id)
            .where(usage.c.compile_id.in_(list(days.by_compile)))
            .group_by(usage.c.name_id, week)
        )
        return (await self._frame(rows, WEEKS)).sort("name_id", "week")

    async def ends(self, model_type: HordeModelType, days: Days) -> pl.DataFrame:
        """Return of every name when it was first seen and last used (``ENDS``), as far back as anything is kept."""
        ids = select(api_names.c.id).where(api_names.c.type == model_type.value)
        return await self._ends(ids.scalar_subquery(), days)

    async def ends_of(self, name_ids: Sequence[int], days: Days) -> pl.DataFrame:
        """Return the same of some names."""
        return await self._ends(name_ids, days)

    async def _ends(self, ids: Any, days: Days) -> pl.DataFrame:
        day = compiles.c.day
        parts = (
            select(usage.c.name_id, func.min(day), func.max(case((usage.c.usage_day > 0, day))))
            .join(compiles, usage.c.compile_id == compiles.c.id)
            .where(usage.c.name_id.in_(ids), compiles.c.id.in_(list(days.by_compile)))
            .group_by(usage.c.name_id),
            select(threads.c.name_id, func.min(threads.c.day), cast(null(), Integer))
            .where(threads.c.name_id.in_(ids))
            .group_by(threads.c.name_id),
            select(months.c.name_id, func.min(months.c.first_day), func.max(months.c.last_used_day))
            .where(months.c.name_id.in_(ids))
            .group_by(months.c.name_id),
        )
        found = pl.concat([await self._frame(part, ENDS) for part in parts])
        return found.group_by("name_id").agg(pl.col("first_day").min(), pl.col("last_used_day").max()).sort("name_id")

    async def threads(self, name_ids: Sequence[int], since: int) -> pl.DataFrame:
        """Return the worker threads of names from a day on (``THREADS``)."""
        rows = select(*(threads.c[column] for column in THREADS))
        rows = rows.where(threads.c.name_id.in_(name_ids), threads.c.day >= since)
        return (await self._frame(rows, THREADS)).sort("name_id", "day")

    async def threads_on(self, model_type: HordeModelType, first: int, last: int) -> pl.DataFrame:
        """Return the worker threads of all names from a day to another (``THREADS``)."""
        ids = select(api_names.c.id).where(api_names.c.type == model_type.value)
        rows = select(*(threads.c[column] for column in THREADS))
        rows = rows.where(threads.c.name_id.in_(ids), threads.c.day >= first, threads.c.day <= last)
        return (await self._frame(rows, THREADS)).sort("name_id", "day")

    async def looks(self, model_type: HordeModelType, since: int) -> pl.DataFrame:
        """Return how often the workers were looked at, from a day on (``LOOKS``)."""
        chosen = and_(looks.c.type == model_type.value, looks.c.day >= since)
        rows = select(looks.c.day, func.count()).where(chosen).group_by(looks.c.day)
        return (await self._frame(rows, LOOKS)).sort("day")

    async def months(self, model_type: HordeModelType, name_ids: Sequence[int]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the closed months (``CLOSED``), and what is kept of names in them (``MONTHS``)."""
        closed = select(*(closed_months.c[column] for column in CLOSED)).where(closed_months.c.type == model_type.value)
        rows = select(*(months.c[column] for column in MONTHS)).where(months.c.name_id.in_(name_ids))
        return (await self._frame(closed, CLOSED)).sort("month"), (await self._frame(rows, MONTHS)).sort(
            "name_id", "month"
        )

    async def newest_look(self, model_type: HordeModelType) -> int | None:
        """Return when the workers were looked at last, in seconds of the epoch."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(func.max(looks.c.seen_at)).where(looks.c.type == model_type.value))
            newest: int | None = found.scalar()
            return newest

    async def newest_name(self) -> int:
        """Return the highest id of a name; 0 where there is none."""
        async with self._database.reading() as connection:
            return (await connection.execute(select(func.max(api_names.c.id)))).scalar() or 0

    async def _frame(self, rows: Select[Any], schema: Schema) -> pl.DataFrame:
        async with self._database.reading() as connection:
            return await _columns(connection, rows, schema)


def _usage_on(days: Days) -> Select[Any]:
    columns = (usage.c.name_id, compiles.c.day, usage.c.usage_day, usage.c.usage_month, usage.c.usage_total)
    joined = select(*columns).join(compiles, usage.c.compile_id == compiles.c.id)
    return joined.where(usage.c.compile_id.in_(list(days.by_compile)))


async def _columns(connection: AsyncConnection, rows: Select[Any], schema: Schema) -> pl.DataFrame:
    parts = []
    async with connection.stream(rows) as result:
        async for part in result.partitions(PARTITION):
            columns = zip(*part, strict=True)
            parts.append(
                pl.DataFrame(
                    [
                        pl.Series(name, column, kind)
                        for (name, kind), column in zip(schema.items(), columns, strict=True)
                    ]
                )
            )
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema)
