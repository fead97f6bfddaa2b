"""The heartbeat."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from tests.support.misbehaving_horde import NO_HEADERS
from tests.support.service import BlockingClient, a_world


def test_the_heartbeat_tells_the_version(demo: BlockingClient) -> None:
    body = demo.get("/api/heartbeat").json()
    assert body["status"] == "ok"
    assert body["version"] == version("horde-model-reference")


async def test_the_heartbeat_touches_nothing_else(tmp_path: Path) -> None:
    async with a_world(tmp_path, image=b"no catalogue", text=b"") as world:
        world.horde.all_routes(NO_HEADERS)
        assert (await world.client.get("/api/heartbeat")).status_code == 200
        assert world.horde.count() == 0


async def test_readiness_tells_within_the_deadline_what_is_missing(tmp_path: Path) -> None:
    """However many categories wait for the Horde, they wait side by side."""
    async with a_world(tmp_path, horde_api_timeout=60, request_deadline_seconds=0.5) as world:
        world.horde.all_routes(NO_HEADERS)
        answer = await world.client.get("/api/readiness")
        assert answer.status_code == 503
        assert answer.json() == {"ready": False, "categories": {"image_generation": False, "text_generation": False}}
