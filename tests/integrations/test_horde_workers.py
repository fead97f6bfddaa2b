"""The Horde's list of workers."""

from __future__ import annotations

from typing import Any

import pytest

from horde_model_reference.categories import HordeModelType
from horde_model_reference.errors import HordeAPIError
from horde_model_reference.integrations.horde_api_models import ENTRIES_SKIPPED
from horde_model_reference.integrations.horde_api_routes import HeldPayload, workers_kind
from horde_model_reference.integrations.horde_workers import WORKERS_SCHEMA, parse_workers, workers_by_api_name
from tests.support.builders import FETCHED

WHOLE = {
    "id": "1",
    "name": "a",
    "models": ["one"],
    "online": True,
    "trusted": False,
    "maintenance_mode": False,
    "threads": 2,
    "uptime": 60.0,
    "performance": "0.4 megapixelsteps per second",
}


def test_each_model_has_the_workers_that_serve_it() -> None:
    raw = [
        {"name": "b", "models": ["one", "two"], "threads": 2},
        {"name": "a", "models": ["one"], "maintenance_mode": False},
        {"name": "resting", "models": ["one"], "maintenance_mode": True},
    ]
    assert workers_by_api_name(parse_workers(raw).frame) == {"one": ("a", "b"), "two": ("b",)}
    assert workers_by_api_name(None) is None


def test_a_worker_is_read_with_all_that_is_told_of_it() -> None:
    report = parse_workers([WHOLE, {"name": "b", "models": [], "uptime": -1, "threads": "x", "online": 1, "id": 3}])
    assert dict(report.frame.schema) == WORKERS_SCHEMA
    first, second = report.frame.to_dicts()
    assert first == WHOLE | {"uptime": 60}
    assert second == dict.fromkeys(WORKERS_SCHEMA) | {"id": "b", "name": "b", "models": []}
    assert report.complete


@pytest.mark.parametrize(
    "entry",
    [
        None,
        3,
        "x",
        [],
        {},
        {"name": "a"},
        {"name": 3, "models": ["one"]},
        {"models": ["x"]},
        WHOLE | {"name": "\ud800"},
    ],
)
def test_entries_that_make_no_sense_are_left_out_and_counted(entry: Any) -> None:
    report = parse_workers([entry, {"name": "a", "models": ["one", None, 3, "\ud800"]}])
    assert workers_by_api_name(report.frame) == {"one": ("a",)}
    assert report.faults == {ENTRIES_SKIPPED: 1}


@pytest.mark.parametrize("raw", [None, {}, "x", 3])
def test_rule_3_anything_but_a_list_is_a_failure(raw: Any) -> None:
    with pytest.raises(HordeAPIError, match="instead of a list"):
        parse_workers(raw)


def test_rule_3_an_empty_list_is_unknown() -> None:
    assert not parse_workers([]).known


def test_workers_are_shared_with_other_processes() -> None:
    kind = workers_kind(HordeModelType.TEXT)
    assert str(kind.route) == "workers?type=text"
    held = HeldPayload(parse_workers([WHOLE]), FETCHED)
    again = HeldPayload.from_json(held.to_json(), kind)
    assert again.report.frame.equals(held.report.frame)
    assert (again.report.complete, again.fetched_at) == (True, FETCHED)
