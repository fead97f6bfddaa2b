"""The schema of the answers, and the summary (section 4)."""

from __future__ import annotations

from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from horde_model_reference.analytics.flags import FLAGS
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import SCALAR_COLUMNS, RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.analytics.risk_schema import (
    CategoryDeletionRiskResponse,
    CategoryDeletionRiskSummary,
    DeletionRiskFlags,
    ModelDeletionRiskInfo,
)
from horde_model_reference.analytics.risk_table import RiskTable
from tests.support.builders import catalogue_of, observation_of, stats_of, status_of, table_of
from tests.support.rows import flags_of, rows_of

COUNTS: dict[str, str] = {
    "models_with_zero_day_usage": "zero_usage_day",
    "models_with_zero_month_usage": "zero_usage_month",
    "models_with_zero_total_usage": "zero_usage_total",
    "models_with_no_active_workers": "no_active_workers",
    "models_with_no_downloads": "no_download_urls",
    "models_with_non_preferred_hosts": "has_non_preferred_host",
    "models_with_multiple_hosts": "has_multiple_hosts",
    "models_with_low_usage": "low_usage",
}
"""Section 4: which count is of which flag."""

USAGE_COUNTS = {name for name, flag in COUNTS.items() if "usage" in flag}


def is_scalar(annotation: Any) -> bool:
    kinds = [annotation, *get_args(annotation)]
    return not any(
        (get_origin(kind) or kind) in (list, dict) or (isinstance(kind, type) and issubclass(kind, BaseModel))
        for kind in kinds
    )


def test_the_scalar_columns_are_the_scalar_fields_of_a_row() -> None:
    scalar = {name for name, field in ModelDeletionRiskInfo.model_fields.items() if is_scalar(field.annotation)}
    assert set(SCALAR_COLUMNS) == scalar
    assert len(SCALAR_COLUMNS) == len(scalar)
    several = {"deletion_risk_flags", "usage_trend", "download_hosts", "backend_variations", "verdict_reasons"}
    several |= {"members", "members_by_level", "deletion_mark", "link_flags"}
    assert several == set(ModelDeletionRiskInfo.model_fields) - scalar


def test_flags_and_counts_are_made_from_the_table_of_flags() -> None:
    assert list(DeletionRiskFlags.model_fields) == [flag.name for flag in FLAGS]
    assert {flag.count: flag.name for flag in FLAGS if flag.count} == COUNTS
    assert set(COUNTS) < set(CategoryDeletionRiskSummary.model_fields)


def test_an_answer_has_the_fields_of_the_contract() -> None:
    assert set(CategoryDeletionRiskResponse.model_fields) == {
        "category",
        "category_total_month_usage",
        "category_model_count",
        "total_count",
        "returned_count",
        "offset",
        "limit",
        "next",
        "models",
        "summary",
        "data_as_of",
        "attribution",
        "warnings",
    }


@pytest.mark.parametrize("query", [{}, {"preset": "critical"}, {"search": "dead"}, {"nsfw": True}, {"limit": 1}])
def test_the_summary_counts_the_rows_that_match(query: dict[str, Any], varied: RiskTable) -> None:
    """Over all pages, whatever the page."""
    rows = list(rows_of(varied, **query | {"limit": None}).values())
    summary = respond(varied, RiskQuery(**query)).summary
    levels = [row.risk_level for row in rows]
    assert summary.total_models == len(rows)
    assert summary.models_at_risk == sum(row.at_risk for row in rows)
    assert summary.models_critical == sum(row.is_critical for row in rows)
    assert summary.models_with_warnings == sum(row.has_warning for row in rows)
    assert summary.average_risk_score == round(sum(row.risk_score for row in rows) / len(rows), 2)
    assert summary.category_total_month_usage == sum(row.usage_month or 0 for row in rows)
    assert summary.models_by_level == {level: levels.count(level) for level in RiskLevel}
    counts = summary.model_dump()
    assert {name: counts[name] for name in COUNTS} == {
        name: sum(flag in flags_of(row) for row in rows) for name, flag in COUNTS.items()
    }


def test_the_summary_of_families_counts_families(text: RiskTable) -> None:
    rows = rows_of(text, group_text_models=True)
    summary = respond(text, RiskQuery(group_text_models=True)).summary
    assert summary.total_models == len(rows) == 4
    assert summary.category_total_month_usage == sum(row.usage_month or 0 for row in rows.values())
    assert summary.model_dump()["models_with_no_active_workers"] == 3


@pytest.mark.parametrize("grouped", [False, True])
def test_counts_of_unknown_figures_are_null(grouped: bool) -> None:
    """Rule 3: unknown usage counts nothing; what is known is counted nevertheless."""
    observation = observation_of({"day": {}, "month": {}, "total": {}})
    answer = respond(table_of(catalogue_of(["a", "b"]), observation), RiskQuery(group_text_models=grouped))
    counts = answer.summary.model_dump()
    assert {name for name in COUNTS if counts[name] is None} == USAGE_COUNTS
    assert (counts["models_with_no_active_workers"], counts["category_total_month_usage"]) == (2, None)
    assert answer.category_total_month_usage is None
    assert answer.attribution.month.reported is None


def test_the_count_of_unserved_models_is_null_where_workers_are_unknown() -> None:
    table = table_of(catalogue_of(["a", "b"]), observation_of(stats_of({"a": 0}), []))
    counts = respond(table, RiskQuery()).summary.model_dump()
    assert {name for name in COUNTS if counts[name] is None} == {"models_with_no_active_workers"}
    assert (counts["models_with_zero_month_usage"], counts["models_critical"]) == (2, 0)


@pytest.mark.parametrize("stats", [stats_of({"a": 1}), {}])
def test_the_summary_of_nothing_is_zero(stats: dict[str, Any]) -> None:
    table = table_of(catalogue_of(["a"]), observation_of(stats, status_of({"a": 1})))
    summary = respond(table, RiskQuery(search="no such model")).summary
    assert set(summary.model_dump(exclude={"models_by_level"}).values()) == {0}
    assert set(summary.models_by_level.values()) == {0}


def test_the_average_has_two_decimals() -> None:
    catalogue = catalogue_of({"a": {"description": ""}, "b": {}, "c": {}})
    observation = observation_of(stats_of({"a": 1, "b": 1, "c": 1}), status_of({"a": 1, "b": 1, "c": 1}))
    assert respond(table_of(catalogue, observation), RiskQuery()).summary.average_risk_score == 0.33
