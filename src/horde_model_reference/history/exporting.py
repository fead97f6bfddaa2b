"""The history as one table: a row for each API name and day, as CSV or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

import polars as pl

from horde_model_reference.categories import HordeModelType
from horde_model_reference.history.reading import Days
from horde_model_reference.history.store import HistoryStore
from horde_model_reference.reports.csv_report import cell

EXPORTED: dict[str, type[pl.DataType]] = {
    "type": pl.String,
    "api_name": pl.String,
    "day": pl.Date,
    "usage_day": pl.Int64,
    "usage_month": pl.Int64,
    "usage_total": pl.Int64,
    "threads_least": pl.Int64,
    "threads_mean": pl.Float64,
    "threads_most": pl.Int64,
    "looks": pl.Int64,
}
AT_ONCE = 32
"""Days that are read at once."""


async def exported(store: HistoryStore, model_type: HordeModelType) -> AsyncIterator[tuple[float, pl.DataFrame]]:
    """Yield the rows of a type part by part, sorted by day and name, each with the share (0 to 1) that is done.

    Raises:
        HistoryError: The database is unavailable.
    """
    names = await store.reader.names(model_type)
    days, looks = await store.reader.days(model_type), await store.reader.looks(model_type, 0)
    every = sorted({*days.numbers, *looks["day"]})
    for at in range(0, len(every), AT_ONCE):
        part = every[at : at + AT_ONCE]
        yield (at + len(part)) / len(every), await _part(store, model_type, names, looks, days, part)


async def _part(  # noqa: PLR0913, PLR0917 - what it joins
    store: HistoryStore,
    model_type: HordeModelType,
    names: pl.DataFrame,
    looks: pl.DataFrame,
    days: Days,
    part: list[int],
) -> pl.DataFrame:
    chosen = Days({compile_id: day for compile_id, day in days.by_compile.items() if part[0] <= day <= part[-1]})
    usage = await store.reader.usage_on(chosen)
    served = await store.reader.threads_on(model_type, part[0], part[-1])
    threads = served.join(looks.rename({"looks": "of"}), on="day", how="left").select(
        "name_id",
        "day",
        threads_least=pl.when(pl.col("looks") >= pl.col("of")).then("least").otherwise(pl.lit(0, pl.Int64)),
        threads_mean=(pl.col("sum") / pl.col("of")).round(2),
        threads_most="most",
        looks="of",
    )
    joined = usage.join(threads, on=["name_id", "day"], how="full", coalesce=True).join(names, on="name_id")
    typed = joined.with_columns(type=pl.lit(model_type.value), day=pl.col("day").cast(pl.Date))
    return typed.sort("day", "api_name").select(*EXPORTED).match_to_schema(pl.Schema(EXPORTED), integer_cast="upcast")


def to_csv(rows: pl.DataFrame) -> bytes:
    """Return rows as CSV with a header line; unknown is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(rows.columns)
    names = {name: cell(name) for name in rows["api_name"].unique()}
    at = rows.columns.index("api_name")
    writer.writerows((*row[:at], names[row[at]], *row[at + 1 :]) for row in rows.iter_rows())
    return text.getvalue().encode()


def to_parquet(rows: pl.DataFrame) -> bytes:
    """Return rows as a Parquet file; names are as the Horde sends them."""
    file = io.BytesIO()
    rows.write_parquet(file)
    return file.getvalue()
