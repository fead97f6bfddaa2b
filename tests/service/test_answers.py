"""Answers on the wire: media types and file names."""

from __future__ import annotations

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.service.answers import csv_answer, json_answer
from tests.support.builders import catalogue_of, observation_of, stats_of, table_of

TABLE = table_of(catalogue_of(["a"]), observation_of(stats_of({"a": 1})))


def test_json_carries_its_media_type() -> None:
    assert json_answer(respond(TABLE, RiskQuery())).headers["content-type"] == "application/json"


def test_csv_is_a_file_named_after_its_category() -> None:
    headers = csv_answer(TABLE, RiskQuery()).headers
    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert headers["content-disposition"] == 'attachment; filename="image_generation-deletion-risk.csv"'
