"""The Horde's answers as columns, read as leniently as ``docs/figures.md`` says.

Names are compared as the Horde sends them. An entry that makes no sense is counted; where its name can be read, its
figures become null, so that nobody mistakes them for zeros. An answer without figures is *unknown*, which is not the
same as "nothing was used" (rule 3).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import polars as pl

from horde_model_reference.categories import HordeModelType
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import HordeAPIError

MAX_FIGURE = 10**12
"""The largest figure that is believed; sums of millions of such figures still fit in 64 bits."""

PERIODS = ("day", "month", "total")
"""The three maps of a statistics answer: 24 hours, 30 days, all time."""

STATS_SCHEMA: dict[str, type[pl.DataType]] = {"api_name": pl.String} | {f"usage_{p}": pl.Int64 for p in PERIODS}
STATUS_SCHEMA: dict[str, type[pl.DataType]] = {
    "api_name": pl.String,
    "worker_count": pl.Int64,
    "queued_jobs": pl.Int64,
    "performance": pl.Float64,
}
STATUS_FIELDS: dict[str, str] = {"worker_count": "count", "queued_jobs": "jobs", "performance": "performance"}
"""Our columns and the Horde's fields; ``count`` is a sum of worker threads."""


@dataclass(frozen=True)
class Payload:
    """One route's answer as columns, sorted by name.

    Attributes:
        frame: Columns of ``STATS_SCHEMA`` or ``STATUS_SCHEMA``; figures are null where an entry made no sense.
        known: False where the answer carries no figures at all.
        skipped: How many entries made no sense.
    """

    frame: pl.DataFrame
    known: bool
    skipped: int = 0

    @cached_property
    def digest(self) -> str:
        """A hash of the content; good for telling reports of one process apart."""
        return f"{self.frame.hash_rows(seed=0).sum()}/{self.frame.height}/{self.known}/{self.skipped}"


@dataclass(frozen=True, slots=True)
class HordeRoute:
    """One question to the Horde: its path below ``v2/`` and its parameters."""

    path: str
    params: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Return the route as messages show it: path and parameters."""
        query = "&".join(f"{name}={value}" for name, value in self.params)
        return f"{self.path}?{query}" if query else self.path


@dataclass(frozen=True, slots=True)
class PayloadKind:
    """One of the things we ask: the route, how to read its answer, and what to say when it has no figures."""

    route: HordeRoute
    schema: Mapping[str, type[pl.DataType]]
    parse: Callable[[Any], Payload]
    unknown: DataWarning


@dataclass(frozen=True, slots=True)
class HeldPayload:
    """A report with its fetch time, and the failure of the newest attempt to replace it."""

    report: Payload
    fetched_at: datetime
    failure: str | None = None

    def to_json(self) -> bytes:
        """Return the report and its fetch time for another process."""
        return json.dumps(
            {
                "fetched_at": self.fetched_at.isoformat(),
                "known": self.report.known,
                "skipped": self.report.skipped,
                "columns": self.report.frame.to_dict(as_series=False),
            }
        ).encode()

    @classmethod
    def from_json(cls, text: bytes | str, kind: PayloadKind) -> HeldPayload:
        """Read what :meth:`to_json` wrote.

        Raises:
            ValueError, KeyError, TypeError: It is something else.
        """
        raw = json.loads(text)
        frame = pl.DataFrame(raw["columns"], schema=kind.schema)
        return cls(Payload(frame, raw["known"], raw["skipped"]), datetime.fromisoformat(raw["fetched_at"]))


@dataclass(frozen=True)
class Observation:
    """What the Horde said of one type of model.

    Attributes:
        model_type: Which type.
        status: Workers and queue by API name.
        stats: Usage by API name.
        other_type_names: Names that the other type's status lists (rule 7); empty where they do not matter.
        status_fetched_at: When the status was fetched: the older one of both types'.
        stats_fetched_at: When the statistics were fetched.
        stale: The newest attempt to refresh a part of it failed.
        warnings: What a reader should know of it.
    """

    model_type: HordeModelType
    status: Payload
    stats: Payload
    other_type_names: frozenset[str]
    status_fetched_at: datetime
    stats_fetched_at: datetime
    stale: bool = False
    warnings: tuple[DataWarning, ...] = ()

    @property
    def fetched_at(self) -> datetime:
        """When the oldest part was fetched."""
        return min(self.status_fetched_at, self.stats_fetched_at)

    def fingerprint(self) -> str:
        """Return a hash of all that an answer may show of this observation."""
        parts = (
            self.status.digest,
            self.stats.digest,
            *sorted(self.other_type_names),
            self.status_fetched_at.isoformat(),
            self.stats_fetched_at.isoformat(),
            str(self.stale),
            repr(self.warnings),
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def parse_stats(raw: Any) -> Payload:
    """Read ``stats/img/models`` or ``stats/text/models``.

    Raises:
        HordeAPIError: The answer is no JSON object.
    """
    if not isinstance(raw, dict):
        raise HordeAPIError(f"sent a JSON {type(raw).__name__} instead of an object")
    maps: dict[str, dict[str, Any]] = {period: raw[period] for period in PERIODS if isinstance(raw.get(period), dict)}
    if len(maps) < len(PERIODS):
        return Payload(pl.DataFrame(schema=STATS_SCHEMA), known=False)
    names = {name for found in maps.values() for name in found}
    readable = sorted(filter(_is_text, names))
    rows = [_all_or_none([_figure(found.get(name, 0)) for found in maps.values()]) for name in readable]
    columns = {f"usage_{period}": [row[at] for row in rows] for at, period in enumerate(maps)}
    return _report({"api_name": readable} | columns, STATS_SCHEMA, len(names) - len(readable))


def _all_or_none(figures: list[int | None]) -> list[int | None]:
    """An entry with one senseless figure is a senseless entry."""
    return [None] * len(figures) if None in figures else figures


def parse_status(raw: Any) -> Payload:
    """Read ``status/models``.

    Raises:
        HordeAPIError: The answer is no JSON list.
    """
    if not isinstance(raw, list):
        raise HordeAPIError(f"sent a JSON {type(raw).__name__} instead of a list")
    entries = [entry for entry in raw if isinstance(entry, dict) and _is_text(entry.get("name"))]
    masked = any(all(field not in entry for entry in entries) for field in STATUS_FIELDS.values())
    if masked:
        return Payload(pl.DataFrame(schema=STATUS_SCHEMA), known=False, skipped=len(raw) - len(entries))
    listed = Counter(entry["name"] for entry in entries)
    rows = {entry["name"]: _status_row(entry) for entry in entries}
    # Of a name listed twice nobody can say which entry holds, so neither does.
    rows |= {name: (None, None, None) for name, times in listed.items() if times > 1}
    names = sorted(rows)
    columns = {column: [rows[name][at] for name in names] for at, column in enumerate(STATUS_FIELDS)}
    return _report({"api_name": names} | columns, STATUS_SCHEMA, len(raw) - len(entries))


def _status_row(entry: Mapping[str, Any]) -> tuple[int | None, int | None, float | None]:
    return _figure(entry.get("count")), _figure(entry.get("jobs")), _speed(entry.get("performance"))


def _report(columns: Mapping[str, list[Any]], schema: Mapping[str, type[pl.DataType]], unreadable: int) -> Payload:
    frame = pl.DataFrame(columns, schema=schema)
    senseless = frame.filter(pl.any_horizontal(pl.all().is_null())).height
    known = frame.height > senseless
    if not known:  # No entry is whole; what is left of them is not to be gone by either.
        frame = frame.with_columns(pl.lit(None, schema[column]).alias(column) for column in frame.columns[1:])
    return Payload(frame, known=known, skipped=unreadable + senseless)


def _is_text(name: object) -> bool:
    """A name that can be written out again: a lone surrogate is valid JSON but no Unicode text."""
    return isinstance(name, str) and name != "" and not _SURROGATES.search(name)


_SURROGATES = re.compile("[\ud800-\udfff]")


def _speed(value: object) -> float | None:
    """A speed: any number from 0 to ``MAX_FIGURE``; 0 means that there was no sample."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_FIGURE:
        return None
    return float(value)


def _figure(value: object) -> int | None:
    """A count: a whole number from 0 to ``MAX_FIGURE``; some of the Horde's counts arrive as ``1.0``."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_FIGURE:
        return None
    return int(value) if value == int(value) else None
