"""Rates, bridged gaps, trends and workers of one model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.history.catalogue_history import CatalogueHistory
from horde_model_reference.history.history_schema import MonthInfo
from horde_model_reference.history.model_history import COUNTERS, Gap, bridged, rate
from horde_model_reference.history.snapshots import Snapshot
from horde_model_reference.history.store import HistoryStore
from tests.support.builders import TEXT, catalogue_of
from tests.support.past import TEXTS, compile_of, keep_all, look_of


def gaps_of(days: Mapping[int, tuple[int | None, int | None, int | None]]) -> list[Gap]:
    rows = [(day, *figures) for day, figures in days.items()]
    return bridged(pl.LazyFrame(rows, schema=["day", *COUNTERS], orient="row")).collect().rows()


@pytest.mark.parametrize(
    ("a", "b", "use"),
    [
        ((1, 30, 100), (1, 30, 104), 3),
        ((1, 30, 100), (1, 30, 100), 0),
        ((1, 30, 100), (1, 30, 90), 0),
        ((1, 30, 100), (1, 30, 5000), 29),
        ((1, 37, 0), (1, 40, 0), 2),
    ],
    ids=["difference", "fallen behind", "fallen", "jump", "below the month"],
)
def test_a_gap_is_bridged_by_the_difference_of_the_total(a: Any, b: Any, use: int) -> None:
    assert gaps_of({0: a, 4: b}) == [(3, 3, use)]


def test_a_long_gap_has_no_room_to_measure_by() -> None:
    assert gaps_of({0: (1, 30, 100), 40: (1, 30, 5000)}) == [(39, 39, 4899)]


def test_a_rate_counts_seen_and_bridged_days() -> None:
    use, gaps = {0: 4, 1: 2, 4: 3}, gaps_of({0: (4, 4, 4), 1: (2, 6, 6), 4: (3, 15, 15)})
    assert rate(use, gaps, 4, 30) == {"days": 30, "requests_per_day": 3.0, "days_seen": 3, "days_bridged": 2}
    assert rate(use, gaps, 4, 2) == {"days": 2, "requests_per_day": 3.0, "days_seen": 1, "days_bridged": 1}
    assert rate({}, [], 0, 30)["requests_per_day"] is None


async def history_of(
    store: HistoryStore, snapshots: list[Snapshot], catalogue: Catalogue, *names: str, days: int = 365
) -> dict[str, Any]:
    await keep_all(store, snapshots)
    return await CatalogueHistory(store).of_models(catalogue, names, days)


async def test_all_names_of_a_model_are_added(store: HistoryStore) -> None:
    """Rule 1 and 2, over time; what belongs to no model belongs to none here either."""
    days: list[Snapshot] = [
        compile_of(day, {"koboldcpp/M": (1, 1, day + 1), "x/M-Q4_K_M": (2, 2, 2), "M2": 50}, TEXTS) for day in range(3)
    ]
    found = await history_of(store, days, catalogue_of(["x/M"], TEXT), "x/M")
    assert found["api_names"] == ["koboldcpp/M", "x/M-Q4_K_M"]
    assert [(point["usage_day"], point["usage_total"]) for point in found["points"]] == [(3, 3), (3, 4), (3, 5)]


async def test_days_seen_used_and_served(store: HistoryStore) -> None:
    use = [3, 0, 2, 0, 0]
    days = [compile_of(day, {"a": (count, 5, day), "b": 1}) for day, count in enumerate(use) if day != 3]
    looks = [look_of(1, {"a": 2}), look_of(1, {"a": 4}, 13), look_of(2, {"a": 1}), look_of(2, {"b": 1}, 13)]
    snapshots: list[Snapshot] = [*days, *looks, look_of(3, {"b": 1}), look_of(5, {"b": 1})]
    found = await history_of(store, snapshots, catalogue_of(["a"]), "a", days=10)
    assert (str(found["first_seen"]), str(found["last_used"])) == ("2025-01-01", "2025-01-03")
    assert (found["days_since_last_use"], found["days_without_worker"]) == (2, 3)
    assert (found["share_of_days_seen"], found["share_of_days_used"]) == (40.0, 50.0)
    threads = {str(point["day"]): point["worker_threads"] for point in found["points"]}
    assert threads["2025-01-02"] == {"least": 2, "mean": 3.0, "most": 4, "looks": 2}
    assert threads["2025-01-03"] == {"least": 0, "mean": 0.5, "most": 1, "looks": 2}
    assert threads["2025-01-01"] is None
    assert "2025-01-05" in threads


async def test_a_model_that_was_never_named_has_no_use_not_an_unknown_one(store: HistoryStore) -> None:
    """Rule 3: absent from the statistics is unused."""
    days: list[Snapshot] = [compile_of(day, {"b": day + 1}) for day in range(40)]
    found = await history_of(store, days, catalogue_of(["a"]), "a", days=30)
    assert found["first_seen"] is found["last_used"] is found["days_since_last_use"] is None
    assert {point["usage_day"] for point in found["points"]} == {0}
    assert found["use_per_day"][0]["requests_per_day"] == 0


async def test_an_empty_history_knows_nothing(store: HistoryStore) -> None:
    found = await history_of(store, [], catalogue_of(["a"]), "a")
    assert found["points"] == []
    assert found["trend_30d"] is found["history_to"] is found["share_of_days_seen"] is None


async def test_the_trend_is_told_with_its_uncertainty(store: HistoryStore) -> None:
    days: list[Snapshot] = [compile_of(day, {"a": (day * day + day % 3, day * day + 3, day)}) for day in range(56)]
    trend = (await history_of(store, days, catalogue_of(["a"]), "a"))["trend_30d"]
    assert trend["weeks"] == 8
    assert 0 < trend["low"] < trend["percent"] < trend["high"]


async def test_closed_months_stand_before_the_days(store: HistoryStore) -> None:
    days: list[Snapshot] = [compile_of(day, {"a": (1, 30, day)}) for day in range(100)]
    await keep_all(store, [*days, look_of(3, {"a": 2})])
    await store.prune(62)
    found = await CatalogueHistory(store).of_models(catalogue_of(["a"]), ["a"], 365)
    assert [(str(month["month"]), month["usage"], month["mean_worker_threads"]) for month in found["months"]] == [
        ("2025-01-01", 31, 2.0)
    ]
    assert str(found["first_seen"]) == "2025-01-01"
    assert str(found["history_from"]) == "2025-02-01"


async def test_the_days_used_of_a_closed_month_are_at_least_those_of_one_name(store: HistoryStore) -> None:
    days: list[Snapshot] = [
        compile_of(day, {"koboldcpp/M": (int(day < 10), 9, day), "x/M-Q4_K_M": (int(day >= 11), 9, day)}, TEXTS)
        for day in range(100)
    ]
    await keep_all(store, days)
    await store.prune(62)
    found = await CatalogueHistory(store).of_models(catalogue_of(["x/M"], TEXT), ["x/M"], 365)
    assert [month["days_used"] for month in found["months"]] == [20]
    assert "at least" in (MonthInfo.model_fields["days_used"].description or "")
