"""The routes of the Horde that are asked, and their answers as they are held and shared."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from horde_model_reference.categories import HordeModelType, traits_of_type
from horde_model_reference.integrations.horde_api_models import (
    STATS_SCHEMA,
    STATUS_SCHEMA,
    Payload,
    parse_stats,
    parse_status,
)
from horde_model_reference.integrations.horde_workers import WORKERS_SCHEMA, parse_workers


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
    """One kind of answer.

    Attributes:
        route: The route that gives it.
        schema: The columns of its frame.
        parse: Reads it.
        keeps_names: A name that it once held never leaves it.
    """

    route: HordeRoute
    schema: Mapping[str, pl.DataType | type[pl.DataType]]
    parse: Callable[[Any], Payload]
    keeps_names: bool


@dataclass(frozen=True, slots=True)
class HeldPayload:
    """A report with its fetch time, and the failure of the newest attempt to replace it.

    Attributes:
        report: The parsed report.
        fetched_at: The wall time of the fetch, for answers and for other processes.
        fetched_monotonic: Its time on this process's monotonic clock, which ages are counted from.
        failure: The reason of the newest failure; None after a success.
    """

    report: Payload
    fetched_at: datetime
    fetched_monotonic: float = -math.inf
    failure: str | None = None

    def to_json(self) -> bytes:
        """Return the report and its fetch time for another process."""
        return json.dumps(
            {
                "fetched_at": self.fetched_at.isoformat(),
                "known": sorted(self.report.known),
                "faults": dict(self.report.faults),
                "columns": self.report.frame.to_dict(as_series=False),
            }
        ).encode()

    @classmethod
    def from_json(cls, text: bytes | str, kind: PayloadKind) -> HeldPayload:
        """Parse the output of :meth:`to_json`.

        Raises:
            ValueError, KeyError, TypeError: The text has another form.
        """
        raw = json.loads(text)
        frame = pl.DataFrame(raw["columns"], schema=kind.schema)
        report = Payload(frame, frozenset(raw["known"]), dict(raw["faults"]))
        return cls(report, datetime.fromisoformat(raw["fetched_at"]))


def status_kind(model_type: HordeModelType) -> PayloadKind:
    """Return the status of a type of model: its workers and queue."""
    route = HordeRoute("status/models", (("type", model_type.value), ("model_state", "all")))
    return PayloadKind(route, STATUS_SCHEMA, parse_status, keeps_names=False)


def stats_kind(model_type: HordeModelType) -> PayloadKind:
    """Return the usage statistics of a type of model."""
    traits = traits_of_type(model_type)
    return PayloadKind(HordeRoute(traits.stats_path, traits.stats_params), STATS_SCHEMA, parse_stats, keeps_names=True)


def clashing_status_kind(model_type: HordeModelType) -> PayloadKind | None:
    """Return the status of the type whose workers can hide models of this one (rule 7); None if none can."""
    other = traits_of_type(model_type).clashes_with
    return None if other is None else status_kind(other)


def workers_kind(model_type: HordeModelType) -> PayloadKind:
    """Return the list of the workers of a type of model; no observation needs it."""
    route = HordeRoute("workers", (("type", model_type.value),))
    return PayloadKind(route, WORKERS_SCHEMA, parse_workers, keeps_names=False)
