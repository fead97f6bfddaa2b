"""The presets (rule 10)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from horde_model_reference.analytics.filter_presets import PRESETS, apply_preset_filter
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_schema import ModelDeletionRiskInfo
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.errors import UnknownPresetError
from tests.support.rows import flags_of, rows_of

HOST_FLAGS = {"has_multiple_hosts", "has_non_preferred_host", "has_unknown_host", "no_download_urls"}

QUESTIONS: dict[str, Callable[[ModelDeletionRiskInfo], bool]] = {
    "zero_usage": lambda row: row.usage_month == 0,
    "no_workers": lambda row: "no_active_workers" in flags_of(row),
    "critical": lambda row: row.is_critical,
    "low_usage": lambda row: "low_usage" in flags_of(row),
    "missing_data": lambda row: bool(flags_of(row) & {"missing_description", "missing_baseline"}),
    "host_issues": lambda row: bool(flags_of(row) & HOST_FLAGS),
    "deletion_candidates": lambda row: bool(flags_of(row)),
    "marked": lambda row: row.deletion_mark is not None,
}


def test_the_presets_are_those_of_the_contract() -> None:
    assert set(PRESETS) == set(QUESTIONS)


@pytest.mark.parametrize(("preset", "question"), QUESTIONS.items())
def test_a_preset_keeps_the_rows_that_answer_its_question(
    preset: str, question: Callable[[ModelDeletionRiskInfo], bool], varied: RiskTable
) -> None:
    """Rule 10: each preset, on a table in which some rows answer it and some do not."""
    rows = rows_of(varied)
    expected = [row for row in rows.values() if question(row)]
    assert 0 < len(expected) < len(rows)
    assert list(rows_of(varied, preset=preset).values()) == expected
    assert apply_preset_filter(varied.rows, preset)["name"].to_list() == sorted(row.name for row in expected)


def test_unknown_figures_answer_no_preset_of_usage_or_workers(varied: RiskTable) -> None:
    """Rules 3, 7 and 10: unknown is not 0."""
    assert rows_of(varied)["odd"].usage_month is None
    for preset in ("zero_usage", "low_usage", "critical"):
        assert "odd" not in rows_of(varied, preset=preset)
    assert "clash" not in rows_of(varied, preset="no_workers")
    assert "clash" not in rows_of(varied, preset="critical")


def test_a_warning_is_a_host_issue(varied: RiskTable) -> None:
    """Rule 10: ``has_warning`` and the preset ``host_issues`` say the same."""
    with_warning = {name for name, row in rows_of(varied).items() if row.has_warning}
    assert with_warning == set(rows_of(varied, preset="host_issues"))


@pytest.mark.parametrize("empty", ["", None])
def test_no_preset_means_all_rows(empty: str | None, varied: RiskTable) -> None:
    assert rows_of(varied, preset=empty) == rows_of(varied)


@pytest.mark.parametrize("unknown", ["zero", "ZERO_USAGE", " zero_usage", "<script>"])
def test_an_unknown_preset_is_refused_with_the_valid_ones(unknown: str, varied: RiskTable) -> None:
    with pytest.raises(UnknownPresetError) as caught:
        RiskQuery(preset=unknown)
    assert all(preset in caught.value.message for preset in PRESETS)
    with pytest.raises(UnknownPresetError):
        apply_preset_filter(varied.rows, unknown)
