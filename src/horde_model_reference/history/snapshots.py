"""The parts of an observation that the history keeps: a snapshot of the statistics, and one of the workers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from horde_model_reference.categories import HordeModelType
from horde_model_reference.history.days import day_described, day_of
from horde_model_reference.integrations.horde_api_models import Observation, Payload


@dataclass(frozen=True)
class StatsSnapshot:
    """Statistics as they were seen at a moment; ``frame`` is that of a report of statistics."""

    model_type: HordeModelType
    seen_at: datetime
    frame: pl.DataFrame

    @property
    def day(self) -> int:
        """The day that it describes, as far as this moment tells."""
        return day_described(self.seen_at)


@dataclass(frozen=True)
class WorkerSnapshot:
    """Worker threads as they were seen at a moment; ``frame`` is that of a report of the status."""

    model_type: HordeModelType
    seen_at: datetime
    frame: pl.DataFrame

    @property
    def day(self) -> int:
        """The day of the moment."""
        return day_of(self.seen_at)


Snapshot = StatsSnapshot | WorkerSnapshot


def snapshots(observation: Observation) -> Iterator[Snapshot]:
    """Yield the complete answers of an observation: an unknown period is not kept, not even as a gap."""
    if observation.stats.complete:
        yield StatsSnapshot(observation.model_type, observation.stats_fetched_at, observation.stats.frame)
    if observation.status.complete:
        yield WorkerSnapshot(observation.model_type, observation.status_fetched_at, _whole(observation.status))


def _whole(status: Payload) -> pl.DataFrame:
    """Return the entries that say how many threads there are."""
    return status.frame.filter(pl.col("worker_count").is_not_null()).select("api_name", "worker_count")


def digest(frame: pl.DataFrame) -> str:
    """Return a hash of a frame's content, independent of the order of its rows and of library versions."""
    return hashlib.sha256(json.dumps(frame.sort("api_name").rows()).encode()).hexdigest()
