"""The simulated year, written once a process."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import polars as pl
from sqlalchemy import Connection, Table, create_engine

from horde_model_reference.categories import HordeModelType
from horde_model_reference.demo.synthetic_year import (
    GAP,
    LOOKED_DAYS,
    LOOKS,
    NEW,
    NEW_DAYS,
    YEAR,
    seen_at,
    simulated_threads,
    simulated_usage,
)
from horde_model_reference.history.days import day_described
from horde_model_reference.history.snapshots import digest
from horde_model_reference.history.tables import api_names, compiles, looks, metadata, threads, usage, written

APART = 10_000
"""How far apart the ids of the types' names are."""

Rows = list[tuple[Any, ...]]


@cache
def seeded(now: datetime) -> bytes:
    """Return a serialized SQLite database of the year that ends with the statistics of a moment."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        _fill(connection, day_described(now))
    with engine.connect() as connection:
        content: bytes = connection.connection.driver_connection.serialize()  # type: ignore[union-attr]
    engine.dispose()
    return content


def _fill(connection: Connection, last: int) -> None:
    for at, model_type in enumerate(HordeModelType):
        days, served = simulated_usage(model_type), simulated_threads(model_type)
        names = pl.concat([days["api_name"], served["api_name"]]).unique().sort().to_list()
        ids = {name: APART * at + number for number, name in enumerate(names, start=1)}
        _insert(connection, api_names, [(ids[name], model_type.value, written(name)) for name in names])
        _insert(connection, compiles, compile_rows(model_type, days, last, APART * at))
        _insert(connection, usage, usage_rows(days, ids, last, APART * at))
        _insert(connection, looks, look_rows(model_type, served, last))
        _insert(connection, threads, thread_rows(served, ids, last))


def _insert(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows without checking each value, which would delay the demo's start."""
    places = ", ".join("?" for _ in table.columns)
    connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({places})", rows)  # noqa: S608 - ours


def compile_rows(model_type: HordeModelType, days: pl.DataFrame, last: int, first_id: int) -> Rows:
    """Return the compiles of the days that somebody looked on; the last is known again when it is collected."""
    contents = {0: digest(days.filter(pl.col("age") == 0).drop("age"))}
    return [
        (
            first_id + last - age,
            model_type.value,
            contents.get(age, f"simulated, {age} days before"),
            int(seen_at(last - age).timestamp()),
            last - age,
        )
        for age in range(YEAR)
        if age not in GAP
    ]


def usage_rows(days: pl.DataFrame, ids: dict[str, int], last: int, first_id: int) -> Rows:
    """Return the counters of these days, in the order of the table's key."""
    looked = days.filter(~pl.col("age").is_in(list(GAP))).with_columns(
        compile_id=first_id + last - pl.col("age"),
        name_id=pl.col("api_name").replace_strict(list(ids), list(ids.values()), return_dtype=pl.Int64),
    )
    columns = ("compile_id", "name_id", "usage_day", "usage_month", "usage_total")
    return looked.sort("compile_id", "name_id").select(columns).rows()


def look_rows(model_type: HordeModelType, served: pl.DataFrame, last: int) -> Rows:
    """Return the looks at the workers."""
    content = digest(served)
    return [
        (model_type.value, last - age, 86_400 * (last - age) + 3600 * hour, content)
        for age in _looked_ages()
        for hour in range(LOOKS)
    ]


def thread_rows(served: pl.DataFrame, ids: dict[str, int], last: int) -> Rows:
    """Return the worker threads over these looks."""
    return [
        (ids[name], last - age, count, LOOKS * count, count, LOOKS)
        for age in _looked_ages()
        for name, count in served.iter_rows()
        if age < NEW_DAYS or name not in NEW
    ]


def _looked_ages() -> list[int]:
    return [age for age in range(LOOKED_DAYS) if age not in GAP]
