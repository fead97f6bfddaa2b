"""A year of the simulated Horde: use that ends with the bundled statistics.

Most names are used steadily. Some rise, fall, come back every year at the same time, or are new; names that the month
does not know have been dead for a while. Nobody looked for some days. The same name has the same past on every
machine; it ends on the day that the present statistics describe.
"""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime, time, timedelta

import polars as pl

from horde_model_reference.categories import HordeModelType
from horde_model_reference.demo import DATA
from horde_model_reference.history.days import COMPILED_AT, day_of_number
from horde_model_reference.integrations.horde_api_models import parse_stats, parse_status

YEAR = 395
"""Days that are simulated: a year, and the month before it."""
GAP = range(100, 116)
"""Days before the last one on which nobody looked."""
LOOKED_DAYS = 90
"""Days before the last one on which workers were looked at."""
LOOKS = 24
"""Looks a day."""

_AGE = pl.col("age").cast(pl.Float64)
_STEADY = pl.lit(1.0)
_RISING = (-_AGE / 25).exp()
_FALLING = (pl.min_horizontal(_AGE, pl.lit(150.0)) / 25).exp()
_SEASONAL = pl.when(_AGE >= 330).then(60.0).when(_AGE >= 60).then(0.2).otherwise(1.0)

SHAPES: dict[str, pl.Expr] = {
    "Quiet Tides": _RISING,
    "koboldcpp/Gossamer-24B-v1-Q5_K_M": _RISING,
    "Saltmarsh Landscapes XL": _FALLING,
    "aphrodite/tidepool/pilot-r-plus-08-2024": _FALLING,
    "Hearthlight Cabin": _SEASONAL,
    "koboldcpp/Tally-Math-7B": _SEASONAL,
}
"""How use went, by API name, against how it is now; of all others, steadily."""

NEW: tuple[str, ...] = ("Cirrus Flux Lite", "koboldcpp/Kite-Mini-3B-Preview")
"""Names that the Horde has known for ``NEW_DAYS`` days."""
NEW_DAYS = 19


def simulated_usage(model_type: HordeModelType) -> pl.DataFrame:
    """Return the counters of every day: ``api_name``, ``age`` (days before the last one), ``usage_day``, ..."""
    stats = parse_stats(json.loads((DATA / f"stats_{model_type.value}.json").read_text(encoding="utf-8"))).frame
    seeds = pl.Series("seed", [zlib.crc32(name.encode()) % 9973 for name in stats["api_name"]], pl.Int64)
    names = stats.rename({"usage_day": "day", "usage_month": "month", "usage_total": "total"}).with_columns(seeds)
    ages = pl.DataFrame({"age": pl.int_range(YEAR, dtype=pl.Int64, eager=True)})
    days = names.join(ages, how="cross").with_columns(weight=_weight(), in_month=pl.col("age").is_between(1, 29))
    of_month = pl.col("weight").filter("in_month").sum().over("api_name")
    rest = pl.col("month") - pl.col("day")
    scale = pl.when(pl.col("month") > 0).then(rest / of_month).otherwise(pl.col("total") / YEAR).fill_nan(0.0)
    parts = pl.when(pl.col("age") > 0).then(pl.col("weight") * scale).otherwise(0.0)
    # What is below one request adds up to one on some day; the tiny part more keeps sums whole that are.
    passed = (parts.cum_sum().over("api_name") + 1e-6).floor().cast(pl.Int64)
    use = pl.when(pl.col("age") == 0).then("day").otherwise(passed - passed.shift(1).over("api_name"))
    days = days.with_columns(use=use)
    later = pl.col("use").cum_sum().over("api_name") - pl.col("use")
    month = pl.col("use").reverse().rolling_sum(30, min_samples=1).reverse().over("api_name")
    figures = days.select(
        "api_name",
        "age",
        usage_day="use",
        usage_month=pl.when(pl.col("age") == 0).then("month").otherwise(month),
        usage_total=(pl.col("total") - later).clip(lower_bound=0),
    )
    return figures.filter(~pl.col("api_name").is_in(list(NEW)) | (pl.col("age") < NEW_DAYS))


def _weight() -> pl.Expr:
    """Return how much a day is used, against the present; with a little noise that depends on name and day."""
    shape = _STEADY
    for name, of_name in SHAPES.items():
        shape = pl.when(pl.col("api_name") == name).then(of_name).otherwise(shape)
    quiet = 60 + pl.col("seed") % 240
    dead = (pl.col("month") == 0) & (pl.col("age") < quiet)
    unknown_yet = pl.col("api_name").is_in(list(NEW)) & (pl.col("age") >= NEW_DAYS)
    alive = pl.when(dead | unknown_yet).then(0.0).otherwise(shape)
    noise = (pl.col("seed") * 31 + pl.col("age") * 7919 + pl.col("seed") * pl.col("age")) % 101
    return alive * (0.7 + noise / 168)


def simulated_threads(model_type: HordeModelType) -> pl.DataFrame:
    """Return the worker threads of every name over the looks of a day (``api_name``, ``count``)."""
    status = parse_status(json.loads((DATA / f"status_{model_type.value}.json").read_text(encoding="utf-8"))).frame
    return status.filter(pl.col("worker_count").is_not_null()).select("api_name", count="worker_count")


def seen_at(day: int) -> datetime:
    """Return when somebody saw the statistics of a day: soon after they were compiled."""
    midnight = datetime.combine(day_of_number(day) + timedelta(days=1), time(), UTC)
    return midnight + COMPILED_AT + timedelta(minutes=5)
