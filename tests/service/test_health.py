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
