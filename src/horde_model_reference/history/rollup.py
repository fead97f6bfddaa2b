"""The rollup: old days are kept by the month, for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, delete, distinct, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from horde_model_reference.categories import HordeModelType
from horde_model_reference.history.database import Database
from horde_model_reference.history.days import first_day_of_month, month_number
from horde_model_reference.history.reading import possible
from horde_model_reference.history.tables import api_names, closed_months, compiles, looks, months, threads, usage


async def months_to_roll_up(database: Database, model_type: HordeModelType, keep_days: int, now: datetime) -> list[int]:
    """Return the months that lie wholly more than ``keep_days`` before the newest day of a type, oldest first.

    Args:
        database: The history's.
        model_type: Which type.
        keep_days: Days that are kept one by one.
        now: The present moment; days after it are passed over.
    """
    async with database.reading() as connection:
        kept = [
            (
                await connection.execute(
                    select(func.min(table.c.day), func.max(table.c.day)).where(
                        table.c.type == model_type.value, possible(table.c.day, now)
                    )
                )
            ).one()
            for table in (compiles, looks)
        ]
    days = [day for pair in kept for day in pair if day is not None]
    if not days:
        return []
    return list(range(month_number(min(days)), month_number(max(days) - keep_days)))


async def roll_up_months(
    database: Database, model_type: HordeModelType, keep_days: int, now: datetime
) -> AsyncIterator[int]:
    """Close the months that are due, each whole or not at all, and yield each when it is.

    The parameters are those of :func:`months_to_roll_up`.

    Raises:
        HistoryError: The database is unavailable; the months yielded are closed.
    """
    for month in await months_to_roll_up(database, model_type, keep_days, now):
        async with database.writing() as connection:
            await _close(connection, model_type, month)
        yield month


async def _close(connection: AsyncConnection, model_type: HordeModelType, month: int) -> None:
    of_type = closed_months.c.type == model_type.value
    if (await connection.execute(select(closed_months.c.month).where(of_type, closed_months.c.month == month))).first():
        return
    first, end = first_day_of_month(month), first_day_of_month(month + 1)
    in_compiles = and_(compiles.c.type == model_type.value, compiles.c.day >= first, compiles.c.day < end)
    in_looks = and_(looks.c.type == model_type.value, looks.c.day >= first, looks.c.day < end)
    chosen = await _chosen(connection, in_compiles)
    await _sum_up(connection, model_type, month, chosen, (first, end))
    seen = (await connection.execute(select(func.count(distinct(looks.c.day)), func.count()).where(in_looks))).one()
    await connection.execute(
        closed_months.insert(),
        {"type": model_type.value, "month": month, "days": len(chosen), "look_days": seen[0], "looks": seen[1]},
    )
    old = select(compiles.c.id).where(in_compiles)
    await connection.execute(delete(usage).where(usage.c.compile_id.in_(old)))
    await connection.execute(delete(compiles).where(in_compiles))
    await connection.execute(delete(looks).where(in_looks))
    ids = select(api_names.c.id).where(api_names.c.type == model_type.value)
    in_month = and_(threads.c.day >= first, threads.c.day < end)
    await connection.execute(delete(threads).where(in_month, threads.c.name_id.in_(ids)))


async def _chosen(connection: AsyncConnection, condition: ColumnElement[bool]) -> list[int]:
    """Return the compile of each day, as on reading."""
    rows = select(compiles.c.day, compiles.c.id).where(condition)
    found = await connection.execute(rows.order_by(compiles.c.day, compiles.c.seen_at, compiles.c.digest))
    return list(dict(found.all()).values())


async def _sum_up(
    connection: AsyncConnection, model_type: HordeModelType, month: int, chosen: list[int], days: tuple[int, int]
) -> None:
    used = usage.c.usage_day > 0
    of_usage = (
        select(
            usage.c.name_id,
            func.min(compiles.c.day).label("first_day"),
            func.max(case((used, compiles.c.day))).label("last_used_day"),
            func.count(case((used, 1))).label("used_days"),
            _total(usage.c.usage_day).label("usage"),
            func.max(usage.c.usage_total).label("usage_total"),
        )
        .join(compiles, usage.c.compile_id == compiles.c.id)
        .where(compiles.c.id.in_(chosen))
        .group_by(usage.c.name_id)
        .subquery()
    )
    of_threads = (
        select(
            threads.c.name_id,
            func.min(threads.c.day).label("first_day"),
            func.count(case((threads.c.most > 0, 1))).label("served_days"),
            _total(threads.c.sum).label("threads_sum"),
            func.max(threads.c.most).label("threads_most"),
        )
        .where(threads.c.day >= days[0], threads.c.day < days[1])
        .group_by(threads.c.name_id)
        .subquery()
    )
    a, b = of_usage.c, of_threads.c
    first = case((a.first_day.is_(None), b.first_day), (b.first_day < a.first_day, b.first_day), else_=a.first_day)
    rows = (
        select(
            api_names.c.id, literal(month), first, a.last_used_day, func.coalesce(a.used_days, 0),
            func.coalesce(a.usage, 0), a.usage_total, func.coalesce(b.served_days, 0),
            func.coalesce(b.threads_sum, 0), func.coalesce(b.threads_most, 0),
        )
        .outerjoin(of_usage, a.name_id == api_names.c.id)
        .outerjoin(of_threads, b.name_id == api_names.c.id)
        .where(api_names.c.type == model_type.value, func.coalesce(a.name_id, b.name_id).is_not(None))
    )  # fmt: skip
    await connection.execute(months.insert().from_select(months.c.keys(), rows))


def _total(column: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(column), 0), BigInteger)
