"""Checks of the data: what is fresh, and what is missing."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.dashboard.checks import Check, data_checks, freshness
from horde_model_reference.data_warnings import DataWarning
from tests.support.builders import FETCHED, MODIFIED, catalogue_of, observation_of, stats_of, table_of


def table() -> RiskTable:
    return table_of(
        catalogue_of({"a": {}, "b": {"size_on_disk_bytes": None}}), observation_of(stats_of({"a": 3, "x": 1}))
    )


def by_word(checks: tuple[Check, ...]) -> dict[str, Check]:
    return {check.word: check for check in checks}


def test_freshness_has_the_times_of_the_data() -> None:
    """Rule 12: times are those of the data."""
    found = by_word(freshness(table()))
    assert found["Usage"].moment == found["Workers"].moment == FETCHED
    assert found["Catalogue"].moment == MODIFIED
    assert all(check.good for check in found.values())


def test_stale_data_is_something_to_look_at() -> None:
    fresh = table()
    stale = by_word(freshness(replace(fresh, data_as_of=replace(fresh.data_as_of, stale=True))))
    assert [word for word, check in stale.items() if not check.good] == ["Usage", "Workers"]
    assert "failed" in stale["Usage"].more


def test_gaps_are_counted() -> None:
    found = by_word(data_checks(table(), pl.Series([None, 3], dtype=pl.Int64)))
    assert found["Listing dates"] == Check("Listing dates", "unknown of 1 model", good=False)
    assert found["Sizes"] == Check("Sizes", "unknown of 1 model", good=False)
    assert found["Attribution"].text == "75.0% of 4 requests"


def test_rule_3_unknown_use_is_not_a_share_of_0() -> None:
    nothing = table_of(catalogue_of(["a"]), observation_of({"day": {}, "month": {}, "total": {}}))
    found = by_word(data_checks(nothing, pl.Series([None], dtype=pl.Int64)))
    assert found["Attribution"] == Check("Attribution", "the Horde reports no usage figures just now", good=False)


def test_warnings_of_one_code_are_told_together() -> None:
    warnings = (DataWarning("name_repeated", "first"), DataWarning("name_repeated", "second"), DataWarning("x", "y"))
    found = data_checks(replace(table(), warnings=warnings), pl.Series([1, 2]))[-2:]
    assert found == (Check("Name repeated", "first (1 more like it)", good=False), Check("X", "y", good=False))
