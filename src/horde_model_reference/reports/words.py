"""Figures and verdicts in words, as every report for people shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from horde_model_reference.analytics.detail_schema import LinkInfo
from horde_model_reference.analytics.flags import FLAGS, Flag
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_schema import (
    CategoryDeletionRiskResponse,
    DataAsOfInfo,
    ModelDeletionRiskInfo,
    PeriodAttribution,
)
from horde_model_reference.catalogue.links import LinkKind, LinkSource

UNKNOWN = "?"
MOST_NAMES = 5
"""How many names a list in words has."""


def count(value: int | None) -> str:
    """Return a count with thousands separated, or ``?`` where it is unknown."""
    return UNKNOWN if value is None else f"{value:,}"


def plain(value: object) -> str:
    """Return a value as it is: numbers with thousands separated, yes or no; ``?`` where it is unknown."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def counted(value: int | None, noun: str) -> str:
    """Return a count with its noun: ``1 request``, ``12 requests``, ``? requests``."""
    return f"{count(value)} {noun}{'' if value == 1 else 's'}"


def month_use(row: ModelDeletionRiskInfo) -> str:
    """Format a row's month usage, with its possible usage: ``12``, ``12 (+1,320)``."""
    used, possible = row.usage_month, row.possible_usage_month
    return count(used) if used is None or possible == 0 else f"{count(used)} (+{count(possible)})"


def possible_use(month: int | None) -> str:
    """Return a line on use that could be a model's; empty where there is none."""
    if month == 0:
        return ""
    return f"{counted(month, 'request')} in 30 days under names of no model that could be its: never counted as use\n"


def share(value: float | None) -> str:
    """Return a percentage: ``12.3%``, ``0.004%``; ``?`` where it is unknown."""
    if value is None:
        return UNKNOWN
    return f"{value:.1f}%" if value >= 0.1 or value == 0 else f"{value:.2g}%"


def size(value: float | None) -> str:
    """Return a size in GiB without its unit, or ``?`` where it is unknown."""
    return UNKNOWN if value is None else f"{value:,.1f}"


_SCALES = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K"), (1, ""))


def weights(value: float | None) -> str:
    """Return a number of weights: ``7.2B``, ``350M``; ``?`` where it is unknown."""
    if value is None:
        return UNKNOWN
    scale, letter = next((found for found in _SCALES if value >= found[0]), _SCALES[-1])
    return f"{f'{value / scale:,.1f}'.removesuffix('.0')}{letter}"


def use(month: int | None, total: int | None) -> str:
    """Return how often a model was used, lately and ever: ``used 583,676 times, not in the last 30 days``.

    Args:
        month: Its month usage.
        total: Its total usage, which trails; the larger of both counts.
    """
    if month is None or total is None:
        return "its use is unknown"
    ever = max(month, total)
    if not ever:
        return "never used"
    lately = f"{month:,} of them in the last 30 days" if month else "not in the last 30 days"
    return f"used {counted(ever, 'time')}, {lately}"


def last_use(day: date | None, ever: int | None) -> str:
    """Return when something was last used; empty where that is not known.

    Args:
        day: The last day on which a history saw use; None where it saw none, which alone does not say that there was
            none: there may be a time before it, and gaps in it.
        ever: How often it was ever used; None where that is unknown.
    """
    if day is not None:
        return f"last used on {day}"
    if ever is None:
        return ""
    if ever == 0:
        return "never seen in use"
    return f"last used before its history begins, or in a gap of it ({counted(ever, 'request')} ever)"


_LINKS = {LinkKind.HUGGING_FACE: "Hugging Face", LinkKind.CIVITAI: "Civitai"}


def link_label(link: LinkInfo) -> str:
    """Return the words for a link; those of an unknown site and of a file name its host."""
    site = _LINKS.get(link.kind) or f"{link.kind.value} on {urlsplit(link.url).hostname}"
    return site if link.source is LinkSource.RECORD else f"{site}, by its {link.source.value}"


def first_names(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """Return the first of some names, with the number of the others: ``a, b and 7 more``; ``none``."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}" or "none"


def telling_flags(row: ModelDeletionRiskInfo) -> list[Flag]:
    """Return the set flags without those that another one implies."""
    return telling([flag for flag in FLAGS if getattr(row.deletion_risk_flags, flag.name)])


def telling(flags: Sequence[Flag]) -> list[Flag]:
    """Return flags without those that another one of them implies."""
    implied = {name for flag in flags for name in flag.implies}
    return [flag for flag in flags if flag.name not in implied]


def flags(row: ModelDeletionRiskInfo) -> str:
    """Return the set flags in words, without those that another one implies."""
    return ", ".join(flag.words for flag in telling_flags(row))


def members(row: ModelDeletionRiskInfo) -> str:
    """Return how many members a family has, and how many of them are critical though it is not."""
    critical = 0 if row.is_critical else (row.members_by_level or {}).get(RiskLevel.CRITICAL, 0)
    return f"{len(row.members or ())}{f', {critical} critical' if critical else ''}"


def summary(answer: CategoryDeletionRiskResponse) -> str:
    """Return the counts of an answer in one line."""
    counts = answer.summary
    levels = ", ".join(f"{number} {level.value}" for level, number in counts.models_by_level.items() if number)
    return (
        f"{_rows(answer)}, {counts.models_at_risk:,} at risk"
        f"{f' ({levels})' if levels else ''}; month usage {count(counts.category_total_month_usage)} "
        f"of {count(answer.category_total_month_usage)}."
    )


def _rows(answer: CategoryDeletionRiskResponse) -> str:
    rows, models = answer.summary.total_models, answer.category_model_count
    grouped = any(row.members is not None for row in answer.models)
    return f"{rows:,} families of {models:,} models" if grouped else f"{rows:,} of {models:,} models"


def attribution(period: PeriodAttribution) -> str:
    """Return where a period's requests went in one line."""
    if period.reported is None:
        return "The Horde reports no usage figures just now."
    return (
        f"Of {count(period.reported)} requests reported this month, {count(period.attributed)} belong to a model, "
        f"{count(period.ambiguous)} could belong to several, {count(period.unattributed)} to none."
    )


def age(data: DataAsOfInfo, now: datetime) -> str:
    """Return how old the data is in one line."""
    asked = _ago(now - min(data.status_fetched_at, data.stats_fetched_at))
    modified = data.catalogue_modified_at
    changed = f"catalogue of {modified.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if modified else "catalogue of unknown date"
    stale = "; the Horde has failed since" if data.stale else ""
    return f"Horde asked {asked}{stale}; {changed}, revision {data.catalogue_revision[:10]}."


def _ago(passed: timedelta) -> str:
    seconds = max(0, round(passed.total_seconds()))
    for unit, length in (("hour", 3600), ("minute", 60)):
        if seconds >= length:
            number = seconds // length
            return f"{number} {unit}{'s' if number > 1 else ''} ago"
    return "just now" if seconds < 5 else f"{seconds} seconds ago"
