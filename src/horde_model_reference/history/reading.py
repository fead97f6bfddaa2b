"""Reading the history as columns; :mod:`trends` decides their meaning."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Integer, Select, Text, and_, cast, func, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from horde_model_reference.categories import HordeModelType
from horde_model_reference.clock import Clock
from horde_model_reference.history.days import month_number, possible_days
from horde_model_reference.history.tables import api_names, closed_months, compiles, looks, months, read, threads, usage
from horde_model_reference.polars_queries import collected
from horde_model_reference.thread_pool import run_in_thread

Schema = dict[str, type[pl.DataType]]

NAMES: Schema = {"name_id": pl.Int32, "api_name": pl.String}
COUNTERS: Schema = {
    "name_id": pl.Int32,
    "compile_id": pl.Int32,
    "usage_day": pl.Int64,
    "usage_month": pl.Int64,
    "usage_total": pl.Int64,
}
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
USE: Schema = {"name_id": pl.Int32, "day": pl.Int32, "usage_day": pl.Int64}
LOOKS: Schema = {"day": pl.Int32, "looks": pl.Int64}

_ALL_COUNTERS = select(*(usage.c[column] for column in COUNTERS))
_ALL_THREADS = select(*(threads.c[column] for column in THREADS))
_ALL_CLOSED = select(*(closed_months.c[column] for column in CLOSED))
_ALL_MONTHS = select(*(months.c[column] for column in MONTHS))


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

    def only(self, days: Collection[int]) -> Days:
        """Return some of the days."""
        return Days({compile_id: at for compile_id, at in self.by_compile.items() if at in days})


class Reader:
    """Reads; errors are those of :meth:`Database.reading`.

    Everything it returns is sorted, and of days on which something can have been seen.
    """

    def __init__(self, connect: Callable[[], AbstractAsyncContextManager[AsyncConnection]], clock: Clock) -> None:
        self._connect = connect
        self._clock = clock

    @asynccontextmanager
    async def together(self) -> AsyncIterator[Reader]:
        """Give a reader all of whose answers are of one state of the database."""
        async with self._connect() as connection:
            yield Reader(lambda: nullcontext(connection), self._clock)

    async def days(self, model_type: HordeModelType) -> Days:
        """Return the days of which statistics are kept."""
        rows = (
            select(compiles.c.day, compiles.c.id)
            .where(compiles.c.type == model_type.value, self._possible(compiles.c.day))
            .order_by(compiles.c.day, compiles.c.seen_at, compiles.c.digest)
        )
        async with self._connect() as connection:
            last_of_day = dict((await connection.execute(rows)).all())
        return Days({compile_id: day for day, compile_id in last_of_day.items()})

    async def names(self, model_type: HordeModelType) -> pl.DataFrame:
        """Return every name (``NAMES``), by id."""
        rows = select(api_names.c.id, api_names.c.name).where(api_names.c.type == model_type.value)
        frame = await self._frame(rows.order_by(api_names.c.id), NAMES)
        return frame.with_columns(pl.col("api_name").map_elements(read, pl.String))

    async def usage(self, days: Days, name_ids: Sequence[int]) -> pl.DataFrame:
        """Return the counters of names on days (``USAGE``)."""
        return await self._usage(days, usage.c.name_id.in_(name_ids))

    async def usage_on(self, days: Days) -> pl.DataFrame:
        """Return the counters of all names on days (``USAGE``)."""
        return await self._usage(days, usage.c.compile_id.in_(list(days.by_compile)))

    async def _usage(self, days: Days, condition: ColumnElement[bool]) -> pl.DataFrame:
        found = await self._frame(_ALL_COUNTERS.where(condition), COUNTERS)
        columns = {"compile_id": list(days.by_compile), "day": list(days.by_compile.values())}
        of_days = pl.LazyFrame(columns, schema={"compile_id": pl.Int32, "day": pl.Int32})
        return collected(found.lazy().join(of_days, on="compile_id").select(*USAGE).sort("name_id", "day"))

    async def use_of_all(self, days: Days) -> pl.DataFrame:
        """Return the use of every name on days (``USE``).

        A year of it is most of the database, so it comes as one text a day, at a fifth of the cost of rows.
        """
        entry = cast(usage.c.name_id, Text) + ":" + func.coalesce(cast(usage.c.usage_day, Text), "")
        rows = (
            select(usage.c.compile_id, func.aggregate_strings(entry, ","))
            .where(usage.c.compile_id.in_(list(days.by_compile)))
            .group_by(usage.c.compile_id)
        )
        async with self._connect() as connection:
            found = (await connection.execute(rows)).all()
        return await run_in_thread(_taken_apart, found, days)

    async def ends_besides(self, model_type: HordeModelType) -> pl.DataFrame:
        """Return of every name when it was first served, and first seen and last used in closed months (``ENDS``)."""
        ids = select(api_names.c.id).where(api_names.c.type == model_type.value)
        closed = (
            select(months.c.name_id, func.min(months.c.first_day), func.max(months.c.last_used_day))
            .where(months.c.name_id.in_(ids), self._possible_month(months.c.month))
            .group_by(months.c.name_id)
        )
        return together([await self.first_served_of_all(model_type), await self._frame(closed, ENDS)])

    async def first_served_of_all(self, model_type: HordeModelType) -> pl.DataFrame:
        """Return the first days on which names had a worker looked at (``ENDS``), of every name that had."""
        return await self._first_served(api_names.c.type == model_type.value)

    async def first_served(self, name_ids: Sequence[int]) -> pl.DataFrame:
        """Return the first days on which names had a worker looked at (``ENDS``), of those that had."""
        return await self._first_served(api_names.c.id.in_(name_ids))

    async def _first_served(self, condition: ColumnElement[bool]) -> pl.DataFrame:
        # One look at the index for each name: a grouping would read every day of all of them.
        first = select(func.min(threads.c.day)).where(
            threads.c.name_id == api_names.c.id, self._possible(threads.c.day)
        )
        rows = select(api_names.c.id, first.scalar_subquery(), cast(null(), Integer)).where(condition)
        return (await self._frame(rows.order_by(api_names.c.id), ENDS)).drop_nulls("first_day")

    async def threads(self, name_ids: Sequence[int], since: int) -> pl.DataFrame:
        """Return the worker threads of names from a day on (``THREADS``)."""
        rows = _ALL_THREADS.where(
            threads.c.name_id.in_(name_ids), threads.c.day >= since, self._possible(threads.c.day)
        )
        return await self._frame(rows.order_by(threads.c.name_id, threads.c.day), THREADS)

    async def threads_on(self, model_type: HordeModelType, first: int, last: int) -> pl.DataFrame:
        """Return the worker threads of all names from a day to another (``THREADS``)."""
        ids = select(api_names.c.id).where(api_names.c.type == model_type.value)
        rows = _ALL_THREADS.where(threads.c.name_id.in_(ids), threads.c.day >= first, threads.c.day <= last)
        return (await self._frame(rows, THREADS)).sort("name_id", "day")

    async def looks(self, model_type: HordeModelType, since: int) -> pl.DataFrame:
        """Return how often the workers were looked at, from a day on (``LOOKS``)."""
        chosen = and_(looks.c.type == model_type.value, looks.c.day >= since, self._possible(looks.c.day))
        rows = select(looks.c.day, func.count()).where(chosen).group_by(looks.c.day)
        return await self._frame(rows.order_by(looks.c.day), LOOKS)

    async def months(self, model_type: HordeModelType, name_ids: Sequence[int]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the closed months (``CLOSED``), and the figures of names in them (``MONTHS``)."""
        found = await self.closed(model_type)
        if found.is_empty():
            return found, pl.DataFrame(schema=MONTHS)
        rows = _ALL_MONTHS.where(months.c.name_id.in_(name_ids), self._possible_month(months.c.month))
        return found, await self._frame(rows.order_by(months.c.name_id, months.c.month), MONTHS)

    async def closed(self, model_type: HordeModelType) -> pl.DataFrame:
        """Return the closed months (``CLOSED``)."""
        rows = _ALL_CLOSED.where(closed_months.c.type == model_type.value, self._possible_month(closed_months.c.month))
        return await self._frame(rows.order_by(closed_months.c.month), CLOSED)

    async def newest_look(self, model_type: HordeModelType) -> int | None:
        """Return when the workers were looked at last, in seconds of the epoch."""
        of_type = select(func.max(looks.c.seen_at)).where(looks.c.type == model_type.value, self._possible(looks.c.day))
        async with self._connect() as connection:
            newest: int | None = (await connection.execute(of_type)).scalar()
            return newest

    async def newest_name(self) -> int:
        """Return the highest id of a name; 0 where there is none."""
        async with self._connect() as connection:
            return (await connection.execute(select(func.max(api_names.c.id)))).scalar() or 0

    def _possible(self, day: ColumnElement[int]) -> ColumnElement[bool]:
        return possible(day, self._clock.now())

    def _possible_month(self, month: ColumnElement[int]) -> ColumnElement[bool]:
        first, last = map(month_number, possible_days(self._clock.now()))
        return month.between(first, last)

    async def _frame(self, rows: Select[Any], schema: Schema) -> pl.DataFrame:
        async with self._connect() as connection:
            found = (await connection.execute(rows)).all()
        columns = zip(*found, strict=True) if found else [()] * len(schema)
        return pl.DataFrame(
            [pl.Series(name, column, kind) for (name, kind), column in zip(schema.items(), columns, strict=True)]
        )


def possible(day: ColumnElement[int], now: datetime) -> ColumnElement[bool]:
    """Return the condition that a day can have been seen by now; any other came of a wrong date or clock."""
    first, last = possible_days(now)
    return day.between(first, last)


def together(ends: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the first and last days of names that several frames tell of (``ENDS``)."""
    found = pl.concat(ends).group_by("name_id").agg(pl.col("first_day").min(), pl.col("last_used_day").max())
    return found.sort("name_id")


def _taken_apart(found: Sequence[Any], days: Days) -> pl.DataFrame:
    texts = pl.DataFrame(
        {"day": [days.by_compile[row[0]] for row in found], "entry": [row[1] for row in found]},
        schema={"day": pl.Int32, "entry": pl.String},
    )
    entries = texts.with_columns(pl.col("entry").str.split(",")).explode("entry")
    parts = pl.col("entry").str.split_exact(":", 1)
    return entries.select(
        name_id=parts.struct.field("field_0").cast(pl.Int32),
        day="day",
        usage_day=parts.struct.field("field_1").cast(pl.Int64, strict=False),
    )
