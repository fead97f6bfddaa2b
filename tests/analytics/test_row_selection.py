"""Filters, order and pages of a table's rows."""

from __future__ import annotations

import polars as pl
import pytest

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.row_selection import matching, page, unmatched
from tests.support.builders import IMAGE, catalogue_of, observation_of, record, stats_of, table_of


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    hosted = {"config": {"download": [{"file_name": "f", "file_url": "https://MÜNCHEN.example/f"}]}}
    models = {
        "Alpha": record(baseline="flux_1", nsfw=True),
        "beta": record(**hosted),
        "Gamma alpha": record(),
    }
    uses = stats_of({"Alpha": 5, "beta": 5, "Gamma alpha": 9})
    return table_of(catalogue_of(models), observation_of(uses)).rows


def names(rows: pl.DataFrame) -> list[str]:
    return rows["name"].to_list()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (RiskQuery(), ["Alpha", "Gamma alpha", "beta"]),
        (RiskQuery(search="ALPHA"), ["Alpha", "Gamma alpha"]),
        (RiskQuery(search=".*"), []),
        (RiskQuery(baseline="flux_1"), ["Alpha"]),
        (RiskQuery(nsfw=False), ["Gamma alpha", "beta"]),
        (RiskQuery(host="münchen.example"), ["beta"]),
        (RiskQuery(search="alpha", nsfw=True), ["Alpha"]),
    ],
    ids=str,
)
def test_filters_keep_the_order_of_the_table(rows: pl.DataFrame, query: RiskQuery, found: list[str]) -> None:
    assert names(matching(rows, query)) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (RiskQuery(sort="usage_month"), ["Alpha", "beta", "Gamma alpha"]),
        (RiskQuery(sort="-usage_month"), ["Gamma alpha", "Alpha", "beta"]),
        (RiskQuery(sort="-usage_month", limit=1, offset=1), ["Alpha"]),
        (RiskQuery(sort="name", limit=5, offset=10**18), []),
    ],
    ids=str,
)
def test_ties_sort_by_name_in_both_directions(rows: pl.DataFrame, query: RiskQuery, found: list[str]) -> None:
    assert names(page(rows, query, IMAGE)) == found


def test_a_filter_that_no_row_passes_names_the_values_that_exist(rows: pl.DataFrame) -> None:
    assert unmatched(rows, RiskQuery(baseline="none", host="huggingface.co")) == {
        "baseline": ["flux_1", "stable_diffusion_xl"]
    }
