"""Query parameters that a route does not have: a warning, or status 422 where the request is strict."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError

from horde_model_reference.analytics.detail_schema import CategoryAttributionResponse
from horde_model_reference.analytics.risk_schema import CategoryDeletionRiskResponse, WarningInfo
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.escaping import quoted
from horde_model_reference.service.problems import MOST_FAULTS

COMPARED_LENGTH = 50
"""How much of an unknown name is compared with the known ones; these are shorter."""

Strict = Annotated[bool, Query(description="Refuse unknown parameters (status 422) instead of warning of them.")]


def unknown_parameters(request: Request, strict: Strict = False) -> tuple[WarningInfo, ...]:  # noqa: FBT002
    """Return a warning for each parameter of the query that the route does not have, at most ``MOST_FAULTS``.

    Raises:
        RequestValidationError: There are any, and the request is strict.
    """
    known = sorted({"strict", *_parameters(request.scope["route"].dependant)})
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in known][:MOST_FAULTS]
    if unknown and strict:
        raise RequestValidationError([{"loc": ("query", name), "msg": _sentence(name, known)} for name in unknown])
    warnings = (DataWarning("parameter_unknown", _sentence(name, known)) for name in unknown)
    return tuple(WarningInfo(code=warning.code, message=warning.message) for warning in warnings)


Unknown = Annotated[tuple[WarningInfo, ...], Depends(unknown_parameters)]


Warned = TypeVar("Warned", CategoryDeletionRiskResponse, CategoryAttributionResponse)


def warned(answer: Warned, unknown: tuple[WarningInfo, ...]) -> Warned:
    """Return an answer with the warnings about its request behind those about its data."""
    return answer.model_copy(update={"warnings": [*answer.warnings, *unknown]}) if unknown else answer


def _parameters(dependant: Dependant) -> Iterator[str]:
    """Yield the names of the query parameters of a route and of all that it depends on."""
    yield from (parameter.alias for parameter in dependant.query_params)
    for dependency in dependant.dependencies:
        yield from _parameters(dependency)


def _sentence(name: str, known: list[str]) -> str:
    nearest = get_close_matches(name[:COMPARED_LENGTH].lower(), known, n=1)
    proposal = f"; the nearest is {nearest[0]}" if nearest else ""
    return f"There is no parameter {quoted(name)}{proposal}."
