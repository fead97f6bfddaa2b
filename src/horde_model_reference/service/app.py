"""The app: routes, errors, and the parts that its lifespan builds; and the layers in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version

import httpx
from fastapi import APIRouter, Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from horde_model_reference.clock import Clock
from horde_model_reference.demo import SimulatedHorde, demo_clock, demo_settings
from horde_model_reference.demo.past import make_demo_history
from horde_model_reference.engine import HistoryMaker, open_engine
from horde_model_reference.history.kept_history import make_history as make_kept_history
from horde_model_reference.service import (
    docs_page,
    health,
    logs,
    old_addresses,
    openapi,
    page_answers,
    pages,
    problems,
)
from horde_model_reference.service.allowed_hosts import EVERYTHING, AllowedHosts
from horde_model_reference.service.catalogues import CurrentCatalogues
from horde_model_reference.service.checking_links import checking_links
from horde_model_reference.service.collecting import collecting
from horde_model_reference.service.compat import category_statistics, model_usage, search
from horde_model_reference.service.dependencies import State
from horde_model_reference.service.guard import Guard
from horde_model_reference.service.hydration import following, hydrating
from horde_model_reference.service.metrics import Instruments
from horde_model_reference.service.plan_process import PlanProcess, PlanRunner, PlanThread
from horde_model_reference.service.response_cache import ResponseCache
from horde_model_reference.service.statistics.routers import changes, deletion_risk
from horde_model_reference.service.tables import CurrentTables
from horde_model_reference.service.unknown_parameters import unknown_parameters
from horde_model_reference.service.v2.routers import deletion_plan, references
from horde_model_reference.settings import Settings, load_settings

PlanRunnerMaker = Callable[[], PlanRunner]
"""Makes the runner of plans."""

DESCRIPTION = """\
Which models of the AI Horde's model reference are at risk of deletion, why, and on what evidence.

Every error is `application/problem+json` (RFC 9457) with a stable `code`. Times are those of the data, in UTC.
A figure that the Horde did not give is `null`, never 0.
"""


def create_app(  # noqa: PLR0913 - what tests and the demo replace
    settings: Settings,
    transport: httpx.AsyncBaseTransport | None = None,
    *,
    hydrate: bool = False,
    instruments: Instruments | None = None,
    make_history: HistoryMaker = make_kept_history,
    clock: Clock | None = None,
    make_plans: PlanRunnerMaker = PlanThread,
) -> FastAPI:
    """Return the app without the layers in front of it.

    Args:
        settings: The settings of all parts.
        transport: Carries requests to the Horde and to catalogue URLs; sockets by default.
        hydrate: Work in the background: keep the tables fresh, and collect the history.
        instruments: Where requests, fetches and computations are counted.
        make_history: Makes the history of use.
        clock: The time; the system's by default.
        make_plans: Makes the runner of plans.
    """
    measured, clock = instruments or Instruments(), clock or Clock()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with AsyncExitStack() as stack:
            engine = await stack.enter_async_context(
                open_engine(settings, transport, measured.listen, make_history, clock)
            )
            tables = CurrentTables(settings, clock, refreshed_in_background=hydrate)
            stack.push_async_callback(tables.aclose)
            catalogues = CurrentCatalogues(settings, clock, refreshed_in_background=hydrate)
            stack.push_async_callback(catalogues.aclose)
            await stack.enter_async_context(following(engine, tables, catalogues))
            if hydrate:
                await stack.enter_async_context(hydrating(engine, tables))
            if hydrate and settings.history.enabled:
                await stack.enter_async_context(collecting(engine))
                if settings.links.check_interval_hours:
                    await stack.enter_async_context(checking_links(engine))
            yield {
                "engine": engine,
                "tables": tables,
                "plans": make_plans(),
                "catalogues": catalogues,
                "instruments": measured,
            }

    app = FastAPI(
        title="horde-model-reference",
        version=version("horde-model-reference"),
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        servers=openapi.SERVERS,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    problems.install(app)
    docs_page.install(app)
    page_answers.install(app)
    app.include_router(pages.router)
    app.include_router(old_addresses.router)
    app.include_router(_api(), prefix="/api")
    openapi.install(app)
    return app


def create_service(  # noqa: PLR0913 - what tests and the demo replace
    settings: Settings,
    transport: httpx.AsyncBaseTransport | None = None,
    *,
    hydrate: bool | None = None,
    make_history: HistoryMaker = make_kept_history,
    clock: Clock | None = None,
    make_plans: PlanRunnerMaker = PlanThread,
) -> ASGIApp:
    """Return the ASGI app of ``serve``: the framework behind its limits, and the response cache in front of both.

    Args:
        settings: The settings of all parts.
        transport: Carries requests to the Horde and to catalogue URLs; sockets by default.
        hydrate: Work in the background; by default as the settings say.
        make_history: Makes the history of use.
        clock: The time; the system's by default.
        make_plans: Makes the runner of plans.
    """
    instruments, clock = Instruments(), clock or Clock()
    in_background = settings.cache_hydration_enabled if hydrate is None else hydrate
    app: ASGIApp = create_app(
        settings,
        transport,
        hydrate=in_background,
        instruments=instruments,
        make_history=make_history,
        clock=clock,
        make_plans=make_plans,
    )
    hot = ResponseCache(
        Guard(app, settings), max_bytes=settings.response_cache_max_bytes, instruments=instruments, clock=clock
    )
    return _with_hosts(_with_origins(hot, list(settings.cors_allowed_origins)), settings.allowed_hosts)


def _with_hosts(app: ASGIApp, allowed: Collection[str]) -> ASGIApp:
    return AllowedHosts(app, allowed) if allowed and EVERYTHING not in allowed else app


def _with_origins(app: ASGIApp, origins: list[str]) -> ASGIApp:
    if not origins:
        return app
    return OtherOrigins(
        app,
        allow_origins=origins,
        allow_methods=["GET", "HEAD", "POST"],  # A POST changes nothing here, and its Content-Type is always allowed.
        allow_headers=["If-None-Match"],
        expose_headers=["ETag", "Retry-After", "X-Request-ID"],
    )


class OtherOrigins(CORSMiddleware):
    """The ASGI layer that lets pages of other origins read.

    Every answer says, once, that it depends on the origin: a cache must not hand one that was made for no origin, which
    lacks the CORS headers, to an allowed one.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""

        async def send_varying(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                named = [name.strip() for value in headers.getlist("Vary") for name in value.split(",")]
                headers["Vary"] = ", ".join(dict.fromkeys([*named, "Origin"]))
            await send(message)

        await super().__call__(scope, receive, send_varying)


def _api() -> APIRouter:
    api = APIRouter(responses=problems.responses(414, 503))
    api.include_router(health.router)
    api.include_router(_references(), prefix="/model_references")
    return api


def _references() -> APIRouter:
    api = APIRouter(dependencies=[Depends(unknown_parameters)], responses=problems.responses(422))
    api.include_router(changes.router, prefix="/statistics")
    api.include_router(deletion_risk.router, prefix="/statistics")
    api.include_router(category_statistics.router, prefix="/statistics")
    api.include_router(deletion_plan.router, prefix="/v2")
    api.include_router(search.router, prefix="/v2")
    api.include_router(model_usage.router)
    api.include_router(references.router, prefix="/v2")
    return api


def create_service_from_environment() -> ASGIApp:
    """Return the service with the environment's settings, for ``serve``."""
    logs.configure()
    return create_service(load_settings(), clock=Clock(), make_plans=PlanProcess)


def create_demo_service() -> ASGIApp:
    """Return the service with the bundled sample and a simulated Horde, for ``serve --demo``."""
    logs.configure()
    return create_service(
        demo_settings(),
        SimulatedHorde(),
        make_history=make_demo_history,
        clock=demo_clock(),
        make_plans=PlanProcess,
    )
