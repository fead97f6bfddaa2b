"""The app: routes, errors, and the parts that its lifespan builds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware

from horde_model_reference.demo import SimulatedHorde, demo_settings
from horde_model_reference.engine import open_engine
from horde_model_reference.service import health, problems
from horde_model_reference.service.dependencies import State
from horde_model_reference.service.statistics.routers import deletion_risk
from horde_model_reference.service.v2.routers import references
from horde_model_reference.settings import Settings, load_settings

DESCRIPTION = """\
Which models of the AI Horde's model reference are at risk of deletion, why, and on what evidence.

Every error is `application/problem+json` (RFC 9457) with a stable `code`. Times are those of the data, in UTC.
A figure that the Horde did not give is `null`, never 0.
"""


def create_app(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """Return the app.

    Args:
        settings: What its parts are built by.
        transport: What carries requests to the Horde and to catalogue URLs; sockets by default.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with open_engine(settings, transport) as engine:
            yield {"engine": engine}

    app = FastAPI(
        title="horde-model-reference",
        version=version("horde-model-reference"),
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url="/api/docs",
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    problems.install(app)
    app.include_router(_api(), prefix="/api")
    if settings.cors_allowed_origins:
        app.add_middleware(CORSMiddleware, allow_origins=list(settings.cors_allowed_origins), allow_methods=["GET"])
    _document_problems(app)
    return app


def _api() -> APIRouter:
    api = APIRouter()
    api.include_router(health.router)
    api.include_router(deletion_risk.router, prefix="/model_references/statistics")
    api.include_router(references.router, prefix="/model_references/v2")
    return api


def _document_problems(app: FastAPI) -> None:
    """Say in OpenAPI that errors are ``application/problem+json``, which FastAPI cannot be told."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            for path in generate()["paths"].values():
                for operation in path.values():
                    for status, response in operation["responses"].items():
                        if int(status) >= 400:
                            response["content"] = {problems.MEDIA_TYPE: next(iter(response["content"].values()))}
        return generate()

    app.openapi = openapi  # type: ignore[method-assign]


def create_app_from_environment() -> FastAPI:
    """Return the app with the environment's settings; what ``serve`` runs."""
    return create_app(load_settings())


def create_demo_app() -> FastAPI:
    """Return the app with the bundled sample and a simulated Horde; what ``serve --demo`` runs."""
    return create_app(demo_settings(), SimulatedHorde())
