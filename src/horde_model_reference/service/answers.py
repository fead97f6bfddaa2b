"""Answers on the wire."""

from __future__ import annotations

import hashlib

from fastapi import Request, Response

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_schema import Answer
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.reports.csv_report import to_csv
from horde_model_reference.reports.exported_rows import exported_rows
from horde_model_reference.reports.json_report import to_json
from horde_model_reference.service.response_cache import matches


class CsvResponse(Response):
    """A body of CSV."""

    media_type = "text/csv"


def json_answer(answer: Answer) -> Response:
    """Return an answer as JSON."""
    return Response(to_json(answer), media_type="application/json")


def tagged(request: Request, body: bytes, media_type: str) -> Response:
    """Return a body with an entity tag, or 304 where the client has it; caches ask again each time."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if_none_match = ",".join(request.headers.getlist("If-None-Match")).encode("latin-1")
    if if_none_match and matches(if_none_match, etag.encode()):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def csv_answer(table: RiskTable, query: RiskQuery) -> Response:
    """Return the rows of a query's page as CSV, named after their category."""
    headers = {"Content-Disposition": f'attachment; filename="{table.category.value}-deletion-risk.csv"'}
    return CsvResponse(to_csv(exported_rows(table, query)), headers=headers)
