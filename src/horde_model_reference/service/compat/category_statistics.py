"""Statistics over the records of a category, and the redirect of a route that has a new address."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from horde_model_reference.compat.category_statistics import category_statistics
from horde_model_reference.compat.schema import CategoryStatistics
from horde_model_reference.service import problems
from horde_model_reference.service.answers import json_answer
from horde_model_reference.service.cacheable import cacheable
from horde_model_reference.service.dependencies import Catalogues
from horde_model_reference.service.old_addresses import moved
from horde_model_reference.service.openapi import CACHED
from horde_model_reference.service.parameters import Category, RiskCategory
from horde_model_reference.thread_pool import run_in_thread

router = APIRouter(tags=["v2", "older clients"])

Grouped = Annotated[bool, Query(description="Families instead of single text models; no effect on others.")]
Limit = Annotated[int | None, Query(ge=1, le=2**31, description="Rows of the page; it changes no count.")]
Offset = Annotated[int, Query(ge=0, le=2**31, description="Rows before the page; it changes no count.")]


@router.get(
    "/{model_category_name}",
    operation_id="read_v2_category_statistics",
    summary="Get statistics over a category's records",
    response_model=CategoryStatistics,
    responses=problems.responses(404, 422, 500) | CACHED,
)
async def read_category_statistics(
    catalogues: Catalogues,
    model_category_name: Category,
    group_text_models: Grouped = False,  # noqa: FBT002
    limit: Limit = None,
    offset: Offset = 0,
) -> Response:
    """Baselines, tags, styles, sizes and files of a category's records; usage is told elsewhere."""
    served = await catalogues.served(model_category_name)
    count = partial(category_statistics, served.index, grouped=group_text_models, limit=limit, offset=offset)
    return cacheable(json_answer(await run_in_thread(count)), served)


@router.get("/{model_category_name}/audit", include_in_schema=False)
async def read_category_audit(request: Request, model_category_name: RiskCategory) -> Response:
    """The former address of the deletion-risk route."""
    return moved(request, "deletion-risk")
