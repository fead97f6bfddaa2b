"""Days as the history counts them: whole days since 1970-01-01, in UTC; and months since then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

COMPILED_AT = timedelta(hours=1)
"""When the Horde compiles its statistics, after midnight UTC."""

HORDE_BEGAN = datetime(2022, 1, 1, tzinfo=UTC)
"""No answer is older: the Horde began in the autumn of 2022, and the months before leave room for doubt."""

CLOCK_SKEW = timedelta(hours=1)
"""How far ahead another machine's clock may be before its present is our future."""

_EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Return the days between 1970-01-01 and a day."""
    return (day - _EPOCH).days


def day_of_number(number: int) -> date:
    """Return the day of a number."""
    return _EPOCH + timedelta(days=number)


def month_number(day: int) -> int:
    """Return the months between January 1970 and a day, by its number."""
    found = day_of_number(day)
    return 12 * (found.year - _EPOCH.year) + found.month - 1


def first_day_of_month(month: int) -> int:
    """Return the number of a month's first day."""
    return day_number(date(_EPOCH.year + month // 12, month % 12 + 1, 1))


def day_described(seen_at: datetime) -> int:
    """Return the day that statistics seen at a moment describe, by its number.

    They are compiled at 01:00 UTC for the 24 hours before: nearly all of the day before.
    """
    return day_number((seen_at.astimezone(UTC) - COMPILED_AT).date()) - 1


def day_of(seen_at: datetime) -> int:
    """Return the UTC day of a moment, by its number."""
    return day_number(seen_at.astimezone(UTC).date())


def latest_moment(now: datetime) -> datetime:
    """Return the moment after which nothing can have been seen by now."""
    return now + CLOCK_SKEW


def possible_days(now: datetime) -> tuple[int, int]:
    """Return the first and the last day of which anything can have been seen by now, by their numbers."""
    return day_described(HORDE_BEGAN), day_of(latest_moment(now))
