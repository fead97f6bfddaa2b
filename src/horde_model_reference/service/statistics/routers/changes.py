"""The routes of changes: as JSON and as an Atom feed."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from horde_model_reference.categories import usage_traits
from horde_model_reference.history.atom_feed import MEDIA_TYPE, atom_feed
from horde_model_reference.history.changes_schema import CategoryChangesResponse
from horde_model_reference.reports.json_report import to_json
from horde_model_reference.service import problems
from horde_model_reference.service.answers import tagged
from horde_model_reference.service.dependencies import OverridableEngineDep
from horde_model_reference.service.openapi import headers
from horde_model_reference.service.pagination import linked, next_page
from horde_model_reference.service.parameters import RiskCategory

router = APIRouter(tags=["v2", "deletion-risk"], responses=problems.responses(400, 404, 422, 500, 503))

Since = Annotated[date | None, Query(description="Only changes from this day on (UTC).", examples=["2026-05-01"])]
Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many changes.")]
Offset = Annotated[int, Query(ge=0, le=2**31, description="Leave out so many of the newest first.")]


async def get_category_changes(  # noqa: PLR0913, PLR0917 - one parameter a query parameter
    request: Request,
    engine: OverridableEngineDep,
    model_category_name: RiskCategory,
    since: Since = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> CategoryChangesResponse:
    """Answer a query; the routes below differ in their format."""
    usage_traits(model_category_name)
    found = await engine.history.changes(model_category_name, since, limit, offset)
    following = next_page(request, found.offset, found.returned_count, found.total_count)
    return found.model_copy(update={"next": following})


Changes = Annotated[CategoryChangesResponse, Depends(get_category_changes)]


class AtomResponse(Response):
    """A body of Atom."""

    media_type = MEDIA_TYPE


@router.get(
    "/{model_category_name}/changes",
    operation_id="read_v2_category_changes",
    summary="Get the changes of a category",
    response_model=CategoryChangesResponse,
    responses={200: {"headers": headers("ETag", "Cache-Control", "Link")}},
)
async def read_category_changes(request: Request, changes: Changes) -> Response:
    """The changes day by day, the newest first: marks, critical models, the catalogue, and names of no model."""
    return linked(tagged(request, to_json(changes), "application/json"), changes.next)


@router.get(
    "/{model_category_name}/changes.atom",
    operation_id="read_v2_category_changes_atom",
    summary="Get the changes of a category as an Atom feed",
    response_class=AtomResponse,
)
async def read_category_changes_atom(request: Request, changes: Changes) -> Response:
    """The same changes as an Atom feed (RFC 4287) with links to the other pages."""
    return tagged(request, atom_feed(changes, request.url.path), MEDIA_TYPE)
