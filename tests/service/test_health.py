"""The heartbeat."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.support.misbehaving_horde import NO_HEADERS, NOT_FOUND, TOO_MANY_WAIT, Route
from tests.support.older_shapes import HEARTBEAT, REPLICATE_MODE, faults
from tests.support.service import IMAGE_RISK, BlockingClient, a_world


def test_the_heartbeat_tells_the_version(demo: BlockingClient) -> None:
    body = demo.get("/api/heartbeat").json()
    assert body["status"] == "ok"
    assert body["version"] == version("horde-model-reference")


def test_section_13_role_and_health_have_the_documented_shape(demo: BlockingClient) -> None:
    mode = demo.get("/api/replicate_mode").json()
    assert faults(mode, REPLICATE_MODE) == []
    assert mode == {"replicate_mode": "REPLICA", "canonical_format": "v2", "writable": False}
    heartbeat = demo.get("/api/heartbeat").json()
    assert faults(heartbeat, HEARTBEAT) == []
    assert heartbeat["ai_horde"] == {"degraded": False, "consecutive_failures": 0, "seconds_until_retry": None}


async def test_the_heartbeat_tells_that_the_horde_fails(tmp_path: Path) -> None:
    async with a_world(tmp_path, horde_api_cache_ttl=0, deletion_risk_cache_ttl=0) as world:

        async def health() -> Any:
            await world.client.get(IMAGE_RISK)
            return (await world.client.get("/api/heartbeat")).json()["ai_horde"]

        assert await health() == {"degraded": False, "consecutive_failures": 0, "seconds_until_retry": None}
        world.horde.always(Route.IMAGE_STATS, NOT_FOUND)
        assert await health() == {"degraded": True, "consecutive_failures": 1, "seconds_until_retry": None}
        world.horde.always(Route.IMAGE_STATS, TOO_MANY_WAIT)
        told = await health()
        assert (told["degraded"], told["consecutive_failures"]) == (True, 2)
        assert 0 < told["seconds_until_retry"] <= 30


async def test_the_heartbeat_touches_nothing_else(tmp_path: Path) -> None:
    async with a_world(tmp_path, image=b"no catalogue", text=b"") as world:
        world.horde.all_routes(NO_HEADERS)
        assert (await world.client.get("/api/heartbeat")).status_code == 200
        assert world.horde.count() == 0


async def test_readiness_tells_within_the_deadline_what_is_missing(tmp_path: Path) -> None:
    """However many categories wait for the Horde, they wait side by side."""
    async with a_world(tmp_path, horde_api_timeout=600, request_deadline_seconds=60) as world:
        world.horde.all_routes(NO_HEADERS)
        answer = await world.horde.outlast(world.client.get("/api/readiness"), len(Route), 60)
        assert answer.status_code == 503
        assert answer.json() == {"ready": False, "categories": {"image_generation": False, "text_generation": False}}
