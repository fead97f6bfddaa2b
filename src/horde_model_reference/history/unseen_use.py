"""Days on which a model may have been used unseen: pure functions over columns.

A day without statistics is told by the counter of 30 days of a later day: where the days seen account for all of it,
there was no use on the others. A day that no such counter spans, or spans alone, may have had use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import polars as pl

from horde_model_reference.analytics.usage_trend import MONTH_DAYS
from horde_model_reference.history.days import first_day_of_month
from horde_model_reference.polars_queries import collected


def checked_days(days: Sequence[int]) -> list[int]:
    """Return the days whose month's counters tell of the days without statistics, and the last day.

    After each gap these are the day that follows it, and the last one whose counter reaches back to its beginning.
    """
    found = {days[-1]}
    for before, after in pairwise(days):
        if after - before > 1:
            reaching = [day for day in days if after <= day <= before + MONTH_DAYS]
            found |= {after, max(reaching, default=after)}
    return sorted(found)


def unseen_days(days: Sequence[int], closed: pl.DataFrame) -> tuple[int, list[int]]:
    """Return the first day that is told of at all, and the days without statistics since.

    The first one is the first kept day, or that of the closed months before it all of whose days were seen.

    Args:
        days: The days of which statistics are kept.
        closed: The closed months (``CLOSED``).
    """
    whole = {month for month, seen in closed.select("month", "days").iter_rows() if seen >= _length(month)}
    month: int = max(closed["month"], default=0)
    first = kept_since = first_day_of_month(month + 1) if month in whole else days[0]
    while month in whole:
        first, month = first_day_of_month(month), month - 1
    seen = set(days)
    return first, [day for day in range(kept_since, days[-1]) if day not in seen]


def _length(month: int) -> int:
    return first_day_of_month(month + 1) - first_day_of_month(month)


def months_of_models(
    counters: pl.DataFrame, owners: pl.DataFrame, days: Iterable[int], models: int
) -> dict[int, pl.Series]:
    """Return each model's counter of the month by day; 0 where no name of it is reported, null where one is unknown.

    Args:
        counters: The counters of names on these days (``USAGE``).
        owners: Which model each name belongs to.
        days: The days.
        models: How many models there are.
    """
    month = pl.when(pl.col("usage_month").null_count() == 0).then(pl.col("usage_month").sum())
    sums = counters.join(owners, on="name_id").group_by("day", "model_index").agg(month, reported=pl.lit(value=True))
    index = _index(models)
    return {
        day: collected(
            index.lazy()
            .join(sums.lazy().filter(pl.col("day") == day), on="model_index", how="left", maintain_order="left")
            .select(pl.when(pl.col("reported").is_null()).then(0).otherwise("usage_month").alias("month"))
        )["month"]
        for day in days
    }


def last_doubtful_day(
    use: pl.DataFrame,
    owners: pl.DataFrame,
    unseen: Sequence[int],
    months: Mapping[int, pl.Series],
) -> pl.Series:
    """Return the last day on which each model may have been used unseen; null where there is none.

    Args:
        use: Use by name and day (``USE``).
        owners: Which model each name belongs to.
        unseen: The days without statistics, in order.
        months: Each model's counter of the month, on :func:`checked_days`.
    """
    models = next(iter(months.values())).len()
    of_models = use.join(owners.select("name_id", "model_index"), on="name_id")
    clear = {day: _all_accounted_for(of_models, month, day) for day, month in months.items()}
    found = pl.Series("doubtful", [None] * models, pl.Int32)
    for day, checks in _last_by_checks(unseen, clear):
        settled = pl.Series([False] * models)
        for check in checks:
            settled |= clear[check]
        found = pl.select(pl.max_horizontal(found, pl.when(~settled).then(day))).to_series()
    return pl.select(pl.max_horizontal(found, _last_senseless(of_models, clear, models))).to_series().alias("doubtful")


def _all_accounted_for(use: pl.DataFrame, month: pl.Series, day: int) -> pl.Series:
    """Return of each model whether the days seen account for its counter of the month on a day."""
    sums = collected(use.lazy().filter(_within_month(day)).group_by("model_index").agg(pl.col("usage_day").sum()))
    seen = _index(month.len()).join(sums, on="model_index", how="left", maintain_order="left")["usage_day"]
    return (month <= seen.fill_null(0)).fill_null(value=False)


def _last_by_checks(days: Iterable[int], checks: Iterable[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield the last of the days that the same counters span, with the days of these counters."""
    last = {tuple(check for check in checks if day <= check < day + MONTH_DAYS): day for day in days}
    yield from ((day, spanning) for spanning, day in last.items())


def _last_senseless(use: pl.DataFrame, clear: Mapping[int, pl.Series], models: int) -> pl.Series:
    """Return the last seen day of each model of which a figure made no sense, and that no counter tells of."""
    settled = pl.lit(value=False)
    for check, accounted_for in clear.items():
        settled |= _within_month(check) & pl.lit(accounted_for).gather("model_index")
    doubtful = use.lazy().filter(pl.col("usage_day").is_null()).filter(~settled)
    last = collected(doubtful.group_by("model_index").agg(pl.col("day").max()))
    return _index(models).join(last, on="model_index", how="left", maintain_order="left")["day"].alias("senseless")


def _within_month(day: int) -> pl.Expr:
    """Return whether the counter of the month on a day spans ``day``."""
    return pl.col("day").is_between(day - MONTH_DAYS + 1, day)


def _index(models: int) -> pl.DataFrame:
    return pl.DataFrame({"model_index": pl.int_range(models, dtype=pl.UInt32, eager=True)})
