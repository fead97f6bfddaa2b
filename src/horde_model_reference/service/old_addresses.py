"""The addresses of earlier versions of the page; each leads to its successor, with its query."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.dashboard.shell import Section

router = APIRouter(include_in_schema=False)


def moved(request: Request, path: str, fragment: str = "") -> Response:
    """Return a permanent redirect to a path, with the request's query."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{path}{query}{fragment}", status_code=308)


@router.get("/category/{category}")
async def read_category(request: Request, category: MODEL_REFERENCE_CATEGORY) -> Response:
    """The models of a category."""
    return moved(request, Section.MODELS.path(category))


@router.get("/pictures/{category}")
async def read_pictures(request: Request, category: MODEL_REFERENCE_CATEGORY) -> Response:
    """The charts of a category."""
    return moved(request, Section.CHARTS.path(category))


@router.get("/pictures/{category}/over-time")
async def read_over_time(request: Request, category: MODEL_REFERENCE_CATEGORY) -> Response:
    """The use of a category over time."""
    return moved(request, Section.CHARTS.path(category), "#over-time")
