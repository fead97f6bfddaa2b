"""What operators can measure."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina
from prometheus_client.parser import text_string_to_metric_families

from horde_model_reference.service.app import create_service
from horde_model_reference.settings import load_settings
from tests.support.builders import stats_of
from tests.support.clock import SteeredClock
from tests.support.misbehaving_horde import EMPTY, GOOD, NOT_FOUND, SERVER_ERROR, Route
from tests.support.service import (
    IMAGE_RISK,
    STATISTICS,
    TEXT_RISK,
    V2,
    a_world,
    serving,
    write_catalogues,
)

ROUTE = f"{STATISTICS}/{{model_category_name}}/deletion-risk"
FETCHES = {
    "status/models?type=image&model_state=all": Route.IMAGE_STATUS,
    "status/models?type=text&model_state=all": Route.TEXT_STATUS,
    "stats/img/models?model_state=all": Route.IMAGE_STATS,
    "stats/text/models": Route.TEXT_STATS,
}
AGAIN: dict[str, Any] = {"horde_api_cache_ttl": 0, "deletion_risk_cache_ttl": 0}


@pytest.fixture(autouse=True)
def no_pauses() -> Iterator[None]:
    stamina.set_testing(True, attempts=1)
    yield
    stamina.set_testing(False)


Labels = Mapping[str, str]


async def figures(client: httpx.AsyncClient) -> dict[str, list[tuple[Labels, float]]]:
    """Every figure by its name without our prefix; the exposition must be readable, and name nothing twice."""
    answer = await client.get("/api/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = list(text_string_to_metric_families(answer.text))
    assert all(count == 1 for count in Counter(family.name for family in families).values())
    assert all(family.documentation for family in families)
    found: dict[str, list[tuple[Labels, float]]] = {}
    for sample in (sample for family in families for sample in family.samples):
        found.setdefault(sample.name.removeprefix("horde_model_reference_"), []).append((sample.labels, sample.value))
    series = [(name, *sorted(labels.items())) for name, samples in found.items() for labels, _ in samples]
    assert len(series) == len(set(series))
    return found


def by(samples: list[tuple[Labels, float]], *names: str) -> dict[tuple[str, ...], float]:
    sums: dict[tuple[str, ...], float] = {}
    for labels, value in samples:
        key = tuple(labels[name] for name in names)
        sums[key] = sums.get(key, 0) + value
    return sums


async def test_requests_by_route_and_status(tmp_path: Path) -> None:
    """By the route's path, never by the client's: what clients invent must not make new series."""
    async with a_world(tmp_path) as world:
        etag = (await world.client.get(IMAGE_RISK)).headers["etag"]
        await world.client.get(IMAGE_RISK, headers={"If-None-Match": etag})
        await world.client.head(IMAGE_RISK)
        for url in (
            f"{IMAGE_RISK}?limit=0",
            f"{IMAGE_RISK}.csv",
            f"{IMAGE_RISK}/Deliberate",
            f"{IMAGE_RISK}/none",
            f"{V2}/image_generation",
            f"{V2}/image_generation/deletion-risk",
            "/api/heartbeat",
            "/api/docs/assets/swagger-ui.css",
            "/invented/1",
            "/invented/2",
        ):
            await world.client.get(url)
        await world.client.post(f"{V2}/image_generation/deletion-plan", json={})
        await world.client.post(IMAGE_RISK)
        found = await figures(world.client)
    hits = by(found["hits_total"], "route", "status")
    assert {key: value for key, value in hits.items() if value} == {(ROUTE, "200"): 1, (ROUTE, "304"): 1}
    counted = by(found["request_seconds_count"], "route", "status")
    assert {key: value for key, value in counted.items() if value} == {
        (ROUTE, "200"): 1,
        (ROUTE, "422"): 1,
        (f"{ROUTE}.csv", "200"): 1,
        (f"{ROUTE}/{{model_name:any_text}}", "200"): 1,
        (f"{ROUTE}/{{model_name:any_text}}", "404"): 1,
        (f"{V2}/{{model_category_name}}", "200"): 1,
        (f"{V2}/{{model_category_name}}/deletion-risk", "200"): 1,
        (f"{V2}/{{model_category_name}}/deletion-plan", "200"): 1,
        (ROUTE, "405"): 1,
        ("/api/heartbeat", "200"): 1,
        ("other", "200"): 1,  # the documentation's files
        ("other", "404"): 2,
    }
    seconds = by(found["request_seconds_sum"], "route", "status")
    assert all(0 < seconds[key] < 60 for key, value in counted.items() if value)


async def test_answers_from_memory_are_counted(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        for url in (IMAGE_RISK, IMAGE_RISK, IMAGE_RISK, TEXT_RISK, "/api/heartbeat", f"{IMAGE_RISK}?search=a"):
            await world.client.get(url)
        etag = (await world.client.get(IMAGE_RISK)).headers["etag"]
        await world.client.get(IMAGE_RISK, headers={"If-None-Match": etag})
        found = await figures(world.client)
    assert by(found["request_seconds_count"], "route", "status") == {
        (ROUTE, "200"): 3,
        ("/api/heartbeat", "200"): 1,
    }
    assert {key: value for key, value in by(found["hits_total"], "route", "status").items() if value} == {
        (ROUTE, "200"): 3,
        (ROUTE, "304"): 1,
    }


async def test_a_request_that_broke_is_counted(tmp_path: Path) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise RuntimeError("a surprise")

    settings = load_settings(sources=write_catalogues(tmp_path))
    async with serving(create_service(settings, httpx.MockTransport(broken), hydrate=False)) as client:
        assert (await client.get(IMAGE_RISK)).status_code == 500
        counted = by((await figures(client))["request_seconds_count"], "route", "status")
    assert counted[ROUTE, "500"] == 1


async def test_requests_are_counted_each(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await asyncio.gather(*(world.client.get(f"{IMAGE_RISK}?limit={1 + at % 3}") for at in range(30)))
        found = await figures(world.client)
    requests, hits = (
        by(found[name], "route", "status")[ROUTE, "200"] for name in ("request_seconds_count", "hits_total")
    )
    assert requests + hits == 30


async def test_fetches_by_route_and_outcome(tmp_path: Path) -> None:
    async with a_world(tmp_path, **AGAIN) as world:
        for behaviour in (GOOD, GOOD, NOT_FOUND):
            world.horde.always(Route.IMAGE_STATS, behaviour)
            await world.client.get(IMAGE_RISK)
        world.horde.always(Route.TEXT_STATS, EMPTY)
        await world.client.get(TEXT_RISK)
        found = await figures(world.client)
    counted = by(found["fetch_seconds_count"], "route", "outcome")
    told = {(FETCHES[route], outcome): value for (route, outcome), value in counted.items()}
    assert told == {
        (Route.IMAGE_STATS, "ok"): 2,
        (Route.IMAGE_STATS, "failed"): 1,
        (Route.IMAGE_STATUS, "ok"): 3,
        (Route.TEXT_STATUS, "ok"): 4,
        (Route.TEXT_STATS, "unknown"): 1,
    }
    assert all(value > 0 for value in by(found["fetch_seconds_sum"], "route", "outcome").values())


async def test_breakers_by_route(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every route, so that one that was never open is told from one that nobody watches."""
    now = 0.0
    monkeypatch.setattr("circuitbreaker.monotonic", lambda: now)
    async with a_world(tmp_path, horde_api_breaker_reset_seconds=7, **AGAIN) as world:
        assert by((await figures(world.client))["breaker_open"], "route") == {(route,): 0 for route in FETCHES}
        await world.client.get(TEXT_RISK)
        world.horde.always(Route.TEXT_STATS, NOT_FOUND)
        for _ in range(3):
            await world.client.get(TEXT_RISK)
        is_open = by((await figures(world.client))["breaker_open"], "route")
        assert is_open == {(route,): float(route == "stats/text/models") for route in FETCHES}
        world.horde.always(Route.TEXT_STATS, GOOD)
        now += 7
        assert not (await world.client.get(TEXT_RISK)).json()["data_as_of"]["stale"]
        assert set(by((await figures(world.client))["breaker_open"], "route").values()) == {0}


async def test_tables(tmp_path: Path) -> None:
    """Age, staleness, computations and where the month's requests went; nothing of what is not served."""
    async with a_world(tmp_path) as world:
        nothing = await figures(world.client)
        assert not {"table_age_seconds", "table_stale", "attribution_ratio"} & nothing.keys()
        world.horde.payloads[Route.TEXT_STATS] = stats_of({"Sao10K/Stheno": 60, "nobody's": 40})
        await world.client.get(TEXT_RISK)
        await world.client.get(f"{TEXT_RISK}?limit=1")
        found = await figures(world.client)
        later = await figures(world.client)
    assert by(found["attribution_ratio"], "category", "outcome") == {
        ("text_generation", "attributed"): 0.6,
        ("text_generation", "ambiguous"): 0.0,
        ("text_generation", "unattributed"): 0.4,
    }
    assert by(found["table_stale"], "category") == {("text_generation",): 0}
    assert 0 < found["table_age_seconds"][0][1] < later["table_age_seconds"][0][1] < 60
    assert by(found["table_computation_seconds_count"], "category") == {("text_generation",): 1}
    assert found["table_computation_seconds_sum"][0][1] > 0


async def test_an_outage_longer_than_the_stale_limit_is_still_told(tmp_path: Path) -> None:
    """Else an alarm on age or staleness would end when the service begins to answer 502."""
    clock = SteeredClock()
    async with a_world(tmp_path, clock=clock, cache_hydration_stale_ttl_seconds=100, **AGAIN) as world:
        await world.client.get(TEXT_RISK)
        world.horde.always(Route.TEXT_STATS, SERVER_ERROR)
        clock.wait(101)
        assert (await world.client.get(TEXT_RISK)).status_code == 502
        found = await figures(world.client)
    assert by(found["table_stale"], "category") == {("text_generation",): 1}
    assert found["table_age_seconds"][0][1] == 101


async def test_a_table_that_is_served_after_a_failure_is_told(tmp_path: Path) -> None:
    async with a_world(tmp_path, horde_api_cache_ttl=0, deletion_risk_cache_ttl=5) as world:
        world.horde.payloads[Route.TEXT_STATS] = stats_of({})
        await world.client.get(TEXT_RISK)
        found = await figures(world.client)
    assert "attribution_ratio" not in found, "of nothing there are no shares"
    assert by(found["table_stale"], "category") == {("text_generation",): 0}


WORKERS = """
import os
from horde_model_reference.service.metrics import Instruments
import sys
instruments = Instruments()
if os.fork() == 0:
    instruments.request("/route", 200, 0.5)
    os._exit(0)
os.wait()
instruments.request("/route", 200, 0.25)
class Nothing:
    class horde:
        class client:
            open_breakers = staticmethod(dict)
    usable = latest = staticmethod(dict)
sys.stdout.buffer.write(instruments.exposition(Nothing, Nothing))
"""


def test_one_scrape_adds_up_what_all_workers_counted(tmp_path: Path) -> None:
    """Whichever worker answers it."""
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WORKERS], env=environment, capture_output=True, text=True, check=True
    )
    families = {family.name: family for family in text_string_to_metric_families(run.stdout)}
    counted = {sample.name: sample.value for family in families.values() for sample in family.samples}
    assert counted["horde_model_reference_request_seconds_count"] == 2
    assert counted["horde_model_reference_request_seconds_sum"] == 0.75
