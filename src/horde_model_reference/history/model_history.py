"""One model's past, or a family's: pure, from the columns of its names.

Names are summed as columns, in queries that run together; a few hundred days of one model are left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

import polars as pl

from horde_model_reference.analytics.usage_trend import MONTH_DAYS, WEEK_COLUMNS, trend
from horde_model_reference.history.days import day_of_number, first_day_of_month
from horde_model_reference.history.trends import FIRST_AND_LAST, LEAST_DAYS
from horde_model_reference.polars_queries import collected_together

RATE_DAYS = (30, 90, 365)
COUNTERS = ("usage_day", "usage_month", "usage_total")

Gap = tuple[int, int, int]
"""Days without statistics: the last one, how many, and the use in them."""


@dataclass(frozen=True)
class NamePasts:
    """The kept figures of a model's names.

    Attributes:
        days: The days that are told of, of those of which statistics are kept; in order.
        usage: The counters of the names; on other days too.
        threads: Their worker threads by day.
        looks: How often the workers were looked at, by day.
        closed: The closed months.
        months: The figures of the names in them.
        first_served: When names were first seen with a worker.
    """

    days: Sequence[int]
    usage: pl.DataFrame
    threads: pl.DataFrame
    looks: pl.DataFrame
    closed: pl.DataFrame
    months: pl.DataFrame
    first_served: pl.DataFrame


def daily(past: NamePasts) -> pl.LazyFrame:
    """Return the counters of all names together, one row a day that was seen; null where one made no sense."""
    seen = pl.LazyFrame({"day": past.days}, schema={"day": pl.Int32})
    return seen.join(past.usage.lazy(), on="day", how="left").group_by("day").agg(_SUMS_OF_A_DAY).sort("day")


# A day on which no name was used has one row here, without a name: its sums are 0.
_UNNAMED = pl.col("name_id").null_count()
_SUMS_OF_A_DAY = tuple(
    pl.when(pl.col(name).null_count() == _UNNAMED).then(pl.col(name).sum()).alias(name) for name in COUNTERS
)


def bridged(days: pl.LazyFrame) -> pl.LazyFrame:
    """Return the gaps between days whose use can be told (``last``, ``lost``, ``use``; see ``Gap``).

    It is told from the differences of ``total``, which falls behind and catches up in jumps. So the level is the
    highest of total and month up to a day, a difference is never below 0, and over a gap that the month's counter spans
    it is no more than the month had room for beside its last day.
    """
    return days.select(_GAP_BEFORE_A_DAY).filter(_IS_TOLD)


_LEVEL = pl.max_horizontal("usage_total", "usage_month").cum_max()
_LOST = pl.col("day") - pl.col("day").shift(1) - 1
_RISE = (_LEVEL - _LEVEL.shift(1) - pl.col("usage_day")).clip(lower_bound=0)
_ROOM = (pl.col("usage_month") - pl.col("usage_day")).clip(lower_bound=0)
_GAP_BEFORE_A_DAY = (
    (pl.col("day") - 1).alias("last"),
    _LOST.alias("lost"),
    pl.when(_LOST < MONTH_DAYS).then(pl.min_horizontal(_RISE, _ROOM)).otherwise(_RISE).alias("use"),
)
_IS_TOLD = (pl.col("lost") > 0) & pl.col("use").is_not_null()


def rate(use: Mapping[int, int], gaps: Iterable[Gap], last: int, over: int) -> dict[str, Any]:
    """Return the use per day over the days up to the last one, gaps bridged; see ``RateInfo`` for the fields."""
    start = last - over + 1
    seen = [count for day, count in use.items() if day >= start]
    # A gap that began before counts with the part of its use that its later days have.
    parts = [(count, min(lost, end - start + 1), lost) for end, lost, count in gaps if end >= start]
    in_gaps, bridged_days = fsum(count * within / lost for count, within, lost in parts), sum(part[1] for part in parts)
    covered = len(seen) + bridged_days
    return {
        "days": over,
        "requests_per_day": round((sum(seen) + in_gaps) / covered, 2) if covered else None,
        "days_seen": len(seen),
        "days_bridged": bridged_days,
    }


def trend_of(use: Mapping[int, int], last: int) -> dict[str, Any] | None:
    """Return the trend of the use by day up to the last one; see ``TrendInfo`` for the fields."""
    weeks = defaultdict(list)
    for day, count in use.items():
        weeks[(last - day) // 7].append(count)
    known = {week: sum(counts) * 7 / len(counts) for week, counts in weeks.items() if len(counts) >= LEAST_DAYS}
    weekly = {name: [known.get(week)] for week, name in enumerate(WEEK_COLUMNS)}
    row = trend(pl.DataFrame(weekly, schema=dict.fromkeys(WEEK_COLUMNS, pl.Float64))).row(0, named=True)
    return row if row["percent"] is not None else None


def threads_by_day(past: NamePasts) -> pl.LazyFrame:
    """Return the threads of all names together by day: ``least``, ``mean``, ``most`` over its ``looks``."""
    threads = past.threads.lazy().rename({"looks": "listed"})
    return (
        past.looks.lazy()
        .join(threads, on="day", how="left")
        .group_by("day", "looks")
        .agg(_THREADS_OF_A_DAY)
        .sort("day")
    )


_IN_ALL_LOOKS = pl.col("listed") >= pl.col("looks")
_THREADS_OF_A_DAY = (
    pl.when(_IN_ALL_LOOKS).then("least").otherwise(0).sum().alias("least"),
    (pl.col("sum").sum() / pl.col("looks").first()).round(2).alias("mean"),
    pl.col("most").sum(),
)


def months_before(past: NamePasts) -> pl.LazyFrame:
    """Return the closed months with the sums over all names, null where none had anything."""
    sums = past.months.lazy().group_by("month").agg(_SUMS_OF_A_MONTH)
    return past.closed.lazy().join(sums, on="month", how="left").sort("month")


_SUMS_OF_A_MONTH = (pl.col("usage", "threads_sum").sum(), pl.col("used_days").max())


def model_history(past: NamePasts, days: int) -> dict[str, Any]:
    """Return the fields of ``ModelHistoryResponse`` that follow from the kept figures of some names."""
    last = past.days[-1] if past.days else 0
    start = last - days + 1
    counters, threads, months, ends = collected_together(
        daily(past), threads_by_day(past), months_before(past), _ends(past)
    )
    gaps, points, unserved = collected_together(
        bridged(counters.lazy()),
        _points(counters.lazy(), threads.lazy(), start),
        threads.lazy().select(_DAYS_WITHOUT_WORKER),
    )
    use = {day: count for day, count, *_ in counters.iter_rows() if count is not None}
    shown = [count for day, count in use.items() if day >= start]
    first_seen, last_used = ends.row(0)
    return {
        "days": days,
        "history_from": _date(past.days[0] if past.days else None),
        "history_to": _date(past.days[-1] if past.days else None),
        "first_seen": _date(first_seen),
        "last_used": _date(last_used),
        "days_since_last_use": max(0, last - last_used) if past.days and last_used is not None else None,
        "days_without_worker": unserved.item(),
        "use_per_day": [rate(use, gaps.rows(), last, over) for over in RATE_DAYS],
        "trend_30d": trend_of(use, last),
        "share_of_days_seen": round(100 * len(shown) / days, 1) if past.days else None,
        "share_of_days_used": round(100 * sum(count > 0 for count in shown) / len(shown), 1) if shown else None,
        "points": points.to_dicts(),
        "months": [_month(row) for row in months.iter_rows(named=True)],
    }


_DAYS_WITHOUT_WORKER = pl.col("day").last() - pl.coalesce(
    pl.col("day").filter(pl.col("most") > 0).last(), pl.col("day").first() - 1
)


def _ends(past: NamePasts) -> pl.LazyFrame:
    """Return in one row when the first of the names was first seen, and when one was last used."""
    of_days = past.usage.lazy().select(FIRST_AND_LAST)
    besides = (known.lazy().select("first_day", "last_used_day") for known in (past.first_served, past.months))
    return pl.concat([of_days, *besides]).select(pl.col("first_day").min(), pl.col("last_used_day").max())


def _points(counters: pl.LazyFrame, threads: pl.LazyFrame, start: int) -> pl.LazyFrame:
    """Return the days from one on, with the fields of ``DayInfo``."""
    joined = counters.join(threads, on="day", how="full", coalesce=True)
    return joined.filter(pl.col("day") >= start).sort("day").select(_POINT)


_THREADS = pl.struct("least", "mean", "most", "looks")
_POINT = (
    pl.col("day").cast(pl.Date),
    *map(pl.col, COUNTERS),
    pl.when(pl.col("looks").is_not_null()).then(_THREADS).alias("worker_threads"),
)


def _month(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a closed month; see ``MonthInfo`` for the fields."""
    return {
        "month": day_of_number(first_day_of_month(row["month"])),
        "usage": row["usage"] or 0,
        "days_seen": row["days"],
        "days_used": row["used_days"] or 0,
        "mean_worker_threads": round((row["threads_sum"] or 0) / row["looks"], 2) if row["looks"] else None,
    }


def _date(day: Any) -> Any:
    return None if day is None else day_of_number(day)
