"""Every way in which the Horde fails, over a real socket: with good data held nothing changes but that it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina

from horde_model_reference.integrations import horde_api_client, horde_api_integration
from horde_model_reference.service import guard
from horde_model_reference.service.app import create_service
from tests.support.misbehaving_horde import (
    EMPTY,
    FAILING,
    GOOD,
    HANGING,
    MISBEHAVING,
    NO_HEADERS,
    RESET,
    SECRET,
    SERVER_ERROR,
    UNKNOWING,
    Behaviour,
    MisbehavingHorde,
    Route,
)
from tests.support.service import (
    IMAGE_RISK,
    STATISTICS,
    TEXT_RISK,
    V2,
    World,
    a_world,
    assert_problem,
    serving,
    write_catalogues,
)
from tests.support.waiting import eventually

REFUSED = Behaviour("connection refused")
"""The server's port is closed."""

URLS = (IMAGE_RISK, f"{TEXT_RISK}?group_text_models=true")
FIGURES = ("models", "summary", "attribution", "total_count", "category_total_month_usage")
UNKNOWN = {"usage_unknown", "workers_unknown", "clashes_unknown"}
LONG = 60.0

Body = dict[str, Any]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No pauses between retries, and none that the Horde asks for."""
    monkeypatch.setattr(horde_api_client, "MAX_RETRY_AFTER", 0.05)
    stamina.set_testing(True, attempts=1000, cap=True)
    yield
    stamina.set_testing(False)


def settings_for(behaviour: Behaviour) -> Body:
    """What makes the outcome come quickly; what hangs must run into its time-out first."""
    return {
        "horde_api_timeout": 0.3 if behaviour in HANGING else LONG,
        "horde_api_breaker_reset_seconds": 0.05,
        "horde_api_cache_ttl": 0,
        "deletion_risk_cache_ttl": 0,
    }


async def break_down(horde: MisbehavingHorde, behaviour: Behaviour) -> None:
    if behaviour is REFUSED:
        horde.close_port()
    else:
        horde.all_routes(behaviour)


async def mend(horde: MisbehavingHorde, behaviour: Behaviour) -> None:
    if behaviour is REFUSED:
        await horde.open_port()
    else:
        horde.all_routes(GOOD)


def codes(body: Body) -> set[str]:
    return {warning["code"] for warning in body["warnings"]}


async def good_answers(client: httpx.AsyncClient) -> dict[str, Body]:
    """The answers of a Horde that is well.

    Not the first try need bring them: what hangs later has little time.
    """

    async def well(url: str) -> Body | None:
        answer = await client.get(url)
        body: Body = answer.json()
        settled = answer.status_code == 200 and not body["data_as_of"]["stale"] and not codes(body) & UNKNOWN
        return body if settled else None

    bodies = await asyncio.gather(*(eventually(partial(well, url)) for url in URLS))
    return dict(zip(URLS, bodies, strict=True))


async def until(client: httpx.AsyncClient, good: dict[str, Body], *, stale: bool) -> None:
    """Wait until every answer says so; all the while none may fail, and no figure may change."""

    async def said(url: str) -> bool:
        answer = await client.get(url)
        assert answer.status_code == 200
        assert SECRET not in answer.text
        body = answer.json()
        assert {key: body[key] for key in FIGURES} == {key: good[url][key] for key in FIGURES}
        is_stale: bool = body["data_as_of"]["stale"]
        assert ("horde_stale" in codes(body)) == is_stale
        assert not codes(body) & UNKNOWN
        return is_stale == stale

    await asyncio.gather(*(eventually(partial(said, url)) for url in URLS))


@asynccontextmanager
async def a_refreshed_world(folder: Path, **settings: Any) -> AsyncIterator[World]:
    """A world whose tables are made anew in the background, as often as can be."""
    often = {"cache_hydration_interval_seconds": 0.05, "cache_ttl_seconds": 0}
    sources = write_catalogues(folder)
    async with MisbehavingHorde() as horde:
        built = horde.settings(**{"sources": sources} | settings | often)
        async with serving(create_service(built, hydrate=True)) as client:
            yield World(client, horde, folder)


@pytest.mark.parametrize("behaviour", [REFUSED, *MISBEHAVING], ids=str)
async def test_after_one_good_answer_an_outage_changes_nothing_but_that_it_is_told(
    tmp_path: Path, behaviour: Behaviour
) -> None:
    """Rules 3 and 12: no 5xx, no changed number; stale from the first failure, and not after a success."""
    async with a_world(tmp_path, **settings_for(behaviour)) as world:
        good = await good_answers(world.client)
        await break_down(world.horde, behaviour)
        await until(world.client, good, stale=True)
        answer = await world.client.get(IMAGE_RISK)
        assert int(answer.headers["cache-control"].split("max-age=")[1].split(",")[0]) <= 5
        await mend(world.horde, behaviour)
        await until(world.client, good, stale=False)


@pytest.mark.parametrize("behaviour", [REFUSED, RESET, SERVER_ERROR, EMPTY, NO_HEADERS], ids=str)
async def test_the_same_with_tables_made_in_the_background(tmp_path: Path, behaviour: Behaviour) -> None:
    async with a_refreshed_world(tmp_path, **settings_for(behaviour)) as world:
        good = await good_answers(world.client)
        await break_down(world.horde, behaviour)
        await until(world.client, good, stale=True)
        await mend(world.horde, behaviour)
        await until(world.client, good, stale=False)


@pytest.mark.parametrize("behaviour", [REFUSED, *FAILING], ids=str)
async def test_with_nothing_held_a_failure_is_502_and_says_when_to_come_back(
    tmp_path: Path, behaviour: Behaviour
) -> None:
    async with a_world(tmp_path, **settings_for(behaviour)) as world:
        await break_down(world.horde, behaviour)
        async with asyncio.timeout(10):
            urls = (IMAGE_RISK, f"{TEXT_RISK}.csv", f"{STATISTICS}/text_generation/attribution")
            for answer in await asyncio.gather(*map(world.client.get, urls)):
                assert_problem(answer, 502, "horde_unavailable")
                assert int(answer.headers["retry-after"]) >= 1
                assert SECRET not in answer.text
                assert answer.headers["cache-control"] == "no-store"
        assert (await world.client.get("/api/heartbeat")).status_code == 200
        await mend(world.horde, behaviour)
        good = await good_answers(world.client)
    assert good[IMAGE_RISK]["models"][0]["usage_month"] == 20


@pytest.mark.parametrize("behaviour", UNKNOWING, ids=str)
async def test_with_nothing_held_an_answer_without_figures_is_served_as_unknown(
    tmp_path: Path, behaviour: Behaviour
) -> None:
    """Rule 3: null, never 0, with a warning and no flag; the figures follow when they come."""
    async with a_world(tmp_path, **settings_for(behaviour)) as world:
        world.horde.all_routes(behaviour)
        for url in URLS:
            answer = await world.client.get(url)
            assert answer.status_code == 200
            body = answer.json()
            assert {"usage_unknown", "workers_unknown"} <= codes(body)
            assert body["category_total_month_usage"] is body["summary"]["models_with_zero_month_usage"] is None
            for row in body["models"]:
                assert row["usage_known"] is row["workers_known"] is row["is_critical"] is False
                assert row["usage_month"] is row["worker_count"] is row["usage_percentage_of_category"] is None
                set_flags = {flag for flag, is_set in row["deletion_risk_flags"].items() if is_set}
                assert not {flag for flag in set_flags if "usage" in flag or "workers" in flag}
        world.horde.all_routes(GOOD)
        good = await good_answers(world.client)
    assert good[IMAGE_RISK]["models"][0]["usage_month"] == 20


@pytest.mark.parametrize("behaviour", HANGING, ids=str)
async def test_a_request_ends_within_its_deadline_also_when_the_horde_never_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    """However long the Horde's own time-out is; and the heartbeat does not wait for it."""
    monkeypatch.setattr(guard, "GRACE", LONG)  # On a busy machine it could end the request first.
    quick_end = settings_for(behaviour) | {"horde_api_timeout": LONG, "request_deadline_seconds": 0.2}
    async with a_world(tmp_path, **quick_end) as world:
        for category in ("image_generation", "text_generation"):
            await world.client.get(f"{V2}/{category}")
        world.horde.all_routes(behaviour)
        async with asyncio.timeout(LONG / 2):
            answers = await asyncio.gather(*(world.client.get(url) for url in (*URLS, "/api/heartbeat")))
    assert [answer.status_code for answer in answers] == [502, 502, 200]
    for answer in answers[:2]:
        assert_problem(answer, 502, "horde_unavailable")
        assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("behaviour", HANGING, ids=str)
async def test_who_asks_while_the_horde_hangs_gets_what_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    slow = settings_for(behaviour) | {"horde_api_timeout": LONG, "request_deadline_seconds": LONG}
    async with a_world(tmp_path, **slow) as world:
        good = await good_answers(world.client)
        world.horde.all_routes(behaviour)
        monkeypatch.setattr(horde_api_integration, "PATIENCE", 0)
        async with asyncio.timeout(LONG / 2):
            await until(world.client, good, stale=False)  # Nothing has failed yet.


async def test_one_failure_in_three_is_no_failure_for_anybody(tmp_path: Path) -> None:
    """Each time another route fails, and is asked again."""
    async with a_world(tmp_path, **settings_for(GOOD)) as world:
        good = await good_answers(world.client)
        routes = list(Route)
        for turn in range(24):
            world.horde.queue(routes[turn % 4], (RESET, SERVER_ERROR, EMPTY)[turn % 3])
            answer = await world.client.get(URLS[turn % 2])
            assert answer.status_code == 200
            body = answer.json()
            assert {key: body[key] for key in FIGURES} == {key: good[URLS[turn % 2]][key] for key in FIGURES}


async def test_an_outage_longer_than_the_stale_limit_is_told_as_one(tmp_path: Path) -> None:
    settings = settings_for(SERVER_ERROR) | {"cache_hydration_stale_ttl_seconds": 0.4}
    async with a_world(tmp_path, **settings) as world:
        good = await good_answers(world.client)
        world.horde.all_routes(SERVER_ERROR)

        async def is_over() -> bool:
            answer = await world.client.get(IMAGE_RISK)
            if answer.status_code == 200:
                assert answer.json()["models"] == good[IMAGE_RISK]["models"]
                return False
            assert_problem(answer, 502, "horde_unavailable")
            return True

        await eventually(is_over)


@pytest.mark.parametrize("in_background", [False, True])
async def test_the_stale_limit_is_kept_where_it_is_smaller_than_the_other_limits(
    tmp_path: Path, in_background: bool
) -> None:
    """Readiness and answers agree, and no cache is told to keep an answer for longer."""
    async with MisbehavingHorde() as horde:
        limit = {"cache_hydration_stale_ttl_seconds": 1.5}
        built = horde.settings(sources=write_catalogues(tmp_path), **limit)
        async with serving(create_service(built, hydrate=in_background)) as client:

            async def is_ready() -> bool:
                return (await client.get("/api/readiness")).status_code == 200

            await eventually(is_ready)
            answer = await client.get(IMAGE_RISK)
            assert answer.headers["cache-control"].startswith(("public, max-age=0", "public, max-age=1,"))
            horde.all_routes(SERVER_ERROR)

            async def is_over() -> bool:
                return (await client.get(IMAGE_RISK)).status_code == 502 and not await is_ready()

            await eventually(is_over)
