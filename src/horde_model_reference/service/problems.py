"""Errors over HTTP: one body (RFC 9457), written by one function, for everything that can go wrong."""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from horde_model_reference.errors import HordeModelReferenceError
from horde_model_reference.escaping import shortened, visible
from horde_model_reference.reports.json_report import escaped_json

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)


PHRASES: dict[int, str] = {413: "Content Too Large", 414: "URI Too Long", 422: "Unprocessable Content"}
"""Reason phrases of RFC 9110 where older Pythons have those of its predecessors."""

MOST_FAULTS = 20
"""Malformed parameters that an answer lists."""


class ParameterFault(BaseModel):
    """One malformed parameter of a request."""

    parameter: str = Field(description="The name of the parameter.")
    message: str = Field(description="The fault.")


class Problem(BaseModel):
    """Why a request failed."""

    type: str = Field(description="A page about this kind of problem; `about:blank` where the title says it all.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What went wrong, in one sentence.")
    code: str = Field(description="Stable, for programs.")
    errors: list[ParameterFault] | None = Field(
        None, description=f"Status 422: the malformed parameters, at most {MOST_FAULTS}."
    )


def phrase(status: int) -> str:
    """Return the reason phrase of a status, the same on every Python."""
    return PHRASES.get(status) or HTTPStatus(status).phrase


def problem(
    status: int, code: str, detail: str, *, errors: list[ParameterFault] | None = None, retry_after: float | None = None
) -> Response:
    """Return the answer for a problem."""
    body = Problem(type="about:blank", title=phrase(status), status=status, detail=detail, code=code, errors=errors)
    headers = {"Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
    content = escaped_json(body.model_dump_json(exclude_none=True).encode())
    return Response(content, status, headers=headers, media_type=MEDIA_TYPE)


BUSY_RETRY_AFTER = 1.0
"""Seconds after which a busy service may be asked again."""


def busy(detail: str) -> Response:
    """Return the answer of a service that has too much to do."""
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "service_busy", detail, retry_after=BUSY_RETRY_AFTER)


def install(app: FastAPI) -> None:
    """Make an app answer every error with a problem."""
    app.add_exception_handler(HordeModelReferenceError, _ours)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _frameworks)
    app.add_exception_handler(Exception, _unforeseen)


DEFAULT_RETRY_AFTER = 5.0
"""Seconds proposed to a client where the failure itself says nothing."""
PASSING = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE)
"""Statuses after which asking again makes sense."""


async def _ours(_: Request, error: Exception) -> Response:
    if not isinstance(error, HordeModelReferenceError):
        raise TypeError(type(error))
    if error.public_detail is not None:
        log.error("%s: %s", error.code, visible(error.message))
    detail = error.public_detail or " ".join(part for part in (error.message, error.hint) if part)
    wait = (error.retry_after or DEFAULT_RETRY_AFTER) if error.status in PASSING else None
    return problem(error.status, error.code, detail, retry_after=wait)


async def _malformed(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise TypeError(type(error))
    found = error.errors()
    faults = [ParameterFault(parameter=_name_of(fault["loc"]), message=fault["msg"]) for fault in found[:MOST_FAULTS]]
    messages = [f"{fault.parameter}: {fault.message}" for fault in faults]
    if len(found) > len(faults):
        messages.append(f"and {len(found) - len(faults)} more")
    detail = _sentence(f"Malformed parameters: {'; '.join(messages)}")
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "parameters_malformed", detail, errors=faults)


def _name_of(place: tuple[str | int, ...]) -> str:
    return visible(shortened(".".join(str(part) for part in place[1:] or place)))


def _sentence(text: str) -> str:
    return f"{text.removesuffix('.')}."


FRAMEWORK_CODES: dict[int, str] = {
    404: "route_unknown",
    405: "method_not_allowed",
    413: "body_too_large",
    503: "service_busy",
}


async def _frameworks(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise TypeError(type(error))
    answer = problem(error.status_code, FRAMEWORK_CODES.get(error.status_code, "http_error"), _sentence(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _unforeseen(_: Request, __: Exception) -> Response:
    detail = HordeModelReferenceError.public_detail or ""
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, HordeModelReferenceError.code, detail)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of a route's problems."""
    waiting = {"headers": {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}}
    return {
        status: {"model": Problem, "description": phrase(status), **(waiting if status in PASSING else {})}
        for status in statuses
    }
