"""One model's past, or a family's: pure, from the columns of its names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from horde_model_reference.analytics.past_use import WEEK_COLUMNS, trend
from horde_model_reference.history.days import day_of_number, first_day_of_month
from horde_model_reference.history.trends import LEAST_DAYS, MONTH_DAYS

RATE_DAYS = (30, 90, 365)


@dataclass(frozen=True)
class NamePasts:
    """What is kept of the names of a model.

    Attributes:
        days: The days of which statistics are kept, in order.
        usage: The counters of the names on them.
        threads: Their worker threads by day.
        looks: How often the workers were looked at, by day.
        closed: The closed months.
        months: What is kept of the names in them.
        ends: When each name was first seen and last used.
    """

    days: Sequence[int]
    usage: pl.DataFrame
    threads: pl.DataFrame
    looks: pl.DataFrame
    closed: pl.DataFrame
    months: pl.DataFrame
    ends: pl.DataFrame


def daily(past: NamePasts) -> pl.DataFrame:
    """Return the counters of all names together, one row a day that was seen; null where one made no sense."""
    figures = ("usage_day", "usage_month", "usage_total")
    seen = pl.DataFrame({"day": past.days}, schema={"day": pl.Int32})
    sums = past.usage.group_by("day").agg(
        *(pl.when(pl.col(figure).null_count() == 0).then(pl.col(figure).sum()).alias(figure) for figure in figures),
        named=pl.len(),
    )
    joined = seen.join(sums, on="day", how="left")
    absent = pl.col("named").is_null()
    return joined.select("day", *(pl.when(absent).then(0).otherwise(figure).alias(figure) for figure in figures)).sort(
        "day"
    )


def bridged(days: pl.DataFrame) -> pl.DataFrame:
    """Return the use of the days in gaps (``first``, ``last``, ``use``), from the differences of ``total``.

    ``total`` falls behind and catches up in jumps. So the level is the highest of total and month up to a day, a
    difference is never below 0, and over a gap that the month's counter spans it is no more than the month had room
    for beside its last day.
    """
    level = pl.max_horizontal("usage_total", "usage_month").cum_max()
    lost = pl.col("day") - pl.col("day").shift(1) - 1
    use = (level - level.shift(1) - pl.col("usage_day")).clip(lower_bound=0)
    room = (pl.col("usage_month") - pl.col("usage_day")).clip(lower_bound=0)
    return days.select(
        first=pl.col("day").shift(1) + 1,
        last=pl.col("day") - 1,
        lost=lost,
        use=pl.when(lost < MONTH_DAYS).then(pl.min_horizontal(use, room)).otherwise(use),
    ).filter((pl.col("lost") > 0) & pl.col("use").is_not_null())


def rate(days: pl.DataFrame, gaps: pl.DataFrame, over: int) -> dict[str, Any]:
    """Return the use per day over the last days, gaps bridged; see ``RateInfo`` for the fields."""
    if days.is_empty():
        return {"days": over, "requests_per_day": None, "days_seen": 0, "days_bridged": 0}
    start = int(days["day"][-1]) - over + 1
    known = days.filter((pl.col("day") >= start) & pl.col("usage_day").is_not_null())
    gaps = gaps.with_columns(within=pl.col("last") - pl.max_horizontal("first", pl.lit(start)) + 1)
    gaps = gaps.filter(pl.col("within") > 0)
    in_gaps, lost = float((gaps["use"] * gaps["within"] / gaps["lost"]).sum()), int(gaps["within"].sum())
    covered = known.height + lost
    return {
        "days": over,
        "requests_per_day": round((int(known["usage_day"].sum()) + in_gaps) / covered, 2) if covered else None,
        "days_seen": known.height,
        "days_bridged": lost,
    }


def trend_of(days: pl.DataFrame) -> dict[str, Any] | None:
    """Return the trend of counters by day; see ``TrendInfo`` for the fields."""
    if days.is_empty():
        return None
    known = days.filter(pl.col("usage_day").is_not_null()).with_columns(week=(days["day"][-1] - pl.col("day")) // 7)
    weeks = known.group_by("week").agg(use=pl.col("usage_day").sum() * 7 / pl.len(), days=pl.len())
    use = dict(weeks.filter(pl.col("days") >= LEAST_DAYS).select("week", "use").iter_rows())
    weekly = {name: [use.get(week)] for week, name in enumerate(WEEK_COLUMNS)}
    row = trend(pl.DataFrame(weekly, schema=dict.fromkeys(WEEK_COLUMNS, pl.Float64))).to_dicts()[0]
    return row if row["percent"] is not None else None


def threads_by_day(past: NamePasts) -> pl.DataFrame:
    """Return the threads of all names together by day: ``least``, ``mean``, ``most`` over its ``looks``."""
    looked = past.threads.join(past.looks.rename({"looks": "of"}), on="day", how="left")
    in_all = pl.col("looks") >= pl.col("of")
    sums = looked.group_by("day").agg(
        least=pl.when(in_all).then("least").otherwise(0).sum(), sum=pl.col("sum").sum(), most=pl.col("most").sum()
    )
    joined = past.looks.join(sums, on="day", how="left").with_columns(pl.col("least", "sum", "most").fill_null(0))
    return joined.select("day", "least", "most", "looks", mean=(pl.col("sum") / pl.col("looks")).round(2)).sort("day")


def months_before(past: NamePasts) -> list[dict[str, Any]]:
    """Return the closed months; see ``MonthInfo`` for the fields."""
    sums = past.months.group_by("month").agg(pl.col("usage", "threads_sum").sum(), pl.col("used_days").max())
    rows = past.closed.join(sums, on="month", how="left").sort("month")
    return [
        {
            "month": day_of_number(first_day_of_month(row["month"])),
            "usage": row["usage"] or 0,
            "days_seen": row["days"],
            "days_used": row["used_days"] or 0,
            "mean_worker_threads": round((row["threads_sum"] or 0) / row["looks"], 2) if row["looks"] else None,
        }
        for row in rows.iter_rows(named=True)
    ]


def model_history(past: NamePasts, days: int) -> dict[str, Any]:
    """Return what the past of some names says; the fields of ``ModelHistoryResponse`` that it decides."""
    counters, threads = daily(past), threads_by_day(past)
    gaps = bridged(counters)
    last = past.days[-1] if past.days else None
    first_seen, last_used = past.ends["first_day"].min(), past.ends["last_used_day"].max()
    start = -1 if last is None else last - days + 1
    shown = counters.filter(pl.col("day") >= start)
    known = shown.filter(pl.col("usage_day").is_not_null())
    used = known.filter(pl.col("usage_day") > 0).height
    return {
        "days": days,
        "history_from": _date(past.days[0] if past.days else None),
        "history_to": _date(last),
        "first_seen": _date(first_seen),
        "last_used": _date(last_used),
        "days_since_last_use": None if last is None or not isinstance(last_used, int) else max(0, last - last_used),
        "days_without_worker": _days_without_worker(threads),
        "use_per_day": [rate(counters, gaps, over) for over in RATE_DAYS],
        "trend_30d": trend_of(counters),
        "share_of_days_seen": round(100 * known.height / days, 1) if past.days else None,
        "share_of_days_used": round(100 * used / known.height, 1) if known.height else None,
        "points": _points(shown, threads.filter(pl.col("day") >= start)),
        "months": months_before(past),
    }


def _date(day: Any) -> Any:
    return day_of_number(day) if isinstance(day, int) else None


def _days_without_worker(threads: pl.DataFrame) -> int | None:
    if threads.is_empty():
        return None
    served = threads.filter(pl.col("most") > 0)
    first = threads["day"][0] - 1 if served.is_empty() else served["day"][-1]
    return int(threads["day"][-1] - first)


def _points(counters: pl.DataFrame, threads: pl.DataFrame) -> list[dict[str, Any]]:
    joined = counters.join(threads, on="day", how="full", coalesce=True).sort("day")
    return [
        {
            "day": day_of_number(row["day"]),
            **{figure: row[figure] for figure in ("usage_day", "usage_month", "usage_total")},
            "worker_threads": None
            if row["looks"] is None
            else {figure: row[figure] for figure in ("least", "mean", "most", "looks")},
        }
        for row in joined.iter_rows(named=True)
    ]
