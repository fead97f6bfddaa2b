"""The Horde's answers as columns, read as leniently as ``docs/figures.md`` says.

Names are compared as the Horde sends them. An entry that makes no sense is counted; where its name can be read, its
figure becomes null, so that nobody mistakes it for a zero. A period of which an answer has no whole map is *unknown*,
which is not the same as "nothing was used" (rule 3).
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import polars as pl

from horde_model_reference.categories import HordeModelType
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import HordeAPIError
from horde_model_reference.integrations.horde_api_json import REPEATED

MAX_FIGURE = 10**12
"""The largest figure that is believed; sums of millions of such figures still fit in 64 bits."""

PERIODS = ("day", "month", "total")
"""The three maps of a statistics answer: 24 hours, 30 days, all time."""

LACKING_AT_MOST = 1 / 20
"""The share of all names that a map may lack; a map that lacks more makes its period unknown (rule 3)."""

STATS_SCHEMA: dict[str, type[pl.DataType]] = {"api_name": pl.String} | {f"usage_{p}": pl.Int64 for p in PERIODS}
STATUS_SCHEMA: dict[str, type[pl.DataType]] = {
    "api_name": pl.String,
    "worker_count": pl.Int64,
    "queued_jobs": pl.Int64,
    "performance": pl.Float64,
    "eta": pl.Int64,
    "queued": pl.Float64,
}
STATUS_FIELDS: dict[str, str] = {
    "worker_count": "count",
    "queued_jobs": "jobs",
    "performance": "performance",
    "eta": "eta",
    "queued": "queued",
}
"""Our columns and the Horde's fields; ``count`` is a sum of worker threads."""
OPTIONAL = frozenset({"eta", "queued"})
"""Columns of the status that no figure of the analysis rests on: an answer without them is complete."""
NO_ETA = 10_000
"""The time to wait that the Horde gives where it has no worker, or no sample of its speed."""

USAGE = tuple(STATS_SCHEMA)[1:]
WORKERS = ("worker_count", "queued_jobs")

ENTRIES_SKIPPED = "horde_entries_skipped"
NAMES_INCOMPLETE = "horde_names_incomplete"
NAMES_REPEATED = "horde_names_repeated"
NAMES_CONTRADICTORY = "horde_names_contradictory"
NAMES_LOST = "horde_names_lost"

FAULTS: dict[str, str] = {
    ENTRIES_SKIPPED: "Entries of {source} that made no sense: {count}; their figures are unknown.",
    NAMES_INCOMPLETE: "Names that one of the maps of {source} lacks: {count}; their use in that period is unknown.",
    NAMES_REPEATED: "Names that stand twice in {source}: {count}; their figures are unknown.",
    NAMES_CONTRADICTORY: "Names that {source} give more use in a day than in 30 days: {count}; both are unknown.",
    NAMES_LOST: "Names that earlier answers had and {source} lack: {count}; all usage is unknown.",
}
"""Kinds of faults in an answer, by the code of their warning, with the sentence that counts them."""


@dataclass(frozen=True)
class Payload:
    """One route's answer as columns, sorted by name.

    Attributes:
        frame: Columns of ``STATS_SCHEMA`` or ``STATUS_SCHEMA``; figures are null where unknown.
        known: The columns that the answer has as a whole: a name that the frame lacks has 0 there.
        faults: How many names each fault of ``FAULTS`` befell.
    """

    frame: pl.DataFrame
    known: frozenset[str]
    faults: Mapping[str, int] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every column is known."""
        return not set(self.frame.columns[1:]) - OPTIONAL - self.known

    @cached_property
    def digest(self) -> str:
        """A hash of the content; good for telling reports of one process apart."""
        rows = f"{self.frame.hash_rows(seed=0).sum()}/{self.frame.height}"
        return f"{rows}/{sorted(self.known)}/{sorted(self.faults.items())}"


@dataclass(frozen=True)
class Observation:
    """The Horde's answers about one type of model.

    Attributes:
        model_type: Which type.
        status: Workers and queue by API name.
        stats: Usage by API name.
        other_type_names: Names that the other type's status lists (rule 7): none where they do not matter, None where
            they are unknown.
        status_fetched_at: When the status was fetched: the older one of both types'.
        stats_fetched_at: When the statistics were fetched.
        stale: The newest attempt to refresh a part of it failed.
        notices: Warnings about the fetching of the answers.
        fetched_monotonic: When the oldest part was fetched, in seconds of this process's monotonic clock.
    """

    model_type: HordeModelType
    status: Payload
    stats: Payload
    other_type_names: frozenset[str] | None
    status_fetched_at: datetime
    stats_fetched_at: datetime
    stale: bool = False
    notices: tuple[DataWarning, ...] = ()
    fetched_monotonic: float = -math.inf

    @property
    def fetched_at(self) -> datetime:
        """When the oldest part was fetched."""
        return min(self.status_fetched_at, self.stats_fetched_at)

    @property
    def warnings(self) -> tuple[DataWarning, ...]:
        """The notices, and the warnings about the answers themselves."""
        return (*self.notices, *_status_warnings(self.status), *_stats_warnings(self.stats))

    def fingerprint(self) -> str:
        """Return a hash of all that an answer may show of this observation."""
        parts = (
            self.status.digest,
            self.stats.digest,
            repr(self.other_type_names if self.other_type_names is None else sorted(self.other_type_names)),
            self.status_fetched_at.isoformat(),
            self.stats_fetched_at.isoformat(),
            str(self.stale),
            repr(self.notices),
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _status_warnings(status: Payload) -> list[DataWarning]:
    message = "The Horde's model status carries no figures just now, so workers are unknown."
    unknown = [] if status.known else [DataWarning("workers_unknown", message)]
    return unknown + _fault_warnings(status, "the Horde's model status")


def _stats_warnings(stats: Payload) -> list[DataWarning]:
    missing = [period for period in PERIODS if f"usage_{period}" not in stats.known]
    message = f"The Horde's statistics carry no figures just now for: {', '.join(missing)}; that usage is unknown."
    unknown = [DataWarning("usage_unknown", message)] if missing else []
    return unknown + _fault_warnings(stats, "the Horde's statistics")


def _fault_warnings(payload: Payload, source: str) -> list[DataWarning]:
    return [
        DataWarning(code, sentence.format(source=source, count=payload.faults[code]))
        for code, sentence in FAULTS.items()
        if payload.faults.get(code)
    ]


def parse_stats(raw: Any) -> Payload:
    """Read ``stats/img/models`` or ``stats/text/models``, as parsed by ``horde_api_json.loads``.

    Raises:
        HordeAPIError: The answer is no JSON object.
    """
    if not isinstance(raw, dict):
        raise HordeAPIError(f"sent a JSON {type(raw).__name__} instead of an object")
    maps = [found for period in PERIODS if isinstance(found := raw.get(period), dict)]
    if len(maps) < len(PERIODS):
        return Payload(pl.DataFrame(schema=STATS_SCHEMA), frozenset())
    names = {name for found in maps for name in found}
    readable = sorted(filter(is_text, names))
    sent = {column: [found.get(name, _LACKING) for name in readable] for column, found in zip(USAGE, maps, strict=True)}
    figures = {column: list(map(figure_of, values)) for column, values in sent.items()}
    frame = pl.DataFrame({"api_name": readable} | figures, schema=STATS_SCHEMA)
    contradictory = frame["usage_day"] > frame["usage_month"]
    consistent = frame.with_columns(pl.when(~contradictory.fill_null(value=False)).then(pl.col(*USAGE[:2])))
    whole = {column for column, values in sent.items() if values.count(_LACKING) <= LACKING_AT_MOST * len(readable)}
    known = frozenset(column for column in whole if consistent[column].count())
    faults = _faults([sent[column] for column in known])
    faults[ENTRIES_SKIPPED] += len(names) - len(readable)
    faults[NAMES_CONTRADICTORY] += int(contradictory.sum())
    return Payload(_only(known, consistent), known, +faults)


_LACKING = object()


def _faults(columns: Iterable[Iterable[Any]]) -> Counter[str]:
    """Count for each fault the names that it befell in any column."""
    return Counter(fault for values in zip(*columns, strict=True) for fault in set(map(_fault, values)) if fault)


def _fault(value: object) -> str | None:
    if value is _LACKING:
        return NAMES_INCOMPLETE
    if value is REPEATED:
        return NAMES_REPEATED
    return ENTRIES_SKIPPED if figure_of(value) is None else None


def _only(known: frozenset[str], frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with null for the figures of the other columns."""
    unknown = set(frame.columns) - {"api_name"} - known
    return frame.with_columns(pl.lit(None, frame.schema[column]).alias(column) for column in sorted(unknown))


def parse_status(raw: Any) -> Payload:
    """Read ``status/models``, as parsed by ``horde_api_json.loads``.

    Raises:
        HordeAPIError: The answer is no JSON list.
    """
    if not isinstance(raw, list):
        raise HordeAPIError(f"sent a JSON {type(raw).__name__} instead of a list")
    entries = [entry for entry in raw if isinstance(entry, dict) and is_text(entry.get("name"))]
    listed = Counter(entry["name"] for entry in entries)
    rows = {entry["name"]: _status_row(entry) for entry in entries}
    repeated = {name: (None,) * len(STATUS_FIELDS) for name, times in listed.items() if times > 1}
    rows |= repeated
    names = sorted(rows)
    columns = {column: [rows[name][at] for name in names] for at, column in enumerate(STATUS_FIELDS)}
    frame = pl.DataFrame({"api_name": names} | columns, schema=STATUS_SCHEMA)
    needed = frozenset(STATUS_FIELDS) - OPTIONAL
    whole = frame.drop_nulls(needed).height
    # Another client's field mask takes a field from all entries, which leaves none whole.
    known = needed if whole else frozenset[str]()
    senseless = len(rows) - len(repeated) - whole if whole else 0
    faults = {ENTRIES_SKIPPED: len(raw) - len(entries) + senseless, NAMES_REPEATED: len(repeated)}
    return Payload(_only(known | OPTIONAL if known else known, frame), known, faults)


def _status_row(entry: Mapping[str, Any]) -> tuple[int | float | None, ...]:
    return tuple(_STATUS_READERS[column](entry.get(field)) for column, field in STATUS_FIELDS.items())


def is_text(name: object) -> bool:
    """A name that can be written out again: a lone surrogate is valid JSON but no Unicode text."""
    return isinstance(name, str) and name != "" and not _SURROGATES.search(name)


_SURROGATES = re.compile("[\ud800-\udfff]")


def _speed(value: object) -> float | None:
    """A speed: any number from 0 to ``MAX_FIGURE``; 0 means that there was no sample."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_FIGURE:
        return None
    return float(value)


def figure_of(value: object) -> int | None:
    """A count: a whole number from 0 to ``MAX_FIGURE``; some of the Horde's counts arrive as ``1.0``."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_FIGURE:
        return None
    return int(value) if value == int(value) else None


def _eta(value: object) -> int | None:
    """A time to wait in seconds, but for the one that stands for an unknown time."""
    seconds = figure_of(value)
    return None if seconds == NO_ETA else seconds


_STATUS_READERS: Mapping[str, Callable[[object], int | float | None]] = {
    "worker_count": figure_of,
    "queued_jobs": figure_of,
    "performance": _speed,
    "eta": _eta,
    "queued": _speed,
}
"""The reader of each column of the status; it returns None for a value that makes no sense."""
