"""The web page's routes: parse, call, return."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from horde_model_reference.analytics.risk_query import BY_REMOVAL, RiskQuery
from horde_model_reference.catalogue.sources import SourceCopy
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.artefacts import PlannedFile
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.patch import path_in_work_tree_of
from horde_model_reference.curation.telling import verdict_on
from horde_model_reference.dashboard.charts_page import charts_page
from horde_model_reference.dashboard.comparison_page import comparison_page
from horde_model_reference.dashboard.jump import names_like
from horde_model_reference.dashboard.model_page import model_page
from horde_model_reference.dashboard.models_page import models_page
from horde_model_reference.dashboard.names_page import OUTCOMES, NamesView, names_page
from horde_model_reference.dashboard.over_time import DAYS
from horde_model_reference.dashboard.overview_page import overview_page
from horde_model_reference.dashboard.plan_page import ARCHIVE, plan_archive, plan_file, plan_page
from horde_model_reference.dashboard.plan_view import PlanView
from horde_model_reference.dashboard.rendering import model_path
from horde_model_reference.dashboard.shell import FRONT, Section
from horde_model_reference.dashboard.views import MOST_ROWS, PAGE_SIZE, View
from horde_model_reference.errors import HistoryError, NoHistoryError
from horde_model_reference.history.history_schema import ModelHistoryResponse
from horde_model_reference.integrations.attribution import UNATTRIBUTED
from horde_model_reference.service.dependencies import Reader
from horde_model_reference.service.model_names import ANY_TEXT
from horde_model_reference.service.old_addresses import moved
from horde_model_reference.service.page_answers import fresh, html
from horde_model_reference.thread_pool import plan_in_thread, run_in_thread

T = TypeVar("T")

router = APIRouter(include_in_schema=False)

MOST_FIELDS = 4000
"""Fields of a form that are read: ticks and their reasons, and the keys of the policy."""


@dataclass(frozen=True, slots=True)
class ViewParameters:
    """The parts of a view as a form sends them: empty where nothing was chosen."""

    group_text_models: bool = False
    include_backend_variations: bool = False
    preset: str = ""
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = PAGE_SIZE
    offset: Annotated[int, Query(ge=0)] = 0
    sort: str = BY_REMOVAL
    search: str = ""
    risk_level: str = ""
    baseline: str = ""
    nsfw: Annotated[str, Query(pattern="^(true|false)?$")] = ""
    host: str = ""
    exact_level: str = ""
    verdict: str = ""
    reason: str = ""

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
            exact_level=self.exact_level or None,
            verdict=self.verdict or None,
            reason=self.reason or None,
        )


Parameters = Annotated[ViewParameters, Depends()]
Outcome = Annotated[str, Query(pattern=f"^({'|'.join(OUTCOMES)})$")]
NamesPage = Annotated[int, Query(ge=0, le=10**6)]


@router.get("/")
async def read_front_page(reader: Reader, request: Request) -> Response:
    """The overview of the first category; a query is a view of earlier versions, whose front page had the models."""
    if request.url.query:
        return moved(request, Section.MODELS.path(FRONT))
    return await read_overview(reader, FRONT)


@router.get("/overview/{category}")
async def read_overview(reader: Reader, category: MODEL_REFERENCE_CATEGORY) -> Response:
    """The overview of a category."""
    made = await reader.judged(category)
    return html(await run_in_thread(overview_page, made.table, made.facts.added["age_days"]))


@router.get("/models/{category}")
async def read_models_page(reader: Reader, category: MODEL_REFERENCE_CATEGORY, parameters: Parameters) -> Response:
    """A category's models."""
    view = View(category, parameters.query())
    made = await reader.judged(category, keep_answer=not parameters.search)
    return html(await run_in_thread(models_page, made.table, made.facts.added["age_days"], view))


@router.get("/jump/{category}")
async def jump_to_model(reader: Reader, category: MODEL_REFERENCE_CATEGORY, name: str = "") -> Response:
    """The page of the model of a name, else the models whose names have it."""
    table = (await reader.made(category)).table
    view = View(category, RiskQuery(limit=PAGE_SIZE, sort=BY_REMOVAL))
    path = model_path(category, name) if name in table.records else view.link(search=name)
    return RedirectResponse(path, status_code=303)


@router.get("/jump/{category}/names")
async def read_names_like(reader: Reader, category: MODEL_REFERENCE_CATEGORY, name: str = "") -> list[str]:
    """Some names that have a text in them, for the jump field."""
    table = await reader.table(category, keep_answer=False)
    return await run_in_thread(names_like, table, name)


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
    table = (await reader.made(category)).table
    catalogue = await reader.engine.manager.get_catalogue(category)
    found = await _past(reader.engine.history.of_models(catalogue, list(catalogue.records), DAYS))
    limit, by_count = reader.engine.policy.candidates.month_usage_below, scale == "count"
    if isinstance(found, str):
        return await fresh(request, partial(charts_page, table, limit, found, by_count=by_count))
    about = {"category": category, "name": category.value, "members": None}
    history = ModelHistoryResponse.model_validate(about | found)
    table = await reader.table(category)
    return html(await run_in_thread(charts_page, table, limit, history, by_count=by_count))


@router.get("/names/{category}")
async def read_names_page(
    reader: Reader, category: MODEL_REFERENCE_CATEGORY, outcome: Outcome = UNATTRIBUTED, page: NamesPage = 0
) -> Response:
    """The names that the Horde reports, by where their requests went."""
    view = NamesView(category, outcome, page)
    return html(await run_in_thread(names_page, await reader.table(category), view))


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

    return await fresh(request, make)


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
    made = await reader.made(category)
    part = request.headers.get("x-part", "")
    return await fresh(request, partial(plan_page, made.table, made.facts, reader.engine.policy, view, part))


@router.post(f"/plan/{{category}}/{ARCHIVE}")
async def read_plan_archive(reader: Reader, category: MODEL_REFERENCE_CATEGORY, view: AskedPlan) -> Response:
    """The files of the plan of a selection, as one download."""
    made = await reader.made(category)
    planned = _planned(made.facts, made.copy)
    content = await plan_in_thread(plan_archive, made.facts, reader.engine.policy, planned, view)
    return _download(content, ARCHIVE, "application/zip")


@router.post("/plan/{category}/files/{file}")
async def read_plan_file(reader: Reader, category: MODEL_REFERENCE_CATEGORY, file: str, view: AskedPlan) -> Response:
    """One file of the plan of a selection, or its policy, as a download."""
    made = await reader.made(category)
    planned = _planned(made.facts, made.copy)
    content = await plan_in_thread(plan_file, made.facts, reader.engine.policy, planned, view, file)
    return _download(content, file, "application/octet-stream")


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
    made = await reader.made(category)
    return await fresh(request, partial(comparison_page, made.table, made.facts, reader.engine.policy, view, earlier))


def _download(content: bytes, name: str, media_type: str) -> Response:
    plain = name.isascii() and quote(name) == name
    file_name = f'filename="{name}"' if plain else f"filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": f"attachment; {file_name}"}
    return Response(content, media_type=media_type, headers=headers)


def _planned(facts: CurationFacts, copy: SourceCopy) -> PlannedFile:
    return PlannedFile(facts.catalogue_file, path_in_work_tree_of(facts.location, facts.catalogue_file), copy.content)
