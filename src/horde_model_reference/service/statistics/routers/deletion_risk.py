"""The deletion-risk routes: parse, call, return."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from horde_model_reference.analytics.filter_presets import PRESETS
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import BY_REMOVAL, DEFAULT_SORT, SCALAR_COLUMNS, RiskQuery
from horde_model_reference.analytics.risk_response import respond, respond_with_attribution
from horde_model_reference.analytics.risk_schema import (
    CategoryAttributionResponse,
    CategoryDeletionRiskResponse,
    ModelDeletionRiskDetail,
)
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE, has_families, usage_traits
from horde_model_reference.history.history_schema import ModelHistoryResponse
from horde_model_reference.service import problems
from horde_model_reference.service.answers import CsvResponse, csv_answer, json_answer
from horde_model_reference.service.dependencies import (
    OverridableEngineDep,
    Reader,
    get_deletion_risk_cache,
    get_horde_api_integration,
)
from horde_model_reference.service.model_names import ANY_TEXT
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

Category = Annotated[
    MODEL_REFERENCE_CATEGORY,
    Path(description=f"The category; the Horde reports usage for {' and '.join(USAGE)}."),
]
Grouped = Annotated[bool, Query(description="Families instead of single text models; no effect on image models.")]
WithVariations = Annotated[bool, Query(description="Per-backend figures of text models; only when not grouped.")]
Preset = Annotated[
    str | None,
    Query(
        description="Only the rows that answer one question: "
        + " ".join(f"`{preset.name}`: {preset.sentence}" for preset in PRESETS.values()),
        examples=["zero_usage"],
        json_schema_extra={"enum": ["", *sorted(PRESETS)]},
    ),
]
Limit = Annotated[int | None, Query(ge=1, description="At most so many rows; all by default.", examples=[50])]
Offset = Annotated[int, Query(ge=0, description="Leave out so many rows first.")]
Sort = Annotated[
    str,
    Query(
        description=f"A scalar column ({', '.join(SCALAR_COLUMNS)}), `-` before it for descending, or `{BY_REMOVAL}`: "
        "worst level first, then least month use; then image models by size, text models by total use and parameters. "
        "Ties by name.",
        examples=[BY_REMOVAL],
        json_schema_extra={"enum": [*SCALAR_COLUMNS, *(f"-{column}" for column in SCALAR_COLUMNS), BY_REMOVAL]},
    ),
]
Search = Annotated[str | None, Query(description="Part of the name or of a member's, ignoring case.", examples=["XL"])]
Level = Annotated[
    str | None,
    Query(
        description=f"Only rows of at least this level: {', '.join(reversed(RiskLevel))}.",
        examples=["high"],
        json_schema_extra={"enum": ["", *reversed(RiskLevel)]},
    ),
]
Baseline = Annotated[str | None, Query(description="Only this baseline.", examples=["stable_diffusion_xl"])]
Nsfw = Annotated[bool | None, Query(description="Only NSFW models, or only others.")]
ExactLevel = Annotated[RiskLevel | None, Query(description="Only rows of exactly this level.", examples=["medium"])]
OnlyVerdict = Annotated[Verdict | None, Query(description="Only models of this verdict; families have none.")]
Reason = Annotated[
    str | None,
    Query(description="Only rows with this flag, or with this code among `verdict_reasons`.", examples=["age_unknown"]),
]
Host = Annotated[str | None, Query(description="Only rows with a file on this host.", examples=["huggingface.co"])]
Days = Annotated[int, Query(ge=1, le=3650, description="How many days to return one by one.", examples=[90])]
ModelName = Annotated[str, Path(description="The model's name; it may contain slashes.", examples=["Deliberate"])]


async def get_category_deletion_risk(  # noqa: PLR0913, PLR0917 - one parameter a query parameter
    reader: Reader,
    model_category_name: Category,
    group_text_models: Grouped = False,  # noqa: FBT002
    include_backend_variations: WithVariations = False,  # noqa: FBT002
    preset: Preset = None,
    limit: Limit = None,
    offset: Offset = 0,
    sort: Sort = DEFAULT_SORT,
    search: Search = None,
    risk_level: Level = None,
    baseline: Baseline = None,
    nsfw: Nsfw = None,
    host: Host = None,
    exact_level: ExactLevel = None,
    verdict: OnlyVerdict = None,
    reason: Reason = None,
) -> CategoryDeletionRiskResponse:
    """Answer a query; the routes below differ in their format."""
    usage_traits(model_category_name)
    query = RiskQuery(
        group_text_models=group_text_models,
        include_backend_variations=include_backend_variations,
        preset=preset,
        limit=limit,
        offset=offset,
        sort=sort or DEFAULT_SORT,
        search=search,
        risk_level=risk_level,
        baseline=baseline,
        nsfw=nsfw,
        host=host,
        exact_level=exact_level,
        verdict=verdict,
        reason=reason,
    )
    table = await reader.table(model_category_name, keep_answer=not search)
    return await run_in_thread(respond, table, query)


CategoryAnswer = Annotated[CategoryDeletionRiskResponse, Depends(get_category_deletion_risk)]


@router.get(
    deletion_risk_route_subpath,
    operation_id="read_v2_category_deletion_risk",
    summary="Get deletion risk analysis for a model category",
    response_model=CategoryDeletionRiskResponse,
)
async def read_category_deletion_risk(answer: CategoryAnswer) -> Response:
    """Which models of a category are at risk of deletion, why, and on what figures."""
    return await run_in_thread(json_answer, answer)


@router.get(
    f"{deletion_risk_route_subpath}.csv",
    operation_id="read_v2_category_deletion_risk_csv",
    summary="Get deletion risk analysis for a model category as CSV",
    response_class=CsvResponse,
)
async def read_category_deletion_risk_csv(answer: CategoryAnswer) -> Response:
    """The same rows as CSV: the scalar columns and one column a flag; unknown is an empty cell."""
    return await run_in_thread(csv_answer, answer)


@router.get(
    "/{model_category_name}/attribution",
    operation_id="read_v2_category_attribution",
    summary="Get where every name that the Horde reports went",
    response_model=CategoryAttributionResponse,
)
async def read_category_attribution(reader: Reader, model_category_name: Category) -> Response:
    """Every API name of a category with its figures, the model it was counted for, and why."""
    table = await reader.table(model_category_name)
    return json_answer(await run_in_thread(respond_with_attribution, table))


@router.get(
    f"{deletion_risk_route_subpath}-history/{{model_name:{ANY_TEXT}}}",
    operation_id="read_v2_model_deletion_risk_history",
    summary="Get the use of one model over time",
    response_model=ModelHistoryResponse,
)
async def read_model_history(
    engine: OverridableEngineDep,
    model_category_name: Category,
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
)
async def read_model_deletion_risk(reader: Reader, model_category_name: Category, model_name: ModelName) -> Response:
    """One model with the evidence for every set flag, and the API names attributed to it."""
    table = await reader.table(model_category_name)
    return json_answer(await reader.engine.model_detail(model_category_name, table, model_name))
