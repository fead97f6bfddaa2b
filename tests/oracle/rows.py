"""Rows, summary and sums of attribution: section 4 and rules 1 to 9 of section 5."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

from tests.oracle.catalogues import Catalogue, Model
from tests.oracle.families import families
from tests.oracle.names import Aliases, Directory, Place, attribute
from tests.oracle.possible_use import possible_models
from tests.oracle.reports import PERIODS, Usage, Workers, union

LEVELS = ("none", "low", "medium", "high", "critical")
SEVERITIES = {
    "zero_usage_day": "low",
    "zero_usage_month": "high",
    "zero_usage_total": "high",
    "no_active_workers": "medium",
    "has_multiple_hosts": "low",
    "has_non_preferred_host": "low",
    "has_unknown_host": "medium",
    "no_download_urls": "high",
    "missing_description": "low",
    "missing_baseline": "low",
    "low_usage": "medium",
}
HOST_FLAGS = ("has_multiple_hosts", "has_non_preferred_host", "has_unknown_host", "no_download_urls")
RECORD_FLAGS = (*HOST_FLAGS, "missing_description", "missing_baseline")
GIB = 2**30


@dataclass(frozen=True)
class Thresholds:
    """The numbers that the flags compare with, by default those of the specification."""

    image_low_usage: Fraction = Fraction("0.0065")
    text_low_usage: Fraction = Fraction("0.02")
    text_critical_usage: int = 10
    text_critical_workers: int = 1
    text_ignores_hosts: bool = True
    preferred_hosts: tuple[str, ...] = ("huggingface.co",)


@dataclass(frozen=True)
class Rounded:
    """An exact value that is shown with some decimals; ties may be rounded either way."""

    exact: Fraction
    decimals: int

    def matches(self, shown: object) -> bool:
        """Tell whether a number is this value, rounded."""
        if not isinstance(shown, int | float) or isinstance(shown, bool) or str(shown) == "-0.0":
            return False
        unit = Fraction(1, 10**self.decimals)
        nearest = round(Fraction(shown) / unit) * unit
        return float(nearest) == shown and abs(nearest - self.exact) <= unit / 2 + abs(self.exact) / 2**48


@dataclass(frozen=True)
class Near:
    """An exact value that is shown as the nearest floating-point number, or one close to it."""

    exact: Fraction

    def matches(self, shown: object) -> bool:
        """Tell whether a number is this value within the precision of floating point."""
        return isinstance(shown, float | int) and abs(Fraction(shown) - self.exact) <= abs(self.exact) / 10**12


@dataclass(frozen=True)
class Facts:
    """All that a table is computed from.

    Attributes:
        other_names: Names in the status of the other type; None where it tells nothing.
        places: Where each API name went.
        possible: The models that each API name which went nowhere could well mean.
        month_total: The category's attributed month usage.
    """

    is_text: bool
    catalogue: Catalogue
    usage: Usage
    workers: Workers
    other_names: frozenset[str] | None
    aliases: Aliases
    thresholds: Thresholds
    places: Mapping[str, Place]
    possible: Mapping[str, list[str]]
    month_total: int | None


def gather(
    *,
    is_text: bool,
    catalogue: Catalogue,
    usage: Usage,
    workers: Workers,
    other_names: Iterable[str] | None,
    aliases: Aliases,
    thresholds: Thresholds,
) -> Facts:
    """Attribute every API name, and add the facts up."""
    directory = Directory(catalogue.models)
    places = {
        name: attribute(name, directory, is_text, aliases) for name in union([usage.names, workers.threads.keys()])
    }
    month = attribution_sums(places, usage)["month"]["attributed"]
    named = catalogue.models if is_text else ()  # image names are no words (rule 2)
    possible = {name: possible_models(name, place, named) for name, place in places.items()}
    other = None if other_names is None else frozenset(other_names)
    return Facts(is_text, catalogue, usage, workers, other, aliases, thresholds, places, possible, month)


def attribution_sums(places: Mapping[str, Place], usage: Usage) -> dict[str, dict[str, int | None]]:
    """Return for each period how many requests went where; unknown figures are left out, unknown periods null."""
    return {period: _sums(places, usage, period) for period in PERIODS}


def _sums(places: Mapping[str, Place], usage: Usage, period: str) -> dict[str, int | None]:
    states = ("attributed", "ambiguous", "unattributed")
    if not usage.known[period]:
        return dict.fromkeys(("reported", *states))
    counts: dict[str, int | None] = {
        state: sum(usage.of(name, period) or 0 for name in usage.names if places[name].state == state)
        for state in states
    }
    return {"reported": sum(usage.of(name, period) or 0 for name in usage.names), **counts}


def added(values: Iterable[Any]) -> Any:
    """Return a sum that is unknown when one of its parts is."""
    found = list(values)
    return None if None in found else sum(found)


def known_sum(values: Iterable[int | None]) -> int | None:
    """Return the sum of those that are known; null where there are values and none is known."""
    found = list(values)
    known = [value for value in found if value is not None]
    return sum(known) if known or not found else None


def host_of(address: str) -> str | None:
    """Return the host of an address: lower case, A-label; None without http(s) scheme or host."""
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").rstrip(".")
        encoded = host.encode("idna").decode("ascii").lower() if not host.isascii() else host.lower()
    except ValueError:
        return None
    return encoded if parts.scheme in ("http", "https") and encoded else None


def is_preferred(host: str, preferred: Iterable[str]) -> bool:
    """Tell whether a host is a preferred one or a subdomain of it."""
    return any(host == other or host.endswith("." + other) for other in preferred)


def record_facts(model: Model, facts: Facts) -> dict[str, Any]:
    """Return the columns and flags that depend on the record alone."""
    hosts = [host_of(address) for address in model.addresses]
    usable = sorted({host for host in hosts if host is not None})
    flags = {
        "has_multiple_hosts": len(usable) > 1,
        "has_non_preferred_host": any(not is_preferred(host, facts.thresholds.preferred_hosts) for host in usable),
        "has_unknown_host": None in hosts,
        "no_download_urls": not usable,
        "missing_description": not model.has_description,
        "missing_baseline": model.baseline is None,
    }
    if facts.is_text and facts.thresholds.text_ignores_hosts:
        flags |= dict.fromkeys(HOST_FLAGS, False)
    return {
        "record_flags": flags,
        "bytes": model.size,
        "parameters": model.parameters,
        "baseline": model.baseline,
        "nsfw": model.nsfw,
        "has_description": model.has_description,
        "download_count": len(model.addresses),
        "download_hosts": usable,
    }


def api_names(model: str, facts: Facts) -> list[str]:
    """Return the API names that are attributed to a model."""
    return sorted(name for name, place in facts.places.items() if place.model == model)


def measures(names: Sequence[str], facts: Facts, workers_known: bool) -> dict[str, Any]:
    """Return the sums of API names' figures."""
    known = workers_known and facts.workers.known
    return {
        **{f"usage_{period}": added(facts.usage.of(name, period) for name in names) for period in PERIODS},
        **{period: facts.usage.known[period] for period in PERIODS},
        "worker_count": added(facts.workers.threads.get(name, 0) for name in names) if known else None,
        "queued_jobs": added(facts.workers.jobs.get(name, 0) for name in names) if known else None,
    } | {f"usage_{period}": None for period in PERIODS if not facts.usage.known[period]}


def possible_month(models: Iterable[str], facts: Facts) -> int | None:
    """Return the month use under names that could well be one of these models'; each name counts once."""
    if not facts.usage.known["month"]:
        return None
    names = [name for name, found in facts.possible.items() if {*models} & {*found}]
    total: int | None = added(facts.usage.of(name, "month") for name in names)
    return total


def figures(name: str, record: Mapping[str, Any], sums: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    """Return the row of a model or family, from its record's facts and its sums."""
    day, month, total = (sums[f"usage_{period}"] for period in PERIODS)
    workers = sums["worker_count"]
    flags = _usage_flags(day, month, total, workers, facts) | record["record_flags"]
    critical = _is_critical(month, workers, facts)
    levels = [SEVERITIES[flag] for flag, is_set in flags.items() if is_set] + ["none"]
    size = None if record["bytes"] is None else Fraction(record["bytes"], GIB)
    return {
        "name": name,
        "category": "text_generation" if facts.is_text else "image_generation",
        "deletion_risk_flags": flags,
        "at_risk": any(flags.values()),
        "risk_score": sum(flags.values()),
        "risk_level": "critical" if critical else max(levels, key=LEVELS.index),
        "usage_day": day,
        "usage_month": month,
        "usage_total": total,
        "usage_hour": None,
        "usage_minute": None,
        "usage_known": None not in (day, month, total),
        "workers_known": workers is not None,
        "worker_count": workers,
        "queued_jobs": sums["queued_jobs"],
        "usage_percentage_of_category": _percentage(month, facts.month_total),
        "usage_trend": _trend(day, month, total),
        "size_gb": None if size is None else Rounded(size, 2),
        "parameters": record["parameters"],
        "cost_benefit_score": Rounded(month / size, 2) if size and month is not None else None,
        "baseline": record["baseline"],
        "nsfw": record["nsfw"],
        "has_description": record["has_description"],
        "download_count": record["download_count"],
        "download_hosts": record["download_hosts"],
        "is_critical": critical,
        "has_warning": any(flags[flag] for flag in HOST_FLAGS),
    }


def _usage_flags(day: Any, month: Any, total: Any, workers: Any, facts: Facts) -> dict[str, bool]:
    threshold = facts.thresholds.text_low_usage if facts.is_text else facts.thresholds.image_low_usage
    whole = facts.month_total
    return {
        "zero_usage_day": day == 0,
        "zero_usage_month": month == 0,
        "zero_usage_total": (day, month, total) == (0, 0, 0),
        "no_active_workers": workers == 0,
        "low_usage": month is not None and bool(whole) and Fraction(100 * month, whole or 1) < threshold,
    }


def _is_critical(month: int | None, workers: int | None, facts: Facts) -> bool:
    if month is None or workers is None:
        return False
    if facts.is_text:
        return month < facts.thresholds.text_critical_usage and workers < facts.thresholds.text_critical_workers
    return month == 0 and workers == 0


def _percentage(month: int | None, whole: int | None) -> Rounded | None:
    if month is None or whole is None:
        return None
    return Rounded(Fraction(100 * month, whole) if whole else Fraction(0), 4)


def _trend(day: int | None, month: int | None, total: int | None) -> dict[str, Near | None]:
    by_month = Near(Fraction(day, month)) if day is not None and month else None
    by_total = Near(Fraction(month, total)) if month is not None and total and total >= month else None
    return {"day_to_month_ratio": by_month, "month_to_total_ratio": by_total}


def model_rows(facts: Facts) -> list[dict[str, Any]]:
    """Return one row per model."""
    return [
        figures(name, record_facts(model, facts), measures(api_names(name, facts), facts, _known(name, facts)), facts)
        | {
            "possible_usage_month": possible_month([name], facts),
            "members": None,
            "members_by_level": None,
            "backend_variations": variations(name, facts) if facts.is_text else None,
        }
        for name, model in sorted(facts.catalogue.models.items())
    ]


def _known(model: str, facts: Facts) -> bool:
    """Tell whether a model's workers can be known: no worker of the other type hides them, or could (rule 7)."""
    if facts.other_names is None:
        return model in facts.workers.names
    return facts.is_text or model not in facts.other_names


def variations(model: str, facts: Facts) -> list[dict[str, Any]]:
    """Return a model's figures by backend."""
    by_backend: dict[str, list[str]] = {}
    for name in api_names(model, facts):
        by_backend.setdefault(facts.places[name].backend, []).append(name)
    return [_variation(backend, names, facts) for backend, names in sorted(by_backend.items())]


def _variation(backend: str, names: list[str], facts: Facts) -> dict[str, Any]:
    sums = measures(names, facts, workers_known=True)
    return {
        "backend": backend,
        "variant_name": min(names, key=lambda name: (-_known_or_less(facts.usage.of(name, "month")), name)),
        "variant_names": names,
        "worker_count": sums["worker_count"],
        "performance": _performance(names, facts) if sums["worker_count"] is not None else None,
        **{f"usage_{period}": sums[f"usage_{period}"] for period in PERIODS},
    }


def _known_or_less(figure: int | None) -> int:
    """Return a figure for ordering: what is unknown comes after a known 0."""
    return -1 if figure is None else figure


def _performance(names: Iterable[str], facts: Facts) -> Near | None:
    samples = [(facts.workers.performance.get(name), facts.workers.threads.get(name)) for name in names]
    sampled = [(Fraction(speed), threads) for speed, threads in samples if speed and threads]
    weight = sum(threads for _, threads in sampled)
    return Near(sum((speed * threads for speed, threads in sampled), Fraction(0)) / weight) if weight else None


def family_rows(facts: Facts, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one row per family of text models."""
    of_model = {row["name"]: row for row in rows}
    found = families(of_model, facts.aliases.families)
    return [_family(name, members, [of_model[member] for member in members], facts) for name, members in found.items()]


def _family(name: str, members: list[str], rows: list[Mapping[str, Any]], facts: Facts) -> dict[str, Any]:
    records = [record_facts(facts.catalogue.models[member], facts) for member in members]
    sums = {
        key: added(row[key] for row in rows)
        for key in (*(f"usage_{period}" for period in PERIODS), "worker_count", "queued_jobs")
    }
    levels = Counter(row["risk_level"] for row in rows)
    return figures(name, _common(records), sums, facts) | {
        "possible_usage_month": possible_month(members, facts),
        "members": members,
        "members_by_level": {level: levels[level] for level in LEVELS},
        "backend_variations": None,
    }


def _common(records: list[dict[str, Any]]) -> dict[str, Any]:
    baselines, nsfw = {record["baseline"] for record in records}, [record["nsfw"] for record in records]
    sizes = [record["parameters"] for record in records]
    return {
        "record_flags": {flag: any(record["record_flags"][flag] for record in records) for flag in RECORD_FLAGS},
        "bytes": added(record["bytes"] for record in records),
        "parameters": None if None in sizes else max(sizes),
        "baseline": baselines.pop() if len(baselines) == 1 else None,
        "nsfw": True if True in nsfw else None if None in nsfw else False,
        "has_description": all(record["has_description"] for record in records),
        "download_count": sum(record["download_count"] for record in records),
        "download_hosts": union(record["download_hosts"] for record in records),
    }


COUNTED: dict[str, Callable[[Mapping[str, Any]], bool | None]] = {
    "models_at_risk": lambda row: row["at_risk"],
    "models_critical": lambda row: row["is_critical"],
    "models_with_warnings": lambda row: row["has_warning"],
    "models_with_zero_day_usage": lambda row: _or_unknown(row, "zero_usage_day", "usage_day"),
    "models_with_zero_month_usage": lambda row: _or_unknown(row, "zero_usage_month", "usage_month"),
    "models_with_zero_total_usage": lambda row: _or_unknown(row, "zero_usage_total", "usage_total"),
    "models_with_no_active_workers": lambda row: _or_unknown(row, "no_active_workers", "worker_count"),
    "models_with_no_downloads": lambda row: row["deletion_risk_flags"]["no_download_urls"],
    "models_with_non_preferred_hosts": lambda row: row["deletion_risk_flags"]["has_non_preferred_host"],
    "models_with_multiple_hosts": lambda row: row["deletion_risk_flags"]["has_multiple_hosts"],
    "models_with_low_usage": lambda row: _or_unknown(row, "low_usage", "usage_month"),
}


def _or_unknown(row: Mapping[str, Any], flag: str, figure: str) -> bool | None:
    return None if row[figure] is None else row["deletion_risk_flags"][flag]


def summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the counts over rows."""
    scores = [row["risk_score"] for row in rows]
    levels = Counter(row["risk_level"] for row in rows)
    return {
        "total_models": len(rows),
        **{name: known_sum(counts(row) for row in rows) for name, counts in COUNTED.items()},
        "average_risk_score": Rounded(Fraction(sum(scores), len(scores)) if scores else Fraction(0), 2),
        "category_total_month_usage": known_sum(row["usage_month"] for row in rows),
        "models_by_level": {level: levels[level] for level in LEVELS},
    }
