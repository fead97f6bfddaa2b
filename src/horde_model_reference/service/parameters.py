"""The parameters of routes; those of queries are made from their declarations."""

from __future__ import annotations

from functools import partial
from inspect import Parameter
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BeforeValidator, Field, WithJsonSchema

from horde_model_reference.analytics.query_parameters import QueryParameter
from horde_model_reference.analytics.risk_query import BY_REMOVAL, PARAMETERS
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.dashboard.views import MOST_ROWS, PAGE_SIZE

Category = Annotated[MODEL_REFERENCE_CATEGORY, Path(description="The category.", examples=["image_generation"])]
RiskCategory = Annotated[
    MODEL_REFERENCE_CATEGORY,
    WithJsonSchema({"type": "string", "enum": [category.value for category in USAGE]}),
    Path(
        description="The category; of the others the Horde reports no usage, and they get status 400.",
        examples=["image_generation"],
    ),
]
ModelName = Annotated[str, Path(description="The model's name; it may contain slashes.", examples=["Deliberate"])]


def _of_api(found: QueryParameter) -> Parameter:
    """Return a parameter of routes; a choice that is none gets status 400 from the query, as the contract says."""
    return _parameter(found, found.kind, found.default)


def _of_page(found: QueryParameter) -> Parameter:
    """Return a parameter of a page, whose forms send an empty text where nothing was chosen."""
    kind, default = _OF_PAGES.get(found.name, (found.kind, found.default))
    return _parameter(found, Annotated[kind, BeforeValidator(partial(_or_default, default))], default)


def _or_default(default: object, value: object) -> object:
    return default if value == "" else value


_OF_PAGES: dict[str, tuple[Any, Any]] = {
    "limit": (Annotated[int, Field(le=MOST_ROWS)], PAGE_SIZE),
    "sort": (str, BY_REMOVAL),
}
"""Types and defaults of a page that differ from those of the API."""


def _parameter(found: QueryParameter, kind: Any, default: Any) -> Parameter:
    declared = found.declared
    choices = (*([""] if found.default is None else []), *declared.choices)
    query = Query(
        description=declared.description,
        ge=declared.least,
        examples=None if declared.example is None else [declared.example],
        json_schema_extra={"enum": list(choices)} if declared.choices else None,
    )
    return Parameter(found.name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, query])


OF_API: tuple[Parameter, ...] = tuple(map(_of_api, PARAMETERS))
OF_PAGES: tuple[Parameter, ...] = tuple(map(_of_page, PARAMETERS))
