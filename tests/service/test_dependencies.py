"""What tests and extensions may replace: the parts that routes are handed."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from horde_model_reference.analytics.deletion_risk_cache import DeletionRiskCache
from horde_model_reference.catalogue.manager import ModelReferenceManager
from horde_model_reference.clock import Clock
from horde_model_reference.integrations.horde_api_integration import HordeAPIIntegration
from horde_model_reference.service.app import create_app
from horde_model_reference.service.dependencies import (
    get_deletion_risk_cache,
    get_horde_api_integration,
    get_model_reference_manager,
)
from horde_model_reference.settings import load_settings
from tests.support.builders import stats_of
from tests.support.misbehaving_horde import MisbehavingHorde, Route
from tests.support.service import (
    IMAGE_RISK,
    STATISTICS,
    TEXT_RISK,
    V2,
    catalogue_bytes,
    serving,
    write_catalogues,
)


@pytest.mark.parametrize(
    "url",
    [
        IMAGE_RISK,
        f"{V2}/image_generation/deletion-risk",
        f"{IMAGE_RISK}/Deliberate",
        f"{STATISTICS}/image_generation/attribution",
    ],
)
async def test_an_overridden_horde_reaches_every_route(tmp_path: Path, url: str) -> None:
    settings = load_settings(sources=write_catalogues(tmp_path))
    async with (
        MisbehavingHorde({Route.IMAGE_STATS: stats_of({"Deliberate": 4711})}) as other,
        httpx.AsyncClient() as http,
    ):
        app = create_app(settings, httpx.MockTransport(lambda request: httpx.Response(500)))
        integration = HordeAPIIntegration(other.settings(), http, Clock())
        app.dependency_overrides[get_horde_api_integration] = lambda: integration
        async with serving(app) as client:
            answer = await client.get(url)
    assert answer.status_code == 200
    assert '"usage_month":4711' in answer.text


async def test_an_overridden_manager_and_cache_reach_the_routes(tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
    ours = write_catalogues(tmp_path / "ours")
    theirs = write_catalogues(tmp_path / "theirs", text=catalogue_bytes(["overridden"]))
    cache = DeletionRiskCache()
    async with MisbehavingHorde() as horde, httpx.AsyncClient() as http:
        app = create_app(horde.settings(sources=ours))
        manager = ModelReferenceManager(load_settings(sources=theirs), http, Clock())
        app.dependency_overrides[get_model_reference_manager] = lambda: manager
        app.dependency_overrides[get_deletion_risk_cache] = lambda: cache
        async with serving(app) as client:
            names = [row["name"] for row in (await client.get(TEXT_RISK)).json()["models"]]
            assert names == list((await client.get(f"{V2}/text_generation")).json()) == ["overridden"]
