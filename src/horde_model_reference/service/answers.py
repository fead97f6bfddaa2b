"""Answers on the wire."""

from __future__ import annotations

from fastapi import Response

from horde_model_reference.analytics.risk_schema import Answer, CategoryDeletionRiskResponse
from horde_model_reference.reports.csv_report import to_csv
from horde_model_reference.reports.json_report import to_json


class CsvResponse(Response):
    """A body of CSV."""

    media_type = "text/csv"


def json_answer(answer: Answer) -> Response:
    """Return an answer as JSON."""
    return Response(to_json(answer), media_type="application/json")


def csv_answer(answer: CategoryDeletionRiskResponse) -> Response:
    """Return an answer's rows as CSV, named after its category."""
    headers = {"Content-Disposition": f'attachment; filename="{answer.category.value}-deletion-risk.csv"'}
    return CsvResponse(to_csv(answer.models), headers=headers)
