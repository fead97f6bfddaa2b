"""Whether the service lives."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter
from pydantic import BaseModel, Field

router = APIRouter(tags=["service"])


class Heartbeat(BaseModel):
    """A sign of life."""

    status: str = Field(examples=["ok"])
    version: str = Field(examples=["0.1.0"])


@router.get("/heartbeat", operation_id="read_heartbeat", summary="Tell that the service lives")
async def read_heartbeat() -> Heartbeat:
    """A sign of life that touches nothing else."""
    return Heartbeat(status="ok", version=version("horde-model-reference"))
