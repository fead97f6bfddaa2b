"""The Horde's list of workers."""

from __future__ import annotations

from typing import Any

import pytest

from horde_model_reference.categories import HordeModelType
from horde_model_reference.integrations.horde_workers import parse_workers, workers_route


def test_each_model_has_the_workers_that_serve_it() -> None:
    raw = [
        {"name": "b", "models": ["one", "two"], "threads": 2},
        {"name": "a", "models": ["one"], "maintenance_mode": False},
        {"name": "resting", "models": ["one"], "maintenance_mode": True},
    ]
    assert parse_workers(raw) == {"one": ("a", "b"), "two": ("b",)}


@pytest.mark.parametrize(
    "entry", [None, 3, "x", [], {}, {"name": "a"}, {"name": 3, "models": ["one"]}, {"models": ["x"]}]
)
def test_entries_that_make_no_sense_are_left_out(entry: Any) -> None:
    assert parse_workers([entry, {"name": "a", "models": ["one", None, 3]}]) == {"one": ("a",)}


@pytest.mark.parametrize("raw", [None, {}, "x", 3])
def test_rule_3_anything_but_a_list_is_unknown(raw: Any) -> None:
    assert parse_workers(raw) is None


def test_the_route_is_of_a_type() -> None:
    assert str(workers_route(HordeModelType.TEXT)) == "workers?type=text"
