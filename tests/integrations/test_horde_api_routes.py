"""The Horde's routes, and reports as processes share them."""

from __future__ import annotations

import pytest

from horde_model_reference.categories import HordeModelType
from horde_model_reference.integrations.horde_api_models import parse_stats
from horde_model_reference.integrations.horde_api_routes import CLASHES_WITH, STATS, STATUS, HeldPayload
from tests.support.builders import FETCHED, stats_of
from tests.support.hostile_names import HOSTILE_NAMES


@pytest.mark.parametrize("kinds", [STATS, STATUS])
def test_each_type_of_model_has_its_routes(kinds: dict[HordeModelType, object]) -> None:
    assert kinds.keys() == set(HordeModelType) == CLASHES_WITH.keys()


def test_a_route_shows_its_parameters() -> None:
    assert str(STATUS[HordeModelType.TEXT].route) == "status/models?type=text&model_state=all"
    assert str(STATS[HordeModelType.TEXT].route) == "stats/text/models"


def test_a_report_survives_sharing() -> None:
    kind = STATS[HordeModelType.IMAGE]
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
        HeldPayload.from_json(text, STATS[HordeModelType.IMAGE])
