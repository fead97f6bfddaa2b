"""The Horde's list of workers, and the workers that serve each model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from horde_model_reference.errors import HordeAPIError
from horde_model_reference.integrations.horde_api_models import ENTRIES_SKIPPED, Payload, figure_of, is_text

WORKERS_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.String,
    "name": pl.String,
    "models": pl.List(pl.String),
    "online": pl.Boolean,
    "trusted": pl.Boolean,
    "maintenance_mode": pl.Boolean,
    "threads": pl.Int64,
    "uptime": pl.Int64,
    "performance": pl.String,
}
"""One row a worker: ``uptime`` in seconds, ``performance`` a sentence, null where the Horde does not say."""

Workers = Mapping[str, tuple[str, ...]]
"""The names of the workers that serve each model, sorted, by the model's API name."""


def parse_workers(raw: Any) -> Payload:
    """Read ``workers``; entries that make no sense are left out and counted, an empty list is unknown.

    Raises:
        HordeAPIError: The answer is no JSON list.
    """
    if not isinstance(raw, list):
        raise HordeAPIError(f"sent a JSON {type(raw).__name__} instead of a list")
    rows = [row for row in map(_row, raw) if row is not None]
    frame = pl.DataFrame(rows, schema=WORKERS_SCHEMA, orient="row")
    known = frozenset(WORKERS_SCHEMA.keys() - {"id"}) if rows else frozenset[str]()
    return Payload(frame, known, {ENTRIES_SKIPPED: len(raw) - len(rows)})


def _row(entry: Any) -> tuple[Any, ...] | None:
    match entry:
        case {"name": str(name), "models": list(models)} if is_text(name):
            served = [model for model in models if is_text(model)]
            fields = (_READERS[field](entry.get(field)) for field in _READERS)
            return (_text(entry.get("id")) or name, name, served, *fields)
        case _:
            return None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and is_text(value) else None


_READERS: Mapping[str, Callable[[object], Any]] = {
    "online": _flag,
    "trusted": _flag,
    "maintenance_mode": _flag,
    "threads": figure_of,
    "uptime": figure_of,
    "performance": _text,
}
"""The reader of each field behind name and models, in the order of ``WORKERS_SCHEMA``."""


def serving(workers: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each worker and model that it serves, as ``model``; in maintenance it serves none."""
    at_work = workers.filter(~pl.col("maintenance_mode").fill_null(value=False))
    return at_work.explode("models").drop_nulls("models").rename({"models": "model"})


def workers_by_api_name(workers: pl.DataFrame | None) -> Workers | None:
    """Return the names of the workers that serve each model; None where the workers are unknown."""
    if workers is None:
        return None
    served = serving(workers).group_by("model").agg(pl.col("name").unique().sort())
    return {model: tuple(names) for model, names in served.iter_rows()}
