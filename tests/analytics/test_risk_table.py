"""Per-backend figures, and the key of a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory
from horde_model_reference.analytics.risk_schema import BackendVariation
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.integrations.horde_api_models import Observation
from horde_model_reference.settings import load_settings
from tests.support.builders import MODIFIED, TEXT, catalogue_of, observation_of, stats_of, status_of, table_of
from tests.support.rows import rows_of

CODER = "Qwen/Qwen2.5-Coder-14B-Instruct"
FIGURES = ("usage_day", "usage_month", "usage_total", "worker_count")


def variations_of(table: RiskTable, model: str) -> list[BackendVariation]:
    found = rows_of(table, include_backend_variations=True)[model].backend_variations
    assert found is not None
    return found


def test_one_entry_a_backend_by_name(text: RiskTable) -> None:
    """Section 4: canonical names, aphrodite and koboldcpp, whatever the prefix's case; nothing that did not occur."""
    assert [variation.backend for variation in variations_of(text, CODER)] == ["aphrodite", "canonical", "koboldcpp"]
    assert [variation.backend for variation in variations_of(text, "plain")] == ["koboldcpp"]
    assert variations_of(text, "unused/model") == []


def test_figures_and_names_of_a_backend(text: RiskTable) -> None:
    """The most used name stands for the backend (ties: code point); speed is the threads' mean, where sampled."""
    kobold = variations_of(text, CODER)[-1]
    assert kobold.variant_name == "koboldcpp/Qwen2.5-Coder-14B-Instruct-Q4_K_M"
    assert kobold.variant_names == [
        "KoboldCpp/Qwen2.5-Coder-14B-Instruct",
        "koboldcpp/Qwen2.5-Coder-14B-Instruct-Q4_K_M",
        "koboldcpp/Qwen2.5-Coder-14B-Instruct-Q5_K_M",
    ]
    assert kobold.performance == (3 * 10.0 + 1 * 50.0) / 4
    assert (kobold.usage_day, kobold.usage_month, kobold.usage_total, kobold.worker_count) == (4, 45, 415, 9)


def test_no_sample_is_no_speed(text: RiskTable) -> None:
    """A speed of 0 means that there was no sample, and without threads nothing weighs."""
    aphrodite, canonical, _ = variations_of(text, CODER)
    assert (aphrodite.performance, canonical.performance) == (None, None)
    assert variations_of(text, "plain")[0].performance is None


@pytest.mark.parametrize(
    ("figures", "variant"),
    [
        ({"koboldcpp/m-Q4": (9, 1, 9), "koboldcpp/m-Q5": (1, 2, 1)}, "koboldcpp/m-Q5"),
        ({"koboldcpp/m-q4": 5, "koboldcpp/m-Q4": 5, "KoboldCpp/m": 5}, "KoboldCpp/m"),
        ({"koboldcpp/m-q4": 0, "koboldcpp/m-Q4": 0}, "koboldcpp/m-Q4"),
    ],
)
def test_the_variant_name(figures: dict[str, int | tuple[int, int, int]], variant: str) -> None:
    """By month use, then by code point."""
    table = table_of(catalogue_of(["a/m"], TEXT), observation_of(stats_of(figures), category=TEXT))
    assert variations_of(table, "a/m")[0].variant_name == variant


def test_backends_are_shown_only_where_asked_for_and_sensible(text: RiskTable, varied: RiskTable) -> None:
    """Null unless asked, for families, and for image models."""
    views: list[tuple[RiskTable, dict[str, Any]]] = [
        (text, {}),
        (text, {"include_backend_variations": True, "group_text_models": True}),
        (varied, {"include_backend_variations": True}),
        (varied, {"include_backend_variations": True, "group_text_models": True}),
    ]
    for table, query in views:
        assert {type(row.backend_variations) for row in rows_of(table, **query).values()} == {type(None)}


def test_backends_of_a_page_are_those_of_its_rows(text: RiskTable) -> None:
    whole = rows_of(text, include_backend_variations=True)
    for sort in ("name", "-name", "usage_month"):
        page = rows_of(text, include_backend_variations=True, sort=sort, limit=2, offset=1)
        assert page == {name: whole[name] for name in page}


def test_asking_for_backends_changes_no_other_figure(text: RiskTable) -> None:
    """Section 3: no flag of a request ever changes a number."""
    asked = rows_of(text, include_backend_variations=True)
    plain = {name: row.model_copy(update={"backend_variations": None}) for name, row in asked.items()}
    assert plain == rows_of(text)


API_NAMES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "koboldcpp/", "aphrodite/", "KoboldCPP/", "a/", "aphrodite/a/"]),
    st.sampled_from(["foo", "bar", "Foo"]),
    st.sampled_from(["", "-Q4", "-q4_k_m", ".gguf"]),
)
FIGURE = st.integers(0, 100)
USED = st.tuples(FIGURE, FIGURE, FIGURE).map(lambda found: (min(found[:2]), max(found[:2]), found[2]))


@given(
    usage=st.dictionaries(API_NAMES, USED, min_size=1),
    threads=st.dictionaries(API_NAMES, st.integers(0, 4), min_size=1),
)
def test_backends_add_up_to_the_model(usage: dict[str, int | tuple[int, int, int]], threads: dict[str, int]) -> None:
    """Rule 1: per-backend figures add up to the model's, to the last unit."""
    observation = observation_of(stats_of(usage), status_of(threads), TEXT)
    table = table_of(catalogue_of(["a/foo", "b/bar", "c/unused"], TEXT), observation)
    for row in rows_of(table, include_backend_variations=True).values():
        variations = row.backend_variations
        assert variations is not None
        for figure in FIGURES:
            assert sum(getattr(variation, figure) for variation in variations) == getattr(row, figure)
        assert [variation.backend for variation in variations] == sorted({v.backend for v in variations})


FACTORY = ModelDeletionRiskInfoFactory.create_default()
CATALOGUE = catalogue_of(["a", "b"])
STATS = stats_of({"a": 1, "b": 2})
OBSERVED = observation_of(STATS, status_of({"a": 1, "b": 2}))
SECOND = timedelta(seconds=1)

OTHER_INPUTS: dict[str, tuple[Catalogue, Observation]] = {
    "revision": (catalogue_of(["a", "b", "c"]), OBSERVED),
    "date of the file": (replace(CATALOGUE, modified_at=MODIFIED + SECOND), OBSERVED),
    "said of the catalogue": (replace(CATALOGUE, warnings=(DataWarning("x", "y"),)), OBSERVED),
    "usage": (CATALOGUE, observation_of(stats_of({"a": 1, "b": 3}), status_of({"a": 1, "b": 2}))),
    "workers": (CATALOGUE, observation_of(STATS, status_of({"a": 1, "b": 3}))),
    "speed": (CATALOGUE, observation_of(STATS, status_of({"a": 1, "b": 2}, performance={"a": 3.5}))),
    "statistics known": (CATALOGUE, observation_of({}, status_of({"a": 1, "b": 2}))),
    "clash": (CATALOGUE, replace(OBSERVED, other_type_names=frozenset({"a"}))),
    "stale": (CATALOGUE, replace(OBSERVED, stale=True)),
    "time of the status": (CATALOGUE, replace(OBSERVED, status_fetched_at=OBSERVED.status_fetched_at + SECOND)),
    "time of the statistics": (CATALOGUE, replace(OBSERVED, stats_fetched_at=OBSERVED.stats_fetched_at + SECOND)),
    "said of the observation": (CATALOGUE, replace(OBSERVED, notices=(DataWarning("x", "y"),))),
}


@pytest.mark.parametrize(("catalogue", "observation"), OTHER_INPUTS.values(), ids=OTHER_INPUTS.keys())
def test_whatever_an_answer_shows_is_in_the_key(catalogue: Catalogue, observation: Observation) -> None:
    """Section 3: new data can never be answered from old results."""
    assert FACTORY.inputs(catalogue, observation).key != FACTORY.inputs(CATALOGUE, OBSERVED).key


def test_the_thresholds_are_in_the_key() -> None:
    other = ModelDeletionRiskInfoFactory.from_settings(load_settings(low_usage_threshold_percentage=1.0))
    assert other.inputs(CATALOGUE, OBSERVED).key != FACTORY.inputs(CATALOGUE, OBSERVED).key


ORDERS: list[Callable[[list[Any]], list[Any]]] = [lambda items: items, lambda items: items[::-1]]


@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_the_answers_is_not_in_the_key(order: Callable[[list[Any]], list[Any]]) -> None:
    """Rule 12, and the key that a table carries is the one that was asked for."""
    stats = {period: dict(order(list(figures.items()))) for period, figures in STATS.items()}
    observation = observation_of(stats, order(status_of({"a": 1, "b": 2})))
    assert FACTORY.inputs(CATALOGUE, observation).key == FACTORY.inputs(CATALOGUE, OBSERVED).key
    assert FACTORY.create_table(CATALOGUE, observation).key == FACTORY.inputs(CATALOGUE, OBSERVED).key
