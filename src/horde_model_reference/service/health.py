"""Heartbeat, readiness and metrics."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib.metadata import version

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.compat.schema import ReplicateModeResponse
from horde_model_reference.engine import Engine
from horde_model_reference.errors import HordeModelReferenceError
from horde_model_reference.service.dependencies import EngineDep, Measured, Tables
from horde_model_reference.service.metrics import CONTENT_TYPE
from horde_model_reference.service.tables import CurrentTables

router = APIRouter(tags=["service"])


class HordeHealth(BaseModel):
    """How asking the Horde goes."""

    degraded: bool = Field(description="The newest attempt to ask a route failed.")
    consecutive_failures: int = Field(
        ge=0, description="Failed fetches in a row, of the route that failed most often; 0 before the first."
    )
    seconds_until_retry: float | None = Field(
        description="Seconds until all routes may be asked again; null where none is left alone."
    )


class Heartbeat(BaseModel):
    """A sign of life."""

    status: str = Field(description="Always `ok`: a service that does not live does not answer.", examples=["ok"])
    version: str = Field(description="The version of this service.", examples=["0.1.0"])
    ai_horde: HordeHealth = Field(description="How asking the Horde goes.")
    sharing: str = Field(description="`off`; `shared` with other processes through Redis; `alone` while Redis is away.")
    history: str = Field(description="`off`; `ok`; `away` while the history's database fails.")


class Readiness(BaseModel):
    """Whether every category can be answered now."""

    ready: bool = Field(description="Every category can be answered.")
    categories: dict[str, bool] = Field(description="Whether a table exists, by category.")


@router.get("/heartbeat", operation_id="read_heartbeat", summary="Tell that the service lives")
async def read_heartbeat(engine: EngineDep) -> Heartbeat:
    """A sign of life that asks nobody else."""
    return Heartbeat(
        status="ok",
        version=version("horde-model-reference"),
        ai_horde=HordeHealth(
            degraded=engine.horde.degraded,
            consecutive_failures=engine.horde.client.failures,
            seconds_until_retry=engine.horde.client.seconds_until_retry,
        ),
        sharing=engine.horde.sharing.state,
        history=engine.history.state,
    )


@router.get("/replicate_mode", operation_id="read_replicate_mode", summary="Tell the role of this service")
async def read_replicate_mode() -> ReplicateModeResponse:
    """The role of this service among those that serve the catalogue: it reads it, and no route changes it."""
    return ReplicateModeResponse()


@router.get(
    "/readiness",
    operation_id="read_readiness",
    summary="Tell whether every category can be answered",
    responses={503: {"model": Readiness, "description": "A category has no table yet."}},
)
async def read_readiness(engine: EngineDep, tables: Tables, response: Response) -> Readiness:
    """Whether a table exists for each category, making the first ones where nobody has asked yet; else status 503."""
    missing = USAGE.keys() - tables.usable().keys()
    await asyncio.gather(*(_try(tables, category, engine) for category in missing))
    usable = tables.usable()
    categories = {category.value: category in usable for category in USAGE}
    ready = all(categories.values())
    response.status_code = 200 if ready else 503
    return Readiness(ready=ready, categories=categories)


async def _try(tables: CurrentTables, category: MODEL_REFERENCE_CATEGORY, engine: Engine) -> None:
    with suppress(HordeModelReferenceError):
        await tables.get(category, engine)


@router.get(
    "/metrics",
    operation_id="read_metrics",
    summary="Get the service's figures for Prometheus",
    response_class=PlainTextResponse,
)
async def read_metrics(engine: EngineDep, tables: Tables, instruments: Measured) -> Response:
    """Requests, fetches, computations, tables and breakers, in Prometheus' text format."""
    return Response(instruments.exposition(engine, tables), media_type=CONTENT_TYPE)
