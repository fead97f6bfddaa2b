"""The catalogue itself, and the deletion-risk routes under their older address."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import TypeAdapter

from horde_model_reference.analytics.unknown_names import unknown_model
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.reports.json_report import escaped_json
from horde_model_reference.service import problems
from horde_model_reference.service.cacheable import cacheable
from horde_model_reference.service.dependencies import CatalogueReader, Catalogues
from horde_model_reference.service.model_names import ANY_TEXT
from horde_model_reference.service.openapi import CACHED
from horde_model_reference.service.parameters import Category, ModelName
from horde_model_reference.service.statistics.routers.deletion_risk import (
    deletion_risk_route_subpath,
    read_category_deletion_risk,
)
from horde_model_reference.thread_pool import run_in_thread

router = APIRouter(tags=["v2"])

Record = dict[str, Any]
_JSON = TypeAdapter(Record)

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
    responses=problems.responses(404, 422, 500) | CACHED,
)
async def read_reference(catalogues: Catalogues, model_category_name: Category) -> Response:
    """A category's records by name, in the v2 format; empty where its catalogue has none.

    Records of text models carry `text_model_group`, the name of their family among the rows of families.
    """
    served = await catalogues.served(model_category_name)
    return cacheable(await run_in_thread(lambda: _answer(served.index.records())), served)


@router.get(
    f"/{{model_category_name}}/model/{{model_name:{ANY_TEXT}}}",
    operation_id="read_v2_model",
    summary="Get one record by an unambiguous path",
    response_model=Record,
    responses=problems.responses(404, 422, 500) | CACHED,
)
async def read_model(catalogues: Catalogues, model_category_name: Category, model_name: ModelName) -> Response:
    """Return one record, in the v2 format; models named `search` or `popular` are found too."""
    return await _record(catalogues, model_category_name, model_name)


@router.get(
    f"/{{model_category_name}}/{{model_name:{ANY_TEXT}}}",
    operation_id="read_v2_single_model",
    summary="Get one record",
    response_model=Record,
    responses=problems.responses(404, 422, 500) | CACHED,
)
async def read_single_model(catalogues: Catalogues, model_category_name: Category, model_name: ModelName) -> Response:
    """One record, in the v2 format."""
    return await _record(catalogues, model_category_name, model_name)


async def _record(catalogues: CatalogueReader, category: MODEL_REFERENCE_CATEGORY, name: str) -> Response:
    served = await catalogues.served(category)
    index = served.index
    if name not in index.catalogue.records:
        raise await run_in_thread(unknown_model, category, name, index.catalogue.records, index.catalogue.skipped)
    return cacheable(await run_in_thread(lambda: _answer(index.record(name))), served)


def _answer(content: Record) -> Response:
    return Response(escaped_json(_JSON.dump_json(content)), media_type="application/json")
