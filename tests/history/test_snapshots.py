"""Snapshots of an observation: complete parts only (rule 3)."""

from __future__ import annotations

from horde_model_reference.history.snapshots import StatsSnapshot, WorkerSnapshot, digest, snapshots
from tests.support.builders import observation_of, stats_of, status_of


def test_an_observation_gives_a_snapshot_of_each_part() -> None:
    stats, workers = snapshots(observation_of(stats_of({"a": 1}), status_of({"a": 3})))
    assert isinstance(stats, StatsSnapshot)
    assert isinstance(workers, WorkerSnapshot)
    assert workers.frame.rows() == [("a", 3)]


def test_a_part_with_an_unknown_period_is_not_kept() -> None:
    """Rule 3."""
    stats = stats_of({"a": 1}) | {"month": {}}
    assert [type(found) for found in snapshots(observation_of(stats))] == [WorkerSnapshot]
    assert [type(found) for found in snapshots(observation_of(stats_of({"a": 1}), []))] == [StatsSnapshot]


def test_statistics_describe_the_day_before_they_are_seen_and_workers_the_same_day() -> None:
    stats, workers = snapshots(observation_of(stats_of({"a": 1})))
    assert workers.day - stats.day == 1


def test_the_digest_does_not_depend_on_the_order_of_names() -> None:
    """Rule 12."""
    one, other, third = (
        next(snapshots(observation_of(stats_of(figures)))).frame
        for figures in ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 2, "b": 1})
    )
    assert digest(one) == digest(other) != digest(third)
