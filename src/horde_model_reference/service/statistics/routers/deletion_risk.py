"""The deletion-risk routes: parse, call, return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from horde_model_reference.analytics.detail_schema import CategoryAttributionResponse, ModelDeletionRiskDetail
from horde_model_reference.analytics.query_parameters import taking
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond, respond_with_attribution
from horde_model_reference.analytics.risk_schema import CategoryDeletionRiskResponse
from horde_model_reference.categories import has_families, usage_traits
from horde_model_reference.history.history_schema import ModelHistoryResponse
from horde_model_reference.service import problems
from horde_model_reference.service.answers import CsvResponse, csv_answer, json_answer
from horde_model_reference.service.cacheable import cacheable
from horde_model_reference.service.dependencies import (
    OverridableEngineDep,
    Reader,
    get_deletion_risk_cache,
    get_horde_api_integration,
)
from horde_model_reference.service.model_names import ANY_TEXT
from horde_model_reference.service.openapi import CACHED, PAGED
from horde_model_reference.service.pagination import linked
from horde_model_reference.service.parameters import OF_API, ModelName, RiskCategory
from horde_model_reference.service.tables import ServedTable
from horde_model_reference.service.unknown_parameters import Unknown, warned
from horde_model_reference.thread_pool import run_in_thread

__all__ = [
    "deletion_risk_route_subpath",
    "get_category_deletion_risk",
    "get_deletion_risk_cache",
    "get_horde_api_integration",
    "router",
]

router = APIRouter(tags=["v2", "deletion-risk"], responses=problems.responses(400, 404, 422, 500, 502))

deletion_risk_route_subpath = "/{model_category_name}/deletion-risk"

Grouped = Annotated[bool, Query(description="Of a family of text models; no effect on image models.")]
Days = Annotated[int, Query(ge=1, le=3650, description="How many days to return one by one.", examples=[90])]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query to the served table of a category."""

    served: ServedTable
    query: RiskQuery

    def cacheable(self, response: Response) -> Response:
        """Allow the response to be kept, unless it is of a free-text search."""
        return cacheable(response, self.served, keep=not self.query.search)


@taking(OF_API)
async def _asked(reader: Reader, model_category_name: RiskCategory, **parameters: Any) -> Asked:
    usage_traits(model_category_name)
    query = RiskQuery.of(parameters)
    return Asked(await reader.served(model_category_name), query)


@taking(OF_API)
async def get_category_deletion_risk(
    reader: Reader, model_category_name: RiskCategory, **parameters: Any
) -> CategoryDeletionRiskResponse:
    """Answer a query, with the parameters of the route by name."""
    asked = await _asked(reader, model_category_name, **parameters)
    return await run_in_thread(respond, asked.served.table, asked.query)


AskedRows = Annotated[Asked, Depends(_asked)]


@router.get(
    deletion_risk_route_subpath,
    operation_id="read_v2_category_deletion_risk",
    summary="Get deletion risk analysis for a model category",
    response_model=CategoryDeletionRiskResponse,
    responses=PAGED,
)
async def read_category_deletion_risk(asked: AskedRows, unknown: Unknown) -> Response:
    """The models of a category with their risk of deletion, the reasons, and the figures behind them."""
    answer = await run_in_thread(respond, asked.served.table, asked.query)
    return asked.cacheable(linked(await run_in_thread(json_answer, warned(answer, unknown)), answer.next))


@router.get(
    f"{deletion_risk_route_subpath}.csv",
    operation_id="read_v2_category_deletion_risk_csv",
    summary="Get deletion risk analysis for a model category as CSV",
    response_class=CsvResponse,
    responses=CACHED,
)
async def read_category_deletion_risk_csv(asked: AskedRows) -> Response:
    """The same rows as CSV: the scalar columns and one column a flag; unknown is an empty cell."""
    return asked.cacheable(await run_in_thread(csv_answer, asked.served.table, asked.query))


@router.get(
    "/{model_category_name}/attribution",
    operation_id="read_v2_category_attribution",
    summary="Get where every name that the Horde reports went",
    response_model=CategoryAttributionResponse,
    responses=CACHED,
)
async def read_category_attribution(reader: Reader, model_category_name: RiskCategory, unknown: Unknown) -> Response:
    """Every API name of a category with its figures, the model it was counted for, and why."""
    served = await reader.served(model_category_name)
    answer = await run_in_thread(respond_with_attribution, served.table)
    return cacheable(json_answer(warned(answer, unknown)), served)


@router.get(
    f"{deletion_risk_route_subpath}-history/{{model_name:{ANY_TEXT}}}",
    operation_id="read_v2_model_deletion_risk_history",
    summary="Get the use of one model over time",
    response_model=ModelHistoryResponse,
)
async def read_model_history(
    engine: OverridableEngineDep,
    model_category_name: RiskCategory,
    model_name: ModelName,
    days: Days = 365,
    group_text_models: Grouped = False,  # noqa: FBT002
) -> Response:
    """Use and worker threads day by day, with trend and rates; of a family of text models on request."""
    grouped = group_text_models and has_families(model_category_name)
    return json_answer(await engine.model_history(model_category_name, model_name, days, family=grouped))


@router.get(
    f"{deletion_risk_route_subpath}/{{model_name:{ANY_TEXT}}}",
    operation_id="read_v2_model_deletion_risk",
    summary="Get deletion risk analysis for one model",
    response_model=ModelDeletionRiskDetail,
    responses=CACHED,
)
async def read_model_deletion_risk(
    reader: Reader, model_category_name: RiskCategory, model_name: ModelName
) -> Response:
    """One model with the evidence for every set flag, and the API names attributed to it."""
    served = await reader.served(model_category_name)
    detail = await reader.engine.model_detail(model_category_name, served.table, model_name)
    return cacheable(json_answer(detail), served)
