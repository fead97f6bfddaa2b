"""Usage and workers of the models of a risk table, by model or by popularity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from horde_model_reference.analytics.risk_response import variations_by_model
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.categories import has_families
from horde_model_reference.compat.schema import ModelUsage, PopularModel, PopularSort, UsageSort, WorkerSummary
from horde_model_reference.integrations.attribution import ATTRIBUTED
from horde_model_reference.integrations.horde_workers import serving

MOST_WORKERS = 100
"""Workers that are listed of one model, by name; ``worker_count`` counts the threads of all."""

_FIGURES = ("worker_count", "queued_jobs", "performance", "eta", "queued")
_PERIODS: Mapping[str, str] = {"day": "usage_day", "month": "usage_month", "total": "usage_total"}
_SUMMARY_FIELDS = tuple(WorkerSummary.model_fields)

_SAMPLED = pl.when(pl.col("performance") > 0).then("worker_count")
_OF_API_NAMES = (
    ((pl.col("performance") * _SAMPLED).sum() / _SAMPLED.sum()).alias("performance"),
    pl.col("eta").max(),
    pl.when(pl.col("queued").null_count() == 0).then(pl.col("queued").sum()).alias("queued"),
)
"""A model's figures from those of its API names."""


def usage_rows(table: RiskTable) -> pl.DataFrame:
    """Return one row a model with its usage, workers, speed and queue, sorted by name.

    A model without API names has an empty queue where workers are known; unknown workers make speed and queue unknown.
    """
    attributed = table.api_names.filter(pl.col("outcome") == ATTRIBUTED)
    served = attributed.group_by("model_index").agg(_OF_API_NAMES)
    rows = table.rows.select("name", "worker_count", "queued_jobs", "workers_known", *_PERIODS.values())
    named = pl.col("model_index").is_in(served["model_index"].implode())
    return (
        rows.with_row_index("model_index")
        .with_columns(reported=named)
        .join(served, on="model_index", how="left", maintain_order="left")
        .with_columns(
            pl.when("workers_known").then(pl.col("performance").fill_nan(None)).alias("performance"),
            pl.when("workers_known").then("eta"),
            pl.when("workers_known").then(pl.when("reported").then("queued").otherwise(0.0)).alias("queued"),
        )
        .drop("model_index", "reported")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageQuery:
    """A question to the usage of a category's models.

    Attributes:
        backends: Tell the figures of each backend, for models that have backends.
        min_worker_count: Only models with at least so many worker threads; unknown counts as fewer.
        sort_by: The order; names ascend, ties go by name, nulls last.
        sort_desc: Figures descend.
    """

    backends: bool = False
    min_worker_count: int = 0
    sort_by: UsageSort = UsageSort.name
    sort_desc: bool = True


EVERYTHING = UsageQuery()


def usage_by_model(
    table: RiskTable, workers: pl.DataFrame | None, query: UsageQuery = EVERYTHING
) -> dict[str, ModelUsage]:
    """Return the usage of each model.

    Args:
        table: The ungrouped risk table.
        workers: The workers to list (``WORKERS_SCHEMA``); None for none.
        query: Which models, in which order.
    """
    rows = usage_rows(table)
    wanted = rows.filter(pl.col("worker_count") >= query.min_worker_count) if query.min_worker_count else rows
    shown = _ordered(wanted, query.sort_by, descending=query.sort_desc and query.sort_by is not UsageSort.name)
    usages = _usage(table, shown, workers, backends=query.backends)
    return {name: ModelUsage.model_validate(usage) for name, usage in usages.items()}


def popular_models(
    table: RiskTable, workers: pl.DataFrame | None, *, sort_by: PopularSort, limit: int
) -> list[PopularModel]:
    """Return the models with most of a figure, most first; parameters as for :func:`usage_by_model`."""
    shown = _ordered(usage_rows(table), sort_by, descending=True).head(limit)
    usages = _usage(table, shown, workers, backends=False)
    return [PopularModel.model_validate({"name": name, **usage}) for name, usage in usages.items()]


def models_of_backend(table: RiskTable, backend: str) -> frozenset[str]:
    """Return the models for which the Horde reports a name of a backend."""
    owned = table.api_names.filter((pl.col("outcome") == ATTRIBUTED) & (pl.col("backend") == backend))
    return frozenset(table.rows["name"].gather(owned["model_index"].unique()))


def worker_summaries(table: RiskTable, workers: pl.DataFrame) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the workers that serve each model, by name and at most ``MOST_WORKERS``; none for a model without any."""
    owned = table.api_names.filter(pl.col("outcome") == ATTRIBUTED).select("api_name", "model_index")
    pairs = serving(workers).join(owned, left_on="model", right_on="api_name").unique(["model_index", "id"])
    ranked = pairs.sort("model_index", "name", "id").group_by("model_index", maintain_order=True).head(MOST_WORKERS)
    names = table.rows["name"]
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for index, *figures in ranked.select("model_index", *_SUMMARY_FIELDS).iter_rows():
        summary = dict(zip(_SUMMARY_FIELDS, figures, strict=True))
        found.setdefault(names[index], {})[summary["id"]] = summary
    return found


def _ordered(rows: pl.DataFrame, column: str, *, descending: bool) -> pl.DataFrame:
    return rows.sort(str(column), descending=descending, nulls_last=True, maintain_order=True)


def _usage(
    table: RiskTable, shown: pl.DataFrame, workers: pl.DataFrame | None, *, backends: bool
) -> dict[str, dict[str, Any]]:
    summaries = None if workers is None else worker_summaries(table, workers)
    variations = variations_by_model(table, shown) if backends and has_families(table.category) else None
    return {
        row["name"]: {
            **{figure: row[figure] for figure in _FIGURES},
            "usage_stats": {period: row[column] for period, column in _PERIODS.items()},
            "worker_summaries": None if summaries is None else summaries.get(row["name"], {}),
            "backend_variations": None
            if variations is None
            else {variation["backend"]: variation for variation in variations.get(row["name"], ())},
        }
        for row in shown.iter_rows(named=True)
    }
