"""Statistics that are partial or contradict themselves never make a model look less used than it is (rule 3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory
from horde_model_reference.analytics.flags import FLAGS, Scope
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_schema import CategoryDeletionRiskResponse
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.integrations.horde_api_models import PERIODS
from tests.support.builders import IMAGE, TEXT, catalogue_of, observation_of, stats_of, status_of, table_of

USAGE_FLAGS = [flag.name for flag in FLAGS if flag.scope is Scope.USAGE]
MODELS = ["a/One-7B", "a/Two-7B", "b/Three-13B", "c/Four-70B"]
REPORTED = [*MODELS, "koboldcpp/One-7B-Q4_K_M", "aphrodite/Three-13B", "stranger"]

COUNT = st.integers(0, 3) | st.integers(0, 20_000)
CONSISTENT = st.tuples(COUNT, COUNT, COUNT).map(lambda found: (min(found[:2]), max(found[:2]), found[2]))
WHOLE_MAPS = st.dictionaries(st.sampled_from(REPORTED), CONSISTENT, min_size=1).map(stats_of)


@st.composite
def partial_maps(draw: st.DrawFn, whole: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Draw what is left of maps without whole maps, or without entries of at most two of them."""
    if draw(st.booleans()):
        kept = draw(st.sets(st.sampled_from(PERIODS), max_size=2))
        return {period: whole[period] for period in kept}
    touched = draw(st.sets(st.sampled_from(PERIODS), max_size=2))
    return {
        period: {
            name: figure
            for name, figure in figures.items()
            if period not in touched or draw(st.booleans(), label=f"{period} keeps {name}")
        }
        for period, figures in whole.items()
    }


@given(WHOLE_MAPS, st.sampled_from([IMAGE, TEXT]), st.data())
def test_rule_3_what_is_missing_never_speaks_against_a_model(
    whole: dict[str, dict[str, int]], category: MODEL_REFERENCE_CATEGORY, data: st.DataObject
) -> None:
    """Maps are whole when each has all names, with no more use in a day than in a month.

    Removing whole maps, or entries from at most two, sets no usage flag that they did not set, and makes no model
    critical; neither of the models nor of their families.
    """
    catalogue, status = catalogue_of(MODELS, category), status_of({"stranger": 1})
    full = table_of(catalogue, observation_of(whole, status, category))
    left = table_of(catalogue, observation_of(data.draw(partial_maps(whole)), status, category))
    for before, after in ((full.rows, left.rows), (full.families.rows, left.families.rows)):
        for flag in (*USAGE_FLAGS, "is_critical"):
            assert (before[flag] | ~after[flag]).all(), flag


MANY = {f"other {number:02}": (1, 10, 100) for number in range(40)}


def answered(stats: Any, category: MODEL_REFERENCE_CATEGORY = IMAGE, **query: Any) -> CategoryDeletionRiskResponse:
    factory = ModelDeletionRiskInfoFactory.create_default()
    catalogue = catalogue_of(["Used", "Unused"], category)
    return factory.create_deletion_risk_response(
        catalogue, observation_of(stats, category=category), RiskQuery(sort="name", **query)
    )


@pytest.mark.parametrize("category", [IMAGE, TEXT])
@pytest.mark.parametrize("period", PERIODS)
def test_rule_3_an_unknown_period_is_null_everywhere_and_the_others_are_kept(
    period: str, category: MODEL_REFERENCE_CATEGORY
) -> None:
    answer = answered(stats_of(MANY | {"Used": (2, 20, 200)}) | {period: {}}, category)
    unused, used = answer.models
    figures = {"day": 2, "month": 20, "total": 200} | {period: None}
    assert [getattr(used, f"usage_{at}") for at in PERIODS] == [figures[at] for at in PERIODS]
    assert [getattr(unused, f"usage_{at}") for at in PERIODS] == [None if at == period else 0 for at in PERIODS]
    assert not used.usage_known
    assert not unused.usage_known
    assert not getattr(unused.deletion_risk_flags, f"zero_usage_{period}")
    assert not unused.deletion_risk_flags.model_dump()["zero_usage_total"]
    assert unused.is_critical == (period != "month")
    for at in PERIODS:
        sums = getattr(answer.attribution, at)
        assert (sums.reported is None, sums.attributed is None) == (at == period, at == period)
    assert (answer.category_total_month_usage is None) == (period == "month")
    assert (answer.summary.category_total_month_usage is None) == (period == "month")
    assert [(warning.code, period in warning.message) for warning in answer.warnings] == [("usage_unknown", True)]


def test_rule_3_unknown_figures_are_left_out_of_the_sums() -> None:
    stats = stats_of(MANY | {"Used": (2, 20, 200), "used": (1, 1, 1)})
    del stats["month"]["used"]
    answer = answered(stats)
    used = answer.models[1]
    assert (used.usage_day, used.usage_month, used.usage_total, used.usage_known) == (3, None, 201, False)
    assert (answer.attribution.month.reported, answer.attribution.month.attributed) == (420, 20)
    assert answer.attribution.day.reported == 43
    assert [(warning.code, "1" in warning.message) for warning in answer.warnings] == [("horde_names_incomplete", True)]


def test_rule_3_a_model_is_unknown_where_one_of_its_names_is() -> None:
    stats = stats_of(MANY | {"Used": (0, 0, 0), "koboldcpp/Used-Q4_K_M": (9, 3, 50)})
    answer = answered(stats, TEXT, include_backend_variations=True)
    used = answer.models[1]
    assert (used.usage_day, used.usage_month, used.usage_total) == (None, None, 50)
    assert not used.is_critical
    assert not used.deletion_risk_flags.model_dump()["zero_usage_month"]
    assert [warning.code for warning in answer.warnings] == ["horde_names_contradictory"]
    of_backends = {found.backend: found.usage_month for found in used.backend_variations or []}
    assert of_backends == {"canonical": 0, "koboldcpp": None}


@pytest.mark.parametrize("preset", ["zero_usage", "low_usage", "critical"])
def test_rule_3_no_preset_of_use_keeps_what_is_unknown(preset: str) -> None:
    assert answered(stats_of(MANY | {"Used": (2, 20, 200)}) | {"month": {}}, preset=preset).total_count == 0
    assert answered(stats_of(MANY | {"Used": (2, 20, 200)}), preset=preset).total_count == 1


@pytest.mark.parametrize("stats", [{}, stats_of({}), {"day": {"Used": 1}}], ids=["nothing", "no rows", "masked"])
def test_rule_3_the_library_warns_of_unknown_usage(stats: Any) -> None:
    """The warnings come with the observation, so that they are the same over HTTP."""
    answer = answered(stats)
    assert [warning.code for warning in answer.warnings] == ["usage_unknown"]
    assert not any(model.usage_known or model.is_critical for model in answer.models)
