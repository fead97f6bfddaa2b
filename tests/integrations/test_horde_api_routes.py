"""The Horde's routes, and reports as processes share them."""

from __future__ import annotations

import pytest

from horde_model_reference.categories import HordeModelType
from horde_model_reference.integrations.horde_api_models import parse_stats
from horde_model_reference.integrations.horde_api_routes import (
    HeldPayload,
    clashing_status_kind,
    stats_kind,
    status_kind,
)
from tests.support.builders import FETCHED, stats_of
from tests.support.hostile_names import HOSTILE_NAMES


@pytest.mark.parametrize("model_type", HordeModelType)
def test_each_type_of_model_has_its_routes(model_type: HordeModelType) -> None:
    assert f"type={model_type.value}" in str(status_kind(model_type).route)
    assert str(stats_kind(model_type).route).startswith("stats/")


def test_text_workers_can_hide_image_models_and_none_can_hide_text_models() -> None:
    """Rule 7."""
    assert clashing_status_kind(HordeModelType.IMAGE) == status_kind(HordeModelType.TEXT)
    assert clashing_status_kind(HordeModelType.TEXT) is None


def test_a_route_shows_its_parameters() -> None:
    assert str(status_kind(HordeModelType.TEXT).route) == "status/models?type=text&model_state=all"
    assert str(stats_kind(HordeModelType.TEXT).route) == "stats/text/models"


def test_a_report_survives_sharing() -> None:
    kind = stats_kind(HordeModelType.IMAGE)
    figures = stats_of(dict.fromkeys(HOSTILE_NAMES.values(), 2**53))
    figures["day"].popitem()
    held = HeldPayload(parse_stats(figures), FETCHED)
    again = HeldPayload.from_json(held.to_json(), kind)
    assert again.report.frame.equals(held.report.frame)
    assert (again.report.known, again.report.faults) == (held.report.known, held.report.faults)
    assert again.fetched_at == FETCHED


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"columns": {}, "known": 1, "faults": [], "fetched_at": "x"}'])
def test_a_text_of_another_form_is_an_error(text: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        HeldPayload.from_json(text, stats_kind(HordeModelType.IMAGE))
