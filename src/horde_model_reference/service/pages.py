"""The web page's routes: parse, call, return."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Scope

from horde_model_reference.analytics.risk_query import BY_REMOVAL, RiskQuery
from horde_model_reference.catalogue.sources import SourceCopy
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.curation.artefacts import PlannedFile
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.patch import path_in_work_tree_of
from horde_model_reference.curation.telling import verdict_on
from horde_model_reference.dashboard.category_page import category_page
from horde_model_reference.dashboard.error_page import error_page
from horde_model_reference.dashboard.model_page import model_page
from horde_model_reference.dashboard.over_time import DAYS, over_time_page
from horde_model_reference.dashboard.pictures import pictures_page
from horde_model_reference.dashboard.plan_page import ARCHIVE, MOST_SHOWN, Ticked, plan_archive, plan_page
from horde_model_reference.dashboard.rendering import ASSETS, CONTENT_POLICY, asset_version
from horde_model_reference.dashboard.views import PAGE_SIZE, PAGE_SIZES, View
from horde_model_reference.errors import HistoryError, HordeModelReferenceError, NoHistoryError
from horde_model_reference.history.history_schema import ModelHistoryResponse
from horde_model_reference.service.dependencies import Reader
from horde_model_reference.service.encodings import ENCODERS, IDENTITY, negotiate
from horde_model_reference.service.model_names import ANY_TEXT
from horde_model_reference.thread_pool import plan_in_thread, run_in_thread

T = TypeVar("T")

router = APIRouter(include_in_schema=False)

FRONT = next(iter(USAGE))
MOST_FIELDS = 4 * MOST_SHOWN
"""Fields of a form that are read: a tick and a reason for every model listed, and room for more ticks."""


@dataclass(frozen=True, slots=True)
class ViewParameters:
    """The parts of a view as a form sends them: empty where nothing was chosen."""

    group_text_models: bool = False
    include_backend_variations: bool = False
    preset: str = ""
    limit: Annotated[int, Query(ge=1, le=max(PAGE_SIZES))] = PAGE_SIZE
    offset: Annotated[int, Query(ge=0)] = 0
    sort: str = BY_REMOVAL
    search: str = ""
    risk_level: str = ""
    baseline: str = ""
    nsfw: Annotated[str, Query(pattern="^(true|false)?$")] = ""
    host: str = ""

    def query(self) -> RiskQuery:
        """Return the question they ask."""
        return RiskQuery(
            group_text_models=self.group_text_models,
            include_backend_variations=self.include_backend_variations,
            preset=self.preset or None,
            limit=self.limit,
            offset=self.offset,
            sort=self.sort or BY_REMOVAL,
            search=self.search or None,
            risk_level=self.risk_level or None,
            baseline=self.baseline or None,
            nsfw={"true": True, "false": False}.get(self.nsfw),
            host=self.host or None,
        )


Parameters = Annotated[ViewParameters, Depends()]


def html(page: str) -> HTMLResponse:
    """Return a page that may load nothing from elsewhere."""
    return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_POLICY})


async def fresh(request: Request, make: Callable[[], str]) -> HTMLResponse:
    """Return a page that rests on more than a table, so that nobody keeps it: neither we nor a browser."""
    encoding = negotiate(request.headers.get("accept-encoding", "").encode("latin-1"))
    page = html(await plan_in_thread(make))
    page.headers["Cache-Control"] = "no-cache"
    page.headers["Vary"] = "Accept-Encoding"
    if encoding != IDENTITY:
        page.body = await run_in_thread(ENCODERS[encoding], bytes(page.body))
        page.headers["Content-Encoding"] = encoding
        page.headers["Content-Length"] = str(len(page.body))
    return page


@router.get("/")
async def read_front_page(reader: Reader, parameters: Parameters) -> Response:
    """The image models."""
    return await read_category_page(reader, FRONT, parameters)


@router.get("/category/{category}")
async def read_category_page(reader: Reader, category: MODEL_REFERENCE_CATEGORY, parameters: Parameters) -> Response:
    """A category's models."""
    view = View(category, parameters.query())
    table = await reader.table(category, keep_answer=not parameters.search)
    return html(await run_in_thread(category_page, table, view))


@router.get("/pictures/{category}")
async def read_pictures_page(reader: Reader, category: MODEL_REFERENCE_CATEGORY) -> Response:
    """A category in pictures."""
    return html(await run_in_thread(pictures_page, await reader.table(category)))


async def _past(asked: Awaitable[T]) -> T | str:
    """Return a past, or why it is not known: a page has more to show, or can say so."""
    try:
        return await asked
    except (NoHistoryError, HistoryError) as error:
        return error.public_detail or error.message


@router.get("/pictures/{category}/over-time")
async def read_over_time_page(reader: Reader, request: Request, category: MODEL_REFERENCE_CATEGORY) -> Response:
    """A category's use over time; kept as its table is, which changes with every day that is added."""
    await reader.engine.table(category)
    catalogue = await reader.engine.manager.get_catalogue(category)
    found = await _past(reader.engine.history.of_models(catalogue, list(catalogue.records), DAYS))
    if isinstance(found, str):
        return await fresh(request, partial(over_time_page, category, found))
    await reader.table(category)
    about = {"category": category, "name": category.value, "members": None}
    history = ModelHistoryResponse.model_validate(about | found)
    return html(await run_in_thread(over_time_page, category, history))


@router.get("/model/{category}")
@router.get(f"/model/{{category}}/{{name:{ANY_TEXT}}}")
async def read_model_page(reader: Reader, request: Request, category: MODEL_REFERENCE_CATEGORY, name: str) -> Response:
    """One model; a name that no path can carry stands in the query."""
    made = await reader.made(category)
    detail = await reader.engine.model_detail(category, made.table, name)
    history = await _past(reader.engine.model_history(category, name, DAYS))

    def make() -> str:
        verdict = verdict_on(made.facts, reader.engine.policy, name)
        return model_page(detail, made.facts.catalogue.records[name], verdict, history)

    return await fresh(request, make)


async def _ticked(request: Request) -> Ticked:
    """Read the plan page's form, or the names in its address."""
    sent = await request.form(max_fields=MOST_FIELDS) if request.method == "POST" else request.query_params
    return Ticked.read((field, value) for field, value in sent.multi_items() if isinstance(value, str))


TickedModels = Annotated[Ticked, Depends(_ticked)]


@router.get("/plan/{category}")
@router.post("/plan/{category}")
async def read_plan_page(
    reader: Reader, request: Request, category: MODEL_REFERENCE_CATEGORY, ticked: TickedModels
) -> Response:
    """The plan of a selection; its script requests only the part that changes."""
    made = await reader.made(category)
    outcome_alone = request.headers.get("x-part") == "outcome"
    make = partial(plan_page, made.facts, reader.engine.policy, ticked, outcome_alone=outcome_alone)
    return await fresh(request, make)


@router.post(f"/plan/{{category}}/{ARCHIVE}")
async def read_plan_archive(reader: Reader, category: MODEL_REFERENCE_CATEGORY, ticked: TickedModels) -> Response:
    """The files of the plan of a selection, as a download."""
    made = await reader.made(category)
    planned = _planned(made.facts, made.copy)
    content = await plan_in_thread(plan_archive, made.facts, reader.engine.policy, planned, ticked)
    headers = {"Content-Disposition": f'attachment; filename="{ARCHIVE}"'}
    return Response(content, media_type="application/zip", headers=headers)


def _planned(facts: CurationFacts, copy: SourceCopy) -> PlannedFile:
    return PlannedFile(facts.catalogue_file, path_in_work_tree_of(facts.location, facts.catalogue_file), copy.content)


class Assets(StaticFiles):
    """Assets of the pages; a request for the present version may be cached for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file."""
        answer = await super().get_response(path, scope)
        if answer.status_code < 400 and scope["query_string"] == f"v={asset_version(path)}".encode():
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


def _for_people(answer: Callable[..., Any]) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return the handler that answers an error with a page where a browser asked for one."""

    async def answer_for_people(request: Request, error: Exception) -> Response:
        problem: Response = await answer(request, error)
        if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
            return problem
        body: dict[str, Any] = json.loads(bytes(problem.body))
        kept = {name: value for name, value in problem.headers.items() if not name.startswith("content-")}
        page = html(error_page(body, kept.get("retry-after")))
        page.status_code = problem.status_code
        page.headers.update(kept)
        return page

    return answer_for_people


def install(app: FastAPI) -> None:
    """Add the pages and their assets, and make errors readable in a browser."""
    app.include_router(router)
    app.mount("/assets", Assets(directory=ASSETS), name="assets")
    for kind in (HordeModelReferenceError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _for_people(app.exception_handlers[kind]))
