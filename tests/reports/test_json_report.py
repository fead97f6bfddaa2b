"""JSON: the answer, whole, with nothing in it that a terminal would obey (rule 13)."""

from __future__ import annotations

import json

import pytest

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond, respond_for_model, respond_with_attribution
from horde_model_reference.analytics.risk_schema import Answer, CategoryDeletionRiskResponse
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.reports.json_report import to_json
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_a_name_is_inert_and_reads_back(name: str, hostile: RiskTable) -> None:
    """Rule 13: no raw control character, and the same name for whoever parses it."""
    written = to_json(respond_for_model(hostile, name)).decode()
    assert not ACTIVE.search(written)
    read = json.loads(written)
    assert (read["name"], read["baseline"]) == (name, name.strip())


def test_answers_read_back_whole(hostile: RiskTable, hostile_text: RiskTable) -> None:
    answers: list[Answer] = [
        respond(hostile, RiskQuery()),
        respond(hostile_text, RiskQuery(include_backend_variations=True)),
        respond(hostile_text, RiskQuery(group_text_models=True)),
        respond_with_attribution(hostile_text),
    ]
    for answer in answers:
        written = to_json(answer)
        assert not ACTIVE.search(written.decode())
        assert type(answer).model_validate_json(written) == answer


def test_the_order_is_that_of_the_schema(tiny: RiskTable) -> None:
    """Rule 12: same answer, same bytes."""
    written = to_json(respond(tiny, RiskQuery()))
    assert list(json.loads(written)) == list(CategoryDeletionRiskResponse.model_fields)
    assert written == to_json(respond(tiny, RiskQuery()))
    assert b"\n" not in written
