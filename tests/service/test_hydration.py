"""Background refresh: readers get the last table at once while the next one is made."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina

from horde_model_reference.service.app import create_service
from horde_model_reference.service.hydration import pause
from horde_model_reference.settings import load_settings
from tests.support.builders import IMAGE, stats_of
from tests.support.clock import steered_timers
from tests.support.misbehaving_horde import GOOD, NO_HEADERS, SERVER_ERROR, MisbehavingHorde, Route
from tests.support.service import (
    IMAGE_RISK,
    TEXT_RISK,
    World,
    catalogue_bytes,
    serving,
    write_catalogues,
)
from tests.support.waiting import PATIENCE, eventually

LONG = 60.0
OFTEN: dict[str, Any] = {"cache_hydration_interval_seconds": 0.03, "horde_api_cache_ttl": 0, "cache_ttl_seconds": 0}


@asynccontextmanager
async def a_hydrated_world(folder: Path, hydrate: bool | None = None, **settings: Any) -> AsyncIterator[World]:
    """What ``serve`` runs, with the background."""
    sources = write_catalogues(folder)
    async with MisbehavingHorde() as horde:
        built = horde.settings(**{"sources": sources} | settings)
        async with serving(create_service(built, hydrate=hydrate)) as client:
            yield World(client, horde, folder)


@pytest.fixture
def no_pauses() -> Iterator[None]:
    """Retries follow each other at once."""
    stamina.set_testing(True, attempts=1000, cap=True)
    yield
    stamina.set_testing(False)


async def month_usage(client: httpx.AsyncClient) -> int:
    answer = await client.get(IMAGE_RISK)
    assert answer.status_code == 200
    usage: int = answer.json()["models"][0]["usage_month"]
    return usage


async def has_tables(client: httpx.AsyncClient) -> bool:
    """Whether there is a table for each category; readiness would make them."""
    return (await client.get("/api/metrics")).text.count("table_age_seconds{") == 2


async def test_there_are_tables_before_any_reader(tmp_path: Path) -> None:
    async with a_hydrated_world(tmp_path) as world:
        await eventually(lambda: has_tables(world.client))
        asked = world.horde.count()
        for url in (IMAGE_RISK, TEXT_RISK):
            assert (await world.client.get(url)).status_code == 200
        assert world.horde.count() == asked


@pytest.mark.parametrize(
    ("settings", "hydrate", "refreshes"),
    [
        ({"cache_hydration_enabled": True}, None, True),
        ({"cache_hydration_enabled": False}, None, False),
        ({"cache_hydration_enabled": True}, False, False),
        ({"cache_hydration_start_delay_seconds": LONG}, None, False),
        ({"cache_hydration_start_delay_seconds": 0.02}, None, True),
    ],
)
async def test_the_settings_say_whether_and_when_it_begins(
    tmp_path: Path, settings: dict[str, Any], hydrate: bool | None, refreshes: bool
) -> None:
    async with a_hydrated_world(tmp_path, hydrate, **settings) as world:
        if refreshes:
            await eventually(lambda: has_tables(world.client))
        else:
            assert await month_usage(world.client) == 20, "a reader need not wait for the background"
            assert world.horde.count(Route.TEXT_STATS) == 0


async def test_tables_are_made_anew_by_the_interval(tmp_path: Path) -> None:
    """And a changed catalogue is seen as well."""
    async with a_hydrated_world(tmp_path, **OFTEN) as world:
        assert await month_usage(world.client) == 20
        world.horde.payloads[Route.IMAGE_STATS] = stats_of({"Deliberate": 4711})

        async def is_new() -> bool:
            return await month_usage(world.client) == 4711

        await eventually(is_new)
        world.write(IMAGE, catalogue_bytes(["Deliberate", "newer"]))

        async def has_two() -> bool:
            return bool((await world.client.get(IMAGE_RISK)).json()["total_count"] == 2)

        await eventually(has_two)


async def test_readers_get_the_last_table_at_once_while_a_refresh_hangs(tmp_path: Path) -> None:
    async with a_hydrated_world(tmp_path, horde_api_timeout=LONG, request_deadline_seconds=LONG, **OFTEN) as world:
        await eventually(lambda: has_tables(world.client))
        assert await month_usage(world.client) == 20
        world.horde.payloads[Route.IMAGE_STATS] = stats_of({"Deliberate": 4711})
        asked = {route: world.horde.count(route) for route in Route}
        world.horde.all_routes(NO_HEADERS)
        for route, times in asked.items():
            await world.horde.asked(route, times + 1)
        with steered_timers():  # Nothing that a reader could wait for ends here.
            for url in (IMAGE_RISK, f"{IMAGE_RISK}?limit=1", TEXT_RISK):
                answer = await world.client.get(url)
                assert (answer.status_code, answer.json()["data_as_of"]["stale"]) == (200, False)
        assert await month_usage(world.client) == 20
        world.horde.all_routes(GOOD)
        world.horde.release.set()

        async def is_new() -> bool:
            return await month_usage(world.client) == 4711

        await eventually(is_new)


@pytest.mark.usefixtures("no_pauses")
async def test_it_survives_failures_and_tells_them(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Of the Horde and of the catalogue, at the start and later."""
    quick: dict[str, Any] = {"horde_api_breaker_reset_seconds": 0.01}
    with caplog.at_level(logging.WARNING, logger="horde_model_reference"):
        async with a_hydrated_world(tmp_path, **OFTEN | quick) as world:
            world.horde.all_routes(SERVER_ERROR)
            await world.horde.asked(Route.IMAGE_STATS, 2)
            await eventually(lambda: "background refresh of image_generation failed" in caplog.text)
            assert not await has_tables(world.client)
            world.horde.all_routes(GOOD)
            await eventually(lambda: has_tables(world.client))

            world.horde.all_routes(SERVER_ERROR)

            async def is_stale() -> bool:
                return bool((await world.client.get(IMAGE_RISK)).json()["data_as_of"]["stale"])

            await eventually(is_stale)
            assert await month_usage(world.client) == 20
            world.horde.all_routes(GOOD)

            async def is_fresh() -> bool:
                return not await is_stale()

            await eventually(is_fresh)


async def test_it_survives_what_nobody_foresaw(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broken = True

    async def answer(request: httpx.Request) -> httpx.Response:
        if broken:
            raise RuntimeError("a surprise")
        return httpx.Response(200, json=await payload(request))

    async def payload(request: httpx.Request) -> Any:
        horde = MisbehavingHorde()
        route = next(
            route
            for route in Route
            if route.partition("?")[0] in request.url.path
            and route.partition("=")[2] == request.url.params.get("type", "")
        )
        return horde.payloads[route]

    settings = load_settings(sources=write_catalogues(tmp_path), **OFTEN)
    async with serving(create_service(settings, httpx.MockTransport(answer), hydrate=True)) as client:
        await eventually(lambda: caplog.text.count("a surprise") > 2)
        broken = False
        await eventually(lambda: has_tables(client))


async def test_it_ends_with_the_service_whatever_is_under_way(tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE):
        async with a_hydrated_world(tmp_path, horde_api_timeout=LONG, request_deadline_seconds=LONG, **OFTEN) as world:
            world.horde.all_routes(NO_HEADERS)
            await world.horde.asked(Route.IMAGE_STATS)
            before = asyncio.all_tasks()
    assert len(asyncio.all_tasks() & before) <= 1, "only the test itself goes on"


@pytest.mark.parametrize(
    ("settings", "least", "most"),
    [
        ({"cache_hydration_interval_seconds": 240, "cache_ttl_seconds": 60, "cache_hydration_jitter": 0}, 60, 60),
        ({"cache_hydration_interval_seconds": 240, "cache_ttl_seconds": 60, "cache_hydration_jitter": 0.1}, 54, 66),
        ({"cache_hydration_interval_seconds": 30, "cache_ttl_seconds": 60, "cache_hydration_jitter": 0.5}, 15, 45),
        ({"cache_hydration_interval_seconds": 240, "cache_ttl_seconds": 0, "cache_hydration_jitter": 0}, 1, 1),
        ({"cache_hydration_interval_seconds": 0.1, "cache_ttl_seconds": 0, "cache_hydration_jitter": 1}, 0, 0.2),
    ],
)
def test_pauses_are_spread_around_the_shorter_of_both_intervals(
    settings: dict[str, Any], least: float, most: float
) -> None:
    """So that a changed catalogue is seen within its own time, and many processes do not ask at once."""
    built = load_settings(**settings)
    pauses = [pause(built) for _ in range(200)]
    assert least <= min(pauses)
    assert max(pauses) <= most
    assert (len(set(pauses)) > 100) == (least != most)
