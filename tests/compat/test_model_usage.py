"""Usage and workers of models."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.compat.model_usage import (
    MOST_WORKERS,
    UsageQuery,
    models_of_backend,
    popular_models,
    usage_by_model,
    worker_summaries,
)
from horde_model_reference.compat.schema import PopularSort, UsageSort
from horde_model_reference.integrations.horde_workers import parse_workers
from tests.support.builders import IMAGE, TEXT, catalogue_of, observation_of, stats_of, table_of


def served(name: str, count: int = 1, **fields: Any) -> dict[str, Any]:
    return {"name": name, "count": count, "jobs": 0, "queued": 0.0, "eta": 0, "performance": 10.0} | fields


def table(names: list[str], stats: Any, status: Any, category: Any = TEXT) -> RiskTable:
    return table_of(catalogue_of(names, category), observation_of(stats, status, category))


TABLE = table(
    ["x/Harbor-8B", "x/Sparrow-3B", "x/Idle"],
    stats_of({"koboldcpp/Harbor-8B": (1, 10, 100), "aphrodite/x/Harbor-8B": (2, 20, 200), "x/Sparrow-3B": (5, 5, 5)}),
    [
        served("koboldcpp/Harbor-8B", 3, jobs=2, queued=40.5, eta=7, performance=10.0),
        served("aphrodite/x/Harbor-8B", 1, jobs=1, queued=2.0, eta=90, performance=30.0),
        served("x/Sparrow-3B", 0, jobs=4, queued=8.0, eta=10_000, performance=0.0),
    ],
)


def workers(*entries: dict[str, Any]) -> pl.DataFrame:
    return parse_workers(list(entries)).frame


def test_a_model_s_figures_are_those_of_its_api_names() -> None:
    found = usage_by_model(TABLE, None)["x/Harbor-8B"]
    assert (found.worker_count, found.queued_jobs, found.queued, found.eta) == (4, 3, 42.5, 90)
    assert found.performance == 15.0, "the mean, weighted by threads"
    assert found.usage_stats.model_dump() == {"day": 3, "month": 30, "total": 300}
    assert (found.worker_summaries, found.backend_variations) == (None, None)


def test_rule_3_sentinels_are_unknown_and_absence_is_none() -> None:
    """The Horde says 10000 where it has no time to tell, and 0.0 where it has no sample of the speed."""
    found = usage_by_model(TABLE, None)
    assert (found["x/Sparrow-3B"].eta, found["x/Sparrow-3B"].performance) == (None, None)
    assert found["x/Idle"].model_dump(exclude={"usage_stats"}) == {
        "worker_count": 0,
        "queued_jobs": 0,
        "performance": None,
        "eta": None,
        "queued": 0.0,
        "worker_summaries": None,
        "backend_variations": None,
    }
    assert found["x/Idle"].usage_stats.model_dump() == {"day": 0, "month": 0, "total": 0}


def test_rule_3_unknown_figures_are_null_and_not_0() -> None:
    found = usage_by_model(table(["x/Harbor-8B"], stats_of({}), []), None)["x/Harbor-8B"]
    assert set(found.model_dump(exclude={"usage_stats"}).values()) == {None}
    assert set(found.usage_stats.model_dump().values()) == {None}


def test_rule_1_backends_add_up_to_the_model() -> None:
    found = usage_by_model(TABLE, None, UsageQuery(backends=True))["x/Harbor-8B"]
    assert found.backend_variations is not None
    assert list(found.backend_variations) == ["aphrodite", "koboldcpp"]
    told = found.backend_variations.values()
    assert sum(variation.usage_month or 0 for variation in told) == found.usage_stats.month
    assert sum(variation.worker_count or 0 for variation in told) == found.worker_count
    assert usage_by_model(TABLE, None, UsageQuery(backends=True))["x/Idle"].backend_variations == {}


def test_image_models_have_no_backends() -> None:
    images = table(["Deliberate"], stats_of({"Deliberate": 1}), [served("Deliberate")], IMAGE)
    assert usage_by_model(images, None, UsageQuery(backends=True))["Deliberate"].backend_variations is None


@pytest.mark.parametrize(
    ("sort_by", "descending", "order"),
    [
        (UsageSort.name, True, "HIS"),
        (UsageSort.usage_month, True, "HSI"),
        (UsageSort.usage_month, False, "ISH"),
        (UsageSort.queued_jobs, True, "SHI"),
        (UsageSort.eta, True, "HIS"),
        (UsageSort.eta, False, "HIS"),
        (UsageSort.worker_count, False, "ISH"),
    ],
)
def test_models_come_in_the_order_asked_for(sort_by: UsageSort, descending: bool, order: str) -> None:
    found = usage_by_model(TABLE, None, UsageQuery(sort_by=sort_by, sort_desc=descending))
    assert "".join(name[2] for name in found) == order


def test_models_with_fewer_workers_can_be_left_out() -> None:
    assert list(usage_by_model(TABLE, None, UsageQuery(min_worker_count=4))) == ["x/Harbor-8B"]
    unknown = table(["x/Harbor-8B"], stats_of({"a": 1}), [])
    assert list(usage_by_model(unknown, None, UsageQuery(min_worker_count=1))) == []
    assert list(usage_by_model(unknown, None)) == ["x/Harbor-8B"]


def test_the_most_popular_come_first() -> None:
    found = popular_models(TABLE, None, sort_by=PopularSort.usage_day, limit=2)
    assert [(model.name, model.usage_stats.day) for model in found] == [("x/Sparrow-3B", 5), ("x/Harbor-8B", 3)]
    assert next(iter(found[0].model_dump())) == "name"


def test_workers_are_listed_by_the_model_that_their_names_belong_to() -> None:
    listed = workers(
        {"id": "1", "name": "b", "models": ["koboldcpp/Harbor-8B", "aphrodite/x/Harbor-8B"], "uptime": 60},
        {"id": "2", "name": "a", "models": ["HARBOR-8b", "unlisted"], "online": True, "trusted": False},
        {"id": "3", "name": "c", "models": ["koboldcpp/Harbor-8B"], "maintenance_mode": True},
    )
    found = usage_by_model(TABLE, listed)
    summaries = found["x/Harbor-8B"].worker_summaries
    assert summaries is not None
    assert [summary.name for summary in summaries.values()] == ["b"], "names that the status lacks are nobody's"
    assert (summaries["1"].uptime, summaries["1"].online) == (60, None)
    assert found["x/Idle"].worker_summaries == {}


def test_section_14_a_model_lists_a_bounded_number_of_workers() -> None:
    many = [{"id": str(n), "name": f"{n:04}", "models": ["x/Sparrow-3B"]} for n in range(MOST_WORKERS + 3)]
    found = worker_summaries(TABLE, workers(*many))["x/Sparrow-3B"]
    assert [summary["name"] for summary in found.values()] == [f"{n:04}" for n in range(MOST_WORKERS)]


def test_models_of_a_backend_are_those_with_a_name_of_it() -> None:
    assert models_of_backend(TABLE, "koboldcpp") == {"x/Harbor-8B"}
    assert models_of_backend(TABLE, "canonical") == {"x/Sparrow-3B"}
    assert models_of_backend(TABLE, "aphrodite") == {"x/Harbor-8B"}
