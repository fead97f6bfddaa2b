"""The Horde's answers: rule 3."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

PERIODS = ("day", "month", "total")
SHARE_THAT_MAY_LACK = 20
"""A map that lacks more than one name in this many is partial."""


class Pairs(list[tuple[str, Any]]):
    """A JSON object with all its entries, those whose key stands twice included."""

    def values_of(self, key: str) -> list[Any]:
        """Return all values of a key."""
        return [value for name, value in self if name == key]


def read_json(body: bytes) -> Any:
    """Read JSON with all entries of each object; a number of too many digits is no number."""
    return json.loads(body, object_pairs_hook=Pairs, parse_int=_integer)


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) < 19 else None


def is_count(value: Any) -> bool:
    """Tell whether a value is a number of things: whole, not negative, no boolean."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


@dataclass
class Usage:
    """Requests by API name and period.

    Attributes:
        known: Whether the period is known for the category.
        figures: The figures by period and name; None where unknown.
        names: All names that the statistics carry.
        skipped: Number of entries that make no sense.
    """

    known: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(PERIODS, False))
    figures: dict[str, dict[str, int | None]] = field(default_factory=lambda: {period: {} for period in PERIODS})
    names: tuple[str, ...] = ()
    skipped: int = 0

    def of(self, name: str, period: str) -> int | None:
        """Return a name's figure; 0 for a name that the statistics do not carry."""
        if not self.known[period]:
            return None
        return self.figures[period].get(name) if name in self.names else 0


def read_usage(body: bytes) -> Usage:
    """Read the statistics of a type of models."""
    answer = read_json(body)
    maps = {period: answer.values_of(period) if isinstance(answer, Pairs) else [] for period in PERIODS}
    usage = Usage()
    if any(len(found) != 1 or not isinstance(found[0], Pairs) for found in maps.values()):
        return usage
    usage.skipped += sum(not name for found in maps.values() for name, _ in found[0])
    entries = {period: [pair for pair in found[0] if pair[0]] for period, found in maps.items()}
    usage.names = tuple(sorted({name for pairs in entries.values() for name, _ in pairs}))
    for period, pairs in entries.items():
        given = Counter(name for name, _ in pairs)
        sensible = {name: value for name, value in pairs if is_count(value)}
        usage.skipped += sum(not is_count(value) for _, value in pairs)
        usage.figures[period] = {name: sensible.get(name) if given[name] == 1 else None for name in usage.names}
        lacking = [name for name in usage.names if given[name] == 0]
        usage.known[period] = bool(usage.names) and len(lacking) * SHARE_THAT_MAY_LACK <= len(usage.names)
    for name in usage.names:
        day, month = usage.figures["day"][name], usage.figures["month"][name]
        if day is not None and month is not None and day > month:
            usage.figures["day"][name] = usage.figures["month"][name] = None
    for period, figures in usage.figures.items():
        usage.known[period] &= any(figure is not None for figure in figures.values())
    return usage


@dataclass
class Workers:
    """Threads, queue and speed by API name.

    Attributes:
        known: Whether an entry is whole: a masked list has none.
        threads, jobs: By API name; None where unknown. performance: by API name, where there is a sample.
        names: All names that the answer carries.
        skipped: Number of entries that make no sense.
    """

    known: bool = False
    threads: dict[str, int | None] = field(default_factory=dict)
    jobs: dict[str, int | None] = field(default_factory=dict)
    performance: dict[str, float | None] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    skipped: int = 0


def read_workers(body: bytes) -> Workers:
    """Read the status of a type of models."""
    answer = read_json(body)
    entries = [dict(entry) for entry in answer if isinstance(entry, Pairs)] if isinstance(answer, list) else []
    named = [entry for entry in entries if isinstance(entry.get("name"), str) and entry["name"]]
    given = Counter(entry["name"] for entry in named)
    workers = Workers(names=tuple(sorted(given)), skipped=len(entries) - len(named))
    for entry in named:
        _add(workers, entry if given[entry["name"]] == 1 else {"name": entry["name"]})
    return workers


def _add(workers: Workers, entry: dict[str, Any]) -> None:
    name, count, jobs, speed = (entry.get(key) for key in ("name", "count", "jobs", "performance"))
    waiting = int(jobs) if isinstance(jobs, float) and jobs.is_integer() else jobs
    measured = float(speed) if isinstance(speed, int | float) and not isinstance(speed, bool) else -1.0
    whole = is_count(count) and is_count(waiting) and measured >= 0
    workers.threads[str(name)] = count if is_count(count) else None
    workers.jobs[str(name)] = waiting if is_count(waiting) else None
    workers.performance[str(name)] = measured if measured > 0 else None
    workers.known |= whole
    workers.skipped += not whole


def union(names: Iterable[Iterable[str]]) -> list[str]:
    """Return all names, sorted."""
    return sorted({name for some in names for name in some})
