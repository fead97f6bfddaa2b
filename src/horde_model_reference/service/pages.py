"""The web page's routes: parse, call, return."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.datastructures import UploadFile

from horde_model_reference.analytics.query_parameters import taking
from horde_model_reference.analytics.risk_query import BY_REMOVAL, RiskQuery
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.planned_file import PlannedFile
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.verdict_builder import verdict_on
from horde_model_reference.dashboard.charts_page import charts_page
from horde_model_reference.dashboard.comparison_page import comparison_page
from horde_model_reference.dashboard.jump import names_like
from horde_model_reference.dashboard.model_page import model_page
from horde_model_reference.dashboard.models_page import models_page
from horde_model_reference.dashboard.names_page import OUTCOMES, NamesView, names_page
from horde_model_reference.dashboard.over_time import DAYS
from horde_model_reference.dashboard.overview_page import MOST_LISTED, overview_page
from horde_model_reference.dashboard.plan_page import ARCHIVE, plan_archive, plan_file, plan_page
from horde_model_reference.dashboard.plan_view import PlanView
from horde_model_reference.dashboard.rendering import model_path
from horde_model_reference.dashboard.shell import FRONT, Section
from horde_model_reference.dashboard.views import PAGE_SIZE, View
from horde_model_reference.engine import TableAtTime
from horde_model_reference.errors import HistoryError, NoHistoryError
from horde_model_reference.history.history_schema import ModelHistoryResponse
from horde_model_reference.integrations.attribution import UNATTRIBUTED
from horde_model_reference.service.cacheable import cacheable
from horde_model_reference.service.dependencies import Reader
from horde_model_reference.service.model_names import ANY_TEXT
from horde_model_reference.service.old_addresses import moved
from horde_model_reference.service.page_answers import fresh, html
from horde_model_reference.service.parameters import OF_PAGES
from horde_model_reference.thread_pool import run_in_thread

T = TypeVar("T")

router = APIRouter(include_in_schema=False)

MOST_FIELDS = 4000
"""Fields of a form that are read: ticks and their reasons, and the keys of the policy."""


Outcome = Annotated[str, Query(pattern=f"^({'|'.join(OUTCOMES)})$")]
NamesPage = Annotated[int, Query(ge=0, le=10**6)]


@router.get("/")
async def read_front_page(reader: Reader, request: Request) -> Response:
    """The overview of the first category; a query is a view of earlier versions, whose front page had the models."""
    if request.url.query:
        return moved(request, Section.MODELS.path(FRONT))
    return await read_overview(reader, request, FRONT)


@router.get("/overview/{category}")
async def read_overview(reader: Reader, request: Request, category: MODEL_REFERENCE_CATEGORY) -> Response:
    """Return the overview of a category; it is held as long as the table, with whose observations it changes."""
    served = await reader.served(category)
    ages, history = served.made.facts.added["age_days"], reader.engine.history
    recorded = None if history.state == "off" else await _past(history.changes(category, None, MOST_LISTED, 0))
    if isinstance(recorded, str):
        return await fresh(request, await run_in_thread(overview_page, served.table, ages, None))
    return cacheable(html(await run_in_thread(overview_page, served.table, ages, recorded)), served)


@router.get("/models/{category}")
@taking(OF_PAGES)
async def read_models_page(reader: Reader, category: MODEL_REFERENCE_CATEGORY, **asked: Any) -> Response:
    """A category's models."""
    view = View(category, RiskQuery.of(asked))
    served = await reader.served(category)
    page = await run_in_thread(models_page, served.table, served.made.facts.added["age_days"], view)
    return cacheable(html(page), served, keep=not view.query.search)


@router.get("/jump/{category}")
async def jump_to_model(reader: Reader, category: MODEL_REFERENCE_CATEGORY, name: str = "") -> Response:
    """The page of the model of a name, else the models whose names have it."""
    table = (await reader.made(category)).table
    view = View(category, RiskQuery(limit=PAGE_SIZE, sort=BY_REMOVAL))
    path = model_path(category, name) if name in table.records else view.link(search=name)
    return RedirectResponse(path, status_code=303)


@router.get("/jump/{category}/names")
async def read_names_like(reader: Reader, category: MODEL_REFERENCE_CATEGORY, name: str = "") -> Response:
    """Some names that have a text in them, for the jump field."""
    served = await reader.served(category)
    names = await run_in_thread(names_like, served.table, name)
    return cacheable(JSONResponse(names), served, keep=False)


async def _past(asked: Awaitable[T]) -> T | str:
    """Return a past, or why it is not known: a page has more to show, or can say so."""
    try:
        return await asked
    except (NoHistoryError, HistoryError) as error:
        return error.public_detail or error.message


Scale = Annotated[str, Query(pattern="^(share|count)$")]


@router.get("/charts/{category}")
async def read_charts_page(
    reader: Reader, request: Request, category: MODEL_REFERENCE_CATEGORY, scale: Scale = "share"
) -> Response:
    """A category in charts; kept as its table is, which changes with every day that is added to the history."""
    served = await reader.served(category)
    catalogue = await reader.engine.manager.get_catalogue(category)
    found = await _past(reader.engine.history.of_models(catalogue, list(catalogue.records), DAYS))
    limit, by_count = reader.engine.policy.candidates.month_usage_below, scale == "count"
    if isinstance(found, str):
        return await fresh(request, await run_in_thread(charts_page, served.table, limit, found, by_count=by_count))
    about = {"category": category, "name": category.value, "members": None}
    history = ModelHistoryResponse.model_validate(about | found)
    page = await run_in_thread(charts_page, served.table, limit, history, by_count=by_count)
    return cacheable(html(page), served)


@router.get("/names/{category}")
async def read_names_page(
    reader: Reader, category: MODEL_REFERENCE_CATEGORY, outcome: Outcome = UNATTRIBUTED, page: NamesPage = 0
) -> Response:
    """The names that the Horde reports, by where their requests went."""
    view = NamesView(category, outcome, page)
    served = await reader.served(category)
    return cacheable(html(await run_in_thread(names_page, served.table, view)), served)


@router.get("/model/{category}")
@router.get(f"/model/{{category}}/{{name:{ANY_TEXT}}}")
async def read_model_page(reader: Reader, request: Request, category: MODEL_REFERENCE_CATEGORY, name: str) -> Response:
    """One model; a name that no path can carry stands in the query."""
    made = await reader.made(category)
    detail = await reader.engine.model_detail(category, made.table, name)
    history = await _past(reader.engine.model_history(category, name, DAYS))

    def make() -> str:
        verdict = verdict_on(made.facts, reader.engine.policy, name)
        return model_page(made.table, detail, verdict, history)

    return await fresh(request, await run_in_thread(make))


async def _plan_view(reader: Reader, request: Request) -> PlanView:
    """Read the plan page's form, or its address."""
    sent = await request.form(max_fields=MOST_FIELDS) if request.method == "POST" else request.query_params
    fields = ((field, value) for field, value in sent.multi_items() if isinstance(value, str))
    return PlanView.read(fields, reader.engine.policy)


AskedPlan = Annotated[PlanView, Depends(_plan_view)]


@router.get("/plan/{category}")
@router.post("/plan/{category}")
async def read_plan_page(
    reader: Reader, request: Request, category: MODEL_REFERENCE_CATEGORY, view: AskedPlan
) -> Response:
    """The plan of a selection; its script requests only the part that changes."""
    part = request.headers.get("x-part", "")
    return await fresh(request, await reader.plan(category, _plan_page, reader.engine.policy, view, part))


def _plan_page(made: TableAtTime, policy: Policy, view: PlanView, part: str) -> str:
    return plan_page(made.table, made.facts, policy, view, part)


@router.post(f"/plan/{{category}}/{ARCHIVE}")
async def read_plan_archive(reader: Reader, category: MODEL_REFERENCE_CATEGORY, view: AskedPlan) -> Response:
    """The files of the plan of a selection, as one download."""
    content = await reader.plan(category, _plan_archive, reader.engine.policy, view)
    return _download(content, ARCHIVE, "application/zip")


def _plan_archive(made: TableAtTime, policy: Policy, view: PlanView) -> bytes:
    return plan_archive(made.facts, policy, PlannedFile.of_catalogue(made.facts, made.copy.content), view)


@router.post("/plan/{category}/files/{file}")
async def read_plan_file(reader: Reader, category: MODEL_REFERENCE_CATEGORY, file: str, view: AskedPlan) -> Response:
    """One file of the plan of a selection, or its policy, as a download."""
    content = await reader.plan(category, _plan_file, reader.engine.policy, view, file)
    return _download(content, file, "application/octet-stream")


def _plan_file(made: TableAtTime, policy: Policy, view: PlanView, file: str) -> bytes:
    return plan_file(made.facts, policy, PlannedFile.of_catalogue(made.facts, made.copy.content), view, file)


async def _earlier_plan(request: Request) -> bytes:
    """Return the file that a reader uploads; empty without one."""
    sent = (await request.form(max_files=1, max_fields=MOST_FIELDS)).get("earlier")
    return await sent.read() if isinstance(sent, UploadFile) else b""


@router.post("/plan/{category}/comparison")
async def read_comparison(
    reader: Reader,
    request: Request,
    category: MODEL_REFERENCE_CATEGORY,
    earlier: Annotated[bytes, Depends(_earlier_plan)],
    view: AskedPlan,
) -> Response:
    """The difference between an earlier plan, which is sent and not stored, and the present one."""
    page = await reader.plan(category, _comparison_page, reader.engine.policy, view, earlier)
    return await fresh(request, page)


def _comparison_page(made: TableAtTime, policy: Policy, view: PlanView, earlier: bytes) -> str:
    return comparison_page(made.table, made.facts, policy, view, earlier)


def _download(content: bytes, name: str, media_type: str) -> Response:
    plain = name.isascii() and quote(name) == name
    file_name = f'filename="{name}"' if plain else f"filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": f"attachment; {file_name}"}
    return Response(content, media_type=media_type, headers=headers)
