"""Rows of answers in few words, and the fields that give a record its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.analytics.risk_schema import ModelDeletionRiskInfo
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.integrations.horde_api_models import Observation
from horde_model_reference.settings import load_settings


def files(*addresses: str, sizes: tuple[int | None, ...] = ()) -> dict[str, Any]:
    """The fields of a record whose files lie at these addresses, and have these sizes in bytes."""
    downloads: list[dict[str, Any]] = [
        {"file_name": f"file {at}", "file_url": address} for at, address in enumerate(addresses)
    ]
    for download, size in zip(downloads, sizes, strict=False):
        download["size_bytes"] = size
    return {"config": {"download": downloads}}


def table_under(catalogue: Catalogue, observation: Observation, **settings: Any) -> RiskTable:
    """The risk table under these settings."""
    return ModelDeletionRiskInfoFactory.from_settings(load_settings(**settings)).create_table(catalogue, observation)


def rows_of(table: RiskTable, **query: Any) -> dict[str, ModelDeletionRiskInfo]:
    """The rows that answer a query, by name and in their order."""
    return {row.name: row for row in respond(table, RiskQuery(**query)).models}


def flags_of(row: ModelDeletionRiskInfo) -> set[str]:
    """The names of the flags that are set."""
    return {name for name, is_set in row.deletion_risk_flags if is_set}


def judged(
    table: RiskTable, verdicts: Mapping[str, tuple[str, list[str]]], styles: Mapping[str, int] | None = None
) -> RiskTable:
    """A table with the verdicts and their reasons of some of its models, and how many styles name them."""
    names = table.rows["name"].to_list()
    found = [verdicts.get(name) for name in names]
    return replace(
        table,
        rows=table.rows.with_columns(
            pl.Series("verdict", [pair and pair[0] for pair in found], pl.String),
            pl.Series("verdict_reasons", [pair and pair[1] for pair in found], pl.List(pl.String)),
            pl.Series("style_count", [(styles or {}).get(name, 0) for name in names], pl.Int64),
        ),
    )
