"""Weekly usage of a model, and the trend fitted to it, as plain values.

This module reads no data. The usage of a week is the sum of its days, scaled to seven if days are missing; a week with
too few known days is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import polars as pl

from horde_model_reference.polars_queries import collected_together

TREND_WEEKS = 8
"""Weeks that the trend of a risk table is fitted to."""

LEAST_WEEKS = 4
"""A trend is not told from fewer."""

MONTH_DAYS = 30
"""Days that the month's counter covers."""

TREND_DAYS = 30
"""The days over which a trend tells the change."""

SURE = 2.0
"""Standard errors between a slope and zero before a trend counts as significant."""

SHOWN_WEEKS = 13
"""Weeks of use that a risk table has; the page draws them."""

SHOWN_COLUMNS: tuple[str, ...] = tuple(f"use_week_{week}" for week in range(SHOWN_WEEKS))
"""Columns of the use of a week; week 0 is the newest."""

WEEK_COLUMNS: tuple[str, ...] = SHOWN_COLUMNS[:TREND_WEEKS]
"""The columns that the trend is fitted to."""

TREND_SCHEMA: dict[str, type[pl.DataType]] = {
    "percent": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "weeks": pl.Int64,
}

RECENT_COLUMNS: dict[str, type[pl.DataType]] = {
    "first_seen": pl.Date,
    "last_used": pl.Date,
    **dict.fromkeys(SHOWN_COLUMNS, pl.Float64),
}


@dataclass(frozen=True)
class RecentUse:
    """The recent usage of every model of a catalogue, in the order of its frame.

    Attributes:
        frame: The columns of ``RECENT_COLUMNS``.
        key: The identity of the values; equal keys mean equal values.
    """

    frame: pl.DataFrame
    key: str


@dataclass(frozen=True, slots=True)
class UsageYear:
    """The usage of one model over a year.

    Attributes:
        days_seen: Days of which its use is known, since it was first seen.
        last_used: The last day on which use was seen; None where none was.
        used_days_ago: Days since it was used, at most; None where no use is known.
        unused_days: Days without use up to the last day of the history, at least; None where that is unknown.
        falling_days: The longest time over which its use surely fell, up to now; 0 where it did not.
        rising: Its use surely rose over the last eight weeks.
        rising_percent: By how much, in 30 days; None where there is no trend.
        season_use: Requests in 30 days at the same time last year, a month on either side; None where unknown.
        after_season_use: Requests in 30 days in the twelve weeks after that; None where unknown.
    """

    days_seen: int
    last_used: date | None
    used_days_ago: int | None
    unused_days: int | None
    falling_days: int
    rising: bool
    rising_percent: float | None
    season_use: int | None
    after_season_use: int | None


@dataclass(frozen=True, slots=True)
class UsageOverTime:
    """The usage of every model of a catalogue over time.

    Attributes:
        recent: Of the last weeks.
        years: Of the last year, by model name.
        until: The last day of which statistics are kept.
    """

    recent: RecentUse
    years: Mapping[str, UsageYear]
    until: date


def with_recent_use(models: pl.DataFrame, recent: RecentUse | None) -> pl.LazyFrame:
    """Add the columns of ``RECENT_COLUMNS``, and ``trend_30d``; all are null where the recent past is unknown."""
    if recent is None:
        return models.lazy().with_columns(_UNKNOWN)
    return pl.concat([models, recent.frame], how="horizontal").lazy().with_columns(trend_30d(recent.frame))


_UNKNOWN = tuple(
    pl.lit(None, dtype).alias(name) for name, dtype in (RECENT_COLUMNS | {"trend_30d": pl.Float64}).items()
)


def trend_30d(use: pl.DataFrame) -> pl.Expr:
    """Return the percentage of :func:`trend`, as a column for frames of the same rows."""
    return pl.lit(trend(use)["percent"]).alias("trend_30d")


@dataclass(frozen=True, slots=True)
class Span:
    """The weeks that a trend is fitted to.

    Attributes:
        weeks: The columns of weekly use, the newest first.
        least: The fewest known weeks that a trend is told from.
    """

    weeks: tuple[str, ...] = WEEK_COLUMNS
    least: int = LEAST_WEEKS


def trend(use: pl.DataFrame) -> pl.DataFrame:
    """Return the change of use over the last ``TREND_WEEKS`` weeks, as :func:`trends` does."""
    return trends(use, [Span()])[0]


def trends(use: pl.DataFrame, spans: Iterable[Span]) -> list[pl.DataFrame]:
    """Return the change of use in 30 days, in percent: ``percent``, ``low``, ``high``, and the ``weeks`` it rests on.

    It is a straight line of least squares through the logarithms of weekly use plus one. ``low`` and ``high`` lie two
    standard errors of its slope to either side. All three are null where too few weeks are known.

    Args:
        use: One row a model.
        spans: The weeks to fit lines to, one frame each.
    """
    return collected_together(*(_line(use, span) for span in spans))


def _line(use: pl.DataFrame, span: Span) -> pl.LazyFrame:
    known = sum(use[name].null_count() < use.height for name in span.weeks)
    if known < span.least:  # As in the first months of a history, for lines through a year of weeks.
        unknown = (pl.repeat(None, use.height, dtype=dtype).alias(name) for name, dtype in TREND_SCHEMA.items())
        return pl.LazyFrame().select(unknown)
    lines = use.lazy().select(_sums(span.weeks)).select(_CENTRED).with_columns(_SLOPE).with_columns(_ERROR)
    return lines.select(_percentages(span.least))


@cache
def _sums(weeks: tuple[str, ...]) -> tuple[pl.Expr, ...]:
    """Return the sums over the known weeks that a line of least squares is told from."""
    known = {name: pl.col(name).is_not_null().cast(pl.Float64) for name in weeks}
    points = {name: (-float(at), pl.col(name).log1p()) for at, name in enumerate(weeks)}
    return (
        pl.sum_horizontal(known.values()).alias("n"),
        pl.sum_horizontal(x * known[name] for name, (x, _) in points.items()).alias("x"),
        pl.sum_horizontal(x * x * known[name] for name, (x, _) in points.items()).alias("xx"),
        pl.sum_horizontal(y for _, y in points.values()).alias("y"),
        pl.sum_horizontal(x * y for x, y in points.values()).alias("xy"),
        pl.sum_horizontal(y * y for _, y in points.values()).alias("yy"),
    )


_N, _X, _Y, _XX, _XY, _YY = map(pl.col, ("n", "x", "y", "xx", "xy", "yy"))
_CENTRED = (_N, _XX - _X * _X / _N, _XY - _X * _Y / _N, _YY - _Y * _Y / _N)
_SLOPE = (_XY / _XX).alias("slope")
_REST = (_YY - pl.col("slope") * _XY).clip(lower_bound=0)
_ERROR = (_REST / (_N - 2) / _XX).sqrt().alias("error")


@cache
def _percentages(least: int) -> tuple[pl.Expr, ...]:
    enough, slope, error = pl.when(pl.col("n") >= least), pl.col("slope"), pl.col("error")
    return (
        enough.then(_percent(slope)).alias("percent"),
        enough.then(_percent(slope - SURE * error)).alias("low"),
        enough.then(_percent(slope + SURE * error)).alias("high"),
        _N.cast(pl.Int64).alias("weeks"),
    )


def _percent(slope: pl.Expr) -> pl.Expr:
    """Convert a weekly slope of logarithms to a change in percent per 30 days; one decimal, no negative zero."""
    percent = (((slope * (TREND_DAYS / 7)).exp() - 1) * 100).round(1)
    return pl.when(percent == 0).then(0.0).otherwise(percent)
