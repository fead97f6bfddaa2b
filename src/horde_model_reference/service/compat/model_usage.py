"""Usage and workers of a category's models: all by name, and the most popular."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

import polars as pl
from fastapi import APIRouter, Query, Response
from pydantic import TypeAdapter

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.compat.model_usage import UsageQuery, popular_models, usage_by_model
from horde_model_reference.compat.schema import ModelUsage, PopularModel, PopularSort, UsageSort
from horde_model_reference.reports.json_report import escaped_json
from horde_model_reference.service import problems
from horde_model_reference.service.cacheable import cacheable
from horde_model_reference.service.dependencies import Reader, TableReader
from horde_model_reference.service.openapi import CACHED
from horde_model_reference.service.parameters import RiskCategory
from horde_model_reference.service.tables import ServedTable
from horde_model_reference.thread_pool import run_in_thread

router = APIRouter(tags=["v2", "older clients"], responses=problems.responses(400, 404, 422, 500, 502) | CACHED)

MOST_MODELS = 1_000
"""Models of one list of the most popular at most."""

_USAGE = TypeAdapter(dict[str, ModelUsage])
_POPULAR = TypeAdapter(list[PopularModel])

WithWorkers = Annotated[bool, Query(description="List the workers that serve each model.")]
WithVariations = Annotated[bool, Query(description="Per-backend figures of text models.")]
MinWorkers = Annotated[
    int, Query(ge=0, le=2**31, description="Only models with at least so many worker threads; 0 for all.")
]
SortBy = Annotated[UsageSort, Query(description="The order; ties by name, unknown figures last. Names ascend.")]
SortDesc = Annotated[bool, Query(description="Figures descend.")]
PopularBy = Annotated[PopularSort, Query(description="The figure by which models are popular; unknown figures last.")]
Limit = Annotated[int, Query(ge=1, le=MOST_MODELS, description="At most so many models.")]


@router.get(
    "/statistics/{model_category_name}/with-stats",
    operation_id="read_v2_category_usage",
    summary="Get usage and workers of a category's models",
    response_model=dict[str, ModelUsage],
)
async def read_category_usage(  # noqa: PLR0913, PLR0917 - one parameter a query parameter
    reader: Reader,
    model_category_name: RiskCategory,
    include_workers: WithWorkers = False,  # noqa: FBT002
    include_backend_variations: WithVariations = False,  # noqa: FBT002
    min_worker_count: MinWorkers = 0,
    sort_by: SortBy = UsageSort.name,
    sort_desc: SortDesc = True,  # noqa: FBT002
) -> Response:
    """Usage, workers, speed and queue of each model by name; a figure that the Horde did not give is null."""
    served, workers = await _served(reader, model_category_name, include_workers=include_workers)
    query = UsageQuery(
        backends=include_backend_variations, min_worker_count=min_worker_count, sort_by=sort_by, sort_desc=sort_desc
    )
    body = await run_in_thread(lambda: _USAGE.dump_json(usage_by_model(served.table, workers, query)))
    return _answer(body, served, whole=workers is not None or not include_workers)


@router.get(
    "/v2/{model_category_name}/popular",
    operation_id="read_v2_popular_models",
    summary="Get the most popular models of a category",
    response_model=list[PopularModel],
)
async def read_popular_models(
    reader: Reader,
    model_category_name: RiskCategory,
    limit: Limit = 10,
    sort_by: PopularBy = PopularSort.worker_count,
    include_workers: WithWorkers = False,  # noqa: FBT002
) -> Response:
    """The models with most workers or most use, most first."""
    served, workers = await _served(reader, model_category_name, include_workers=include_workers)
    tell = partial(popular_models, served.table, workers, sort_by=sort_by, limit=limit)
    body = await run_in_thread(lambda: _POPULAR.dump_json(tell()))
    return _answer(body, served, whole=workers is not None or not include_workers)


async def _served(
    reader: TableReader, category: MODEL_REFERENCE_CATEGORY, *, include_workers: bool
) -> tuple[ServedTable, pl.DataFrame | None]:
    """Return the served table and, if wanted and known, the workers."""
    if not include_workers:
        return await reader.served(category), None
    return await asyncio.gather(reader.served(category), reader.engine.workers(category))


def _answer(body: bytes, served: ServedTable, *, whole: bool) -> Response:
    """Return an answer; one that lacks the workers that were asked for is for this request alone."""
    answer = Response(escaped_json(body), media_type="application/json")
    return cacheable(answer, served) if whole else answer
