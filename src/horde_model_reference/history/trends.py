"""Use of models by days and weeks: pure functions over columns.

Names are attributed here, against the catalogue of now. A day without statistics is unknown, not a day without use; a
name that the statistics of a day lack was not used on it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from horde_model_reference.analytics.usage_trend import (
    LEAST_WEEKS,
    MONTH_DAYS,
    RECENT_COLUMNS,
    SHOWN_COLUMNS,
    RecentUse,
    Span,
    UsageOverTime,
    UsageYear,
    trends,
)
from horde_model_reference.catalogue.aliases import Aliases
from horde_model_reference.history.days import day_of_number
from horde_model_reference.history.reading import CLOSED
from horde_model_reference.history.unseen_use import (
    checked_days,
    last_doubtful_day,
    months_of_models,
    unseen_days,
)
from horde_model_reference.integrations.attribution import ATTRIBUTED, attribute_names
from horde_model_reference.integrations.name_steps import NameRules
from horde_model_reference.polars_queries import collected

LEAST_DAYS = 4
"""A week of which fewer days are known is unknown."""

YEAR_WEEKS = 57
"""Weeks that a year and the season of the year before need."""

SEASON = (48, 57)
"""The weeks around the same time last year: a month on either side (from, to)."""

AFTER_SEASON = (36, 48)
"""The twelve weeks after that, in which the use of a season has fallen (from, to)."""

FALLING_WEEKS = (8, 13, 26, 52)
"""The times over which it is asked whether use fell."""


def attributed(names: pl.DataFrame, model_names: pl.Series, rules: NameRules, aliases: Aliases) -> pl.DataFrame:
    """Return ``name_id``, ``api_name``, ``model_index`` and ``model`` of the names that belong to a model."""
    decided = attribute_names(names.lazy(), model_names, rules, aliases)
    owners = decided.filter(pl.col("outcome") == ATTRIBUTED).select("name_id", "api_name", "model_index")
    return collected(owners.with_columns(model=pl.lit(model_names).gather("model_index")))


def weekly_use(use: pl.DataFrame, owners: pl.DataFrame, days: Sequence[int], models: int, count: int) -> pl.DataFrame:
    """Return the use of every model in the last weeks as columns ``use_week_0`` (the newest), ...

    Week 0 is the last day and the six before it. A week of which too few days are known is null.

    Args:
        use: Use by name and day (``USE``).
        owners: Which model each name belongs to.
        days: The days of which statistics are kept.
        models: How many models there are.
        count: How many weeks to return.
    """
    last = days[-1]
    seen = Counter((last - day) // 7 for day in days)
    query = (
        use.lazy()
        .filter(pl.col("day") > last - 7 * count)
        .with_columns(week=(last - pl.col("day")) // 7)
        .join(owners.lazy().select("name_id", "model_index"), on="name_id")
        .group_by("model_index", "name_id", "week")
        .agg(pl.col("usage_day").sum(), senseless=pl.col("usage_day").null_count().cast(pl.Int64))
        .group_by("model_index", "week")
        .agg(pl.col("usage_day").sum(), pl.col("senseless").max())
    )
    weeks = query.pivot(
        "week", range(count), index="model_index", values=["usage_day", "senseless"], aggregate_function="first"
    )
    index = pl.LazyFrame({"model_index": pl.int_range(models, dtype=pl.UInt32, eager=True)})
    joined = index.join(weeks, on="model_index", how="left", maintain_order="left")
    return collected(joined.select(_use_of_week(week, seen[week]) for week in range(count)))


def _use_of_week(week: int, days_seen: int) -> pl.Expr:
    known = days_seen - pl.col(f"senseless_{week}").fill_null(0)
    scaled = pl.col(f"usage_day_{week}").fill_null(0) * 7 / known
    return pl.when(known >= LEAST_DAYS).then(scaled).alias(f"use_week_{week}")


@dataclass(frozen=True, slots=True)
class KeptUse:
    """The use of API names as the database keeps it.

    Attributes:
        days: The days of which statistics are kept.
        use: Use by name and day (``USE``).
        ends_besides: First and last days of names that ``use`` does not tell (``ENDS``).
        checked: The counters of the names on :func:`checked_days`, which tell of the days that nobody looked at
            (``USAGE``).
        closed: The closed months (``CLOSED``).
    """

    days: Sequence[int]
    use: pl.DataFrame
    ends_besides: pl.DataFrame
    checked: pl.DataFrame
    closed: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CLOSED))


def usage_over_time(names: pl.Series, owners: pl.DataFrame, kept: KeptUse) -> UsageOverTime:
    """Return the use of models over time.

    Args:
        names: The models.
        owners: Which model each API name belongs to.
        kept: The use of the API names.
    """
    ends = ends_of_models(pl.concat([ends_of_names(kept.use), kept.ends_besides]), owners, names.len())
    weekly = weekly_use(kept.use, owners, kept.days, names.len(), YEAR_WEEKS)
    recent = recent_frame(ends, weekly)
    return UsageOverTime(
        RecentUse(recent, hashlib.sha256(recent.write_csv().encode()).hexdigest()),
        usage_years(names, ends, weekly, kept, owners),
        day_of_number(kept.days[-1]),
    )


def ends_of_names(use: pl.DataFrame) -> pl.DataFrame:
    """Return the days on which names were first seen and last used (``ENDS``)."""
    return use.group_by("name_id").agg(FIRST_AND_LAST)


FIRST_AND_LAST = (
    pl.col("day").min().alias("first_day"),
    pl.col("day").filter(pl.col("usage_day") > 0).max().alias("last_used_day"),
)
"""When names were first seen and last used, by their days of use."""


def ends_of_models(ends: pl.DataFrame, owners: pl.DataFrame, models: int) -> pl.DataFrame:
    """Return when each model was first seen and last used, as days; null where it never was."""
    index = pl.DataFrame({"model_index": pl.int_range(models, dtype=pl.UInt32, eager=True)})
    found = ends.join(owners, on="name_id").group_by("model_index").agg(
        pl.col("first_day").min(), pl.col("last_used_day").max()
    )  # fmt: skip
    return index.join(found, on="model_index", how="left", maintain_order="left").select(
        first_seen=pl.col("first_day").cast(pl.Date), last_used=pl.col("last_used_day").cast(pl.Date)
    )


def recent_frame(ends: pl.DataFrame, weekly: pl.DataFrame) -> pl.DataFrame:
    """Return the columns that a risk table takes from the past."""
    recent = pl.concat([ends, weekly.select(SHOWN_COLUMNS)], how="horizontal")
    return recent.match_to_schema(pl.Schema(RECENT_COLUMNS))


def usage_years(
    names: pl.Series, ends: pl.DataFrame, weekly: pl.DataFrame, kept: KeptUse, owners: pl.DataFrame
) -> dict[str, UsageYear]:
    """Return the use over time of each model, by name.

    Args:
        names: The models.
        ends: When each was first seen and last used.
        weekly: The use of each in the last ``YEAR_WEEKS`` weeks.
        kept: The use of the API names.
        owners: Which model each of them belongs to.
    """
    days = kept.days
    since, unseen = unseen_days(days, kept.closed)
    months = months_of_models(kept.checked, owners, checked_days(days), names.len())
    doubtful = last_doubtful_day(kept.use, owners, unseen, months)
    spans = [span for weeks in FALLING_WEEKS for span in _falling_spans(weeks)]
    recent, *lines = trends(weekly, [Span(), *spans])
    falling = [(7 * weeks, _surely_fell(*lines[3 * at : 3 * at + 3])) for at, weeks in enumerate(FALLING_WEEKS)]
    facts = pl.concat(
        [ends, weekly, pl.DataFrame([names.alias("name"), months[days[-1]].alias("month"), doubtful])],
        how="horizontal",
    ).select(
        "name",
        "month",
        known_from=pl.max_horizontal(pl.col("doubtful") + 1, pl.lit(since)),
        first_day=pl.col("first_seen").cast(pl.Int32),
        last_day=pl.col("last_used").cast(pl.Int32),
        falling=pl.max_horizontal(pl.lit(0), *(surely.cast(pl.Int64) * days_long for days_long, surely in falling)),
        rising=(recent["low"] > 0).fill_null(value=False),
        percent=recent["percent"],
        season=_month_use(SEASON),
        after_season=_month_use(AFTER_SEASON),
    )
    return {row["name"]: _usage_year(row, days) for row in facts.iter_rows(named=True)}


def _falling_spans(weeks: int) -> tuple[Span, Span, Span]:
    """Return the spans that tell whether use fell over some weeks: all of them, the older and the newer half."""
    columns = tuple(f"use_week_{week}" for week in range(weeks))
    older, newer = columns[weeks // 2 :], columns[: weeks // 2]
    return Span(columns, max(LEAST_WEEKS, weeks // 2)), Span(older, max(LEAST_WEEKS, len(older) // 2)), Span(newer)


def _surely_fell(whole: pl.DataFrame, older: pl.DataFrame, newer: pl.DataFrame) -> pl.Series:
    """Return whether use surely fell over a time, and over the older half of it by itself.

    So a fall of the last weeks is not taken for one of the whole year.
    """
    fell = (whole["high"] < 0) & (older["high"] < 0) & (newer["percent"] <= 0)
    return fell.fill_null(value=False)


def _month_use(weeks: tuple[int, int]) -> pl.Expr:
    """Return the mean use of some weeks, as requests in 30 days; null where none of them is known."""
    weekly = pl.mean_horizontal(f"use_week_{week}" for week in range(*weeks))
    return (weekly / 7 * MONTH_DAYS).round().cast(pl.Int64)


def _usage_year(row: dict[str, Any], days: Sequence[int]) -> UsageYear:
    first, last = row["first_day"], row["last_day"]
    ago = None if last is None else days[-1] - last
    return UsageYear(
        days_seen=len(days) if first is None else sum(day >= first for day in days),
        last_used=None if last is None else day_of_number(last),
        used_days_ago=MONTH_DAYS - 1 if (row["month"] or 0) > 0 and (ago is None or ago >= MONTH_DAYS) else ago,
        unused_days=_unused_days(ago, row["month"], days[-1] - row["known_from"] + 1),
        falling_days=row["falling"],
        rising=row["rising"],
        rising_percent=row["percent"],
        season_use=row["season"],
        after_season_use=row["after_season"],
    )


def _unused_days(ago: int | None, month: int | None, known: int) -> int | None:
    """Return the days without use up to the last one, at least.

    The month's counter covers the days that nobody looked at: above 0, there was use in the last 30 days, on whichever;
    at 0, there was none in them, however short the history is.

    Args:
        ago: Days since the last use that was seen; None where none was.
        month: The month's counter on the last day; None if unknown.
        known: Up to the last day, the days of which all use is known.
    """
    if month is None:
        return None
    if month > 0:
        return min(MONTH_DAYS - 1, known if ago is None else min(ago, known))
    return max(MONTH_DAYS, known) if ago is None else min(ago, max(MONTH_DAYS, known))
