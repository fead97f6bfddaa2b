"""The catalogue itself, and the deletion-risk routes under their older address."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import TypeAdapter

from horde_model_reference.analytics.unknown_names import unknown_model
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.reports.json_report import inert
from horde_model_reference.service import problems
from horde_model_reference.service.dependencies import Manager
from horde_model_reference.service.model_names import ANY_TEXT
from horde_model_reference.service.statistics.routers.deletion_risk import (
    deletion_risk_route_subpath,
    read_category_deletion_risk,
)
from horde_model_reference.thread_pool import run_in_thread

router = APIRouter(tags=["v2"])

Record = dict[str, Any]
_JSON = TypeAdapter(Record)

Category = Annotated[MODEL_REFERENCE_CATEGORY, Path(description="The category.")]

router.add_api_route(deletion_risk_route_subpath, read_category_deletion_risk, methods=["GET"], include_in_schema=False)


@router.get("/model_categories", operation_id="read_v2_model_categories", summary="Get the model categories")
async def read_model_categories() -> list[MODEL_REFERENCE_CATEGORY]:
    """The names of all categories."""
    return list(MODEL_REFERENCE_CATEGORY)


@router.get(
    "/{model_category_name}",
    operation_id="read_v2_reference",
    summary="Get a category's records",
    response_model=dict[str, Record],
    responses=problems.responses(422, 500),
)
async def read_reference(manager: Manager, model_category_name: Category) -> Response:
    """A category's records by name, in the v2 format; empty where its catalogue has none."""
    records = await manager.get_model_reference(model_category_name)
    return await run_in_thread(lambda: _answer({name: record.as_json() for name, record in records.items()}))


@router.get(
    f"/{{model_category_name}}/{{model_name:{ANY_TEXT}}}",
    operation_id="read_v2_single_model",
    summary="Get one record",
    response_model=Record,
    responses=problems.responses(404, 422, 500),
)
async def read_single_model(
    manager: Manager,
    model_category_name: Category,
    model_name: Annotated[str, Path(description="The model's name; it may contain slashes.", examples=["Deliberate"])],
) -> Response:
    """One record, in the v2 format."""
    catalogue = await manager.get_catalogue(model_category_name)
    records = catalogue.records
    if model_name not in records:
        raise await run_in_thread(unknown_model, model_category_name, model_name, records, catalogue.skipped)
    return _answer(records[model_name].as_json())


def _answer(content: Record) -> Response:
    return Response(inert(_JSON.dump_json(content)), media_type="application/json")
