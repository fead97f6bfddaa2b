"""Every way in which the Horde fails, over a real socket: with good data held nothing changes but that it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina

from horde_model_reference.service.app import create_service
from tests.support.clock import SteeredClock, steered_timers
from tests.support.misbehaving_horde import (
    EMPTY,
    FAILING,
    GOOD,
    HANGING,
    IMAGE_ROUTES,
    MISBEHAVING,
    NO_HEADERS,
    RESET,
    SECRET,
    SERVER_ERROR,
    TEXT_ROUTES,
    UNKNOWING,
    Behaviour,
    MisbehavingHorde,
    Route,
)
from tests.support.service import (
    IMAGE_RISK,
    STATISTICS,
    TEXT_RISK,
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
OTHER_URLS = (f"{TEXT_RISK}.csv", f"{STATISTICS}/text_generation/attribution")
ROUTES = {url: IMAGE_ROUTES if url == IMAGE_RISK else TEXT_ROUTES for url in (*URLS, *OTHER_URLS)}
"""What each asks the Horde."""
FIGURES = ("models", "summary", "attribution", "total_count", "category_total_month_usage")
UNKNOWN = {"usage_unknown", "workers_unknown", "clashes_unknown"}
HORDE_SECONDS = 30.0
"""The Horde's time-out: below those of readers."""
PAUSE = 30.0
"""Seconds after which the Horde may be asked again, whatever it said."""
OFTEN = 0.02
"""Seconds between background refreshes; an observation is due when the clock has gone on as long."""
ALWAYS_ASK: dict[str, Any] = {
    "horde_api_timeout": HORDE_SECONDS,
    "horde_api_cache_ttl": 0,
    "deletion_risk_cache_ttl": 0,
}

Body = dict[str, Any]


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """No pauses between retries."""
    stamina.set_testing(True, attempts=1000, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SteeredClock:
    """A clock that breakers go by as well."""
    clock = SteeredClock()
    monkeypatch.setattr("circuitbreaker.monotonic", clock.monotonic)
    return clock


async def break_down(horde: MisbehavingHorde, behaviour: Behaviour) -> None:
    if behaviour is REFUSED:
        horde.close_port()
    else:
        horde.all_routes(behaviour)


async def mend(horde: MisbehavingHorde, behaviour: Behaviour, clock: SteeredClock) -> None:
    """Let the Horde be well again, and the pauses that the outage began go by."""
    if behaviour is REFUSED:
        await horde.open_port()
    else:
        horde.all_routes(GOOD)
        horde.release.set()
    clock.wait(PAUSE)


def codes(body: Body) -> set[str]:
    return {warning["code"] for warning in body["warnings"]}


async def answer_to(world: World, url: str, behaviour: Behaviour = GOOD) -> httpx.Response:
    """Ask; the time of an answer of the Horde that never comes goes by."""
    asking = world.client.get(url)
    if behaviour in HANGING:
        return await world.horde.outlast(asking, len(ROUTES[url]), HORDE_SECONDS)
    return await asking


async def good_answers(client: httpx.AsyncClient) -> dict[str, Body]:
    """Return the answers of a Horde that is well."""
    bodies = {url: (await client.get(url)).json() for url in URLS}
    for body in bodies.values():
        assert not body["data_as_of"]["stale"]
        assert not codes(body) & UNKNOWN
    return bodies


def is_stale(answer: httpx.Response, good: Body) -> bool:
    """Return whether an answer is stale; it must have the same figures as a good one, and say so."""
    assert answer.status_code == 200
    assert SECRET not in answer.text
    body = answer.json()
    assert {key: body[key] for key in FIGURES} == {key: good[key] for key in FIGURES}
    stale: bool = body["data_as_of"]["stale"]
    assert ("horde_stale" in codes(body)) == stale
    assert not codes(body) & UNKNOWN
    assert not stale or int(answer.headers["cache-control"].split("max-age=")[1].split(",")[0]) <= 5
    return stale


@asynccontextmanager
async def a_refreshed_world(folder: Path, clock: SteeredClock) -> AsyncIterator[World]:
    """A world whose tables are made anew in the background, as often as can be."""
    often: Body = {"cache_hydration_interval_seconds": OFTEN, "cache_ttl_seconds": 0, "history": {"enabled": False}}
    sources = write_catalogues(folder)
    async with MisbehavingHorde() as horde:
        built = horde.settings(**{"sources": sources} | ALWAYS_ASK | often)
        async with serving(create_service(built, hydrate=True, clock=clock)) as client:
            yield World(client, horde, folder)


@pytest.mark.parametrize("behaviour", [REFUSED, *MISBEHAVING], ids=str)
async def test_after_one_good_answer_an_outage_changes_nothing_but_that_it_is_told(
    tmp_path: Path, clock: SteeredClock, behaviour: Behaviour
) -> None:
    """Rules 3 and 12: no 5xx, no changed number; stale from the first failure, and not after a success."""
    async with a_world(tmp_path, clock=clock, **ALWAYS_ASK) as world:
        good = await good_answers(world.client)
        await break_down(world.horde, behaviour)
        for url in URLS:
            assert is_stale(await answer_to(world, url, behaviour), good[url])
        await mend(world.horde, behaviour, clock)
        for url in URLS:
            assert not is_stale(await answer_to(world, url), good[url])


@pytest.mark.parametrize("behaviour", [REFUSED, RESET, SERVER_ERROR, EMPTY, NO_HEADERS], ids=str)
async def test_the_same_with_tables_made_in_the_background(
    tmp_path: Path, clock: SteeredClock, behaviour: Behaviour
) -> None:
    async with a_refreshed_world(tmp_path, clock) as world:
        good = await good_answers(world.client)

        async def become(*, stale: bool) -> None:
            for url in URLS:

                async def has_become(url: str = url) -> bool:
                    clock.wait(1)  # A refresh in the air may fail after the outage, and begin a pause.
                    return is_stale(await world.client.get(url), good[url]) == stale

                await eventually(has_become)

        await break_down(world.horde, behaviour)
        clock.wait(1)
        if behaviour in HANGING:

            async def all_hang() -> bool:
                # A reader's refresh may have begun before the outage and have brought fresh answers after it.
                for url in URLS:
                    await world.client.get(url)
                return world.horde.hung == len(Route)

            await eventually(all_hang)
            with steered_timers() as wait:
                wait(HORDE_SECONDS)
                await become(stale=True)
        await become(stale=True)
        await mend(world.horde, behaviour, clock)
        await become(stale=False)


@pytest.mark.parametrize("behaviour", [REFUSED, *FAILING], ids=str)
async def test_with_nothing_held_a_failure_is_502_and_says_when_to_come_back(
    tmp_path: Path, clock: SteeredClock, behaviour: Behaviour
) -> None:
    async with a_world(tmp_path, clock=clock, **ALWAYS_ASK) as world:
        await break_down(world.horde, behaviour)
        for url in (IMAGE_RISK, *OTHER_URLS):
            answer = await answer_to(world, url, behaviour)
            assert_problem(answer, 502, "horde_unavailable")
            assert int(answer.headers["retry-after"]) >= 1
            assert SECRET not in answer.text
            assert answer.headers["cache-control"] == "no-store"
        assert (await world.client.get("/api/heartbeat")).status_code == 200
        await mend(world.horde, behaviour, clock)
        good = await good_answers(world.client)
    assert good[IMAGE_RISK]["models"][0]["usage_month"] == 20


@pytest.mark.parametrize("behaviour", UNKNOWING, ids=str)
async def test_with_nothing_held_an_answer_without_figures_is_served_as_unknown(
    tmp_path: Path, behaviour: Behaviour
) -> None:
    """Rule 3: null, never 0, with a warning and no flag; the figures follow when they come."""
    async with a_world(tmp_path, **ALWAYS_ASK) as world:
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
    tmp_path: Path, behaviour: Behaviour
) -> None:
    """However long the Horde's own time-out is; and the heartbeat does not wait for it."""
    deadline = 10
    async with a_world(tmp_path, horde_api_timeout=600, request_deadline_seconds=deadline) as world:
        world.horde.all_routes(behaviour)
        for url in URLS:
            heartbeat = asyncio.create_task(world.client.get("/api/heartbeat"))
            answer = await world.horde.outlast(world.client.get(url), len(ROUTES[url]), deadline, heartbeat)
            assert_problem(answer, 502, "horde_unavailable")
            assert int(answer.headers["retry-after"]) >= 1
            assert heartbeat.result().status_code == 200


@pytest.mark.parametrize("behaviour", HANGING, ids=str)
async def test_who_asks_while_the_horde_hangs_gets_what_is_held(tmp_path: Path, behaviour: Behaviour) -> None:
    async with a_world(tmp_path, refresh_patience_seconds=0, **ALWAYS_ASK) as world:
        good = await good_answers(world.client)
        world.horde.all_routes(behaviour)
        for url in URLS:
            assert not is_stale(await world.client.get(url), good[url]), "nothing has failed yet"


async def test_one_failure_in_three_is_no_failure_for_anybody(tmp_path: Path) -> None:
    """Each time another route fails, and is asked again."""
    async with a_world(tmp_path, **ALWAYS_ASK) as world:
        good = await good_answers(world.client)
        routes = list(Route)
        for turn in range(24):
            world.horde.queue(routes[turn % 4], (RESET, SERVER_ERROR, EMPTY)[turn % 3])
            answer = await world.client.get(URLS[turn % 2])
            assert answer.status_code == 200
            body = answer.json()
            assert {key: body[key] for key in FIGURES} == {key: good[URLS[turn % 2]][key] for key in FIGURES}


async def test_an_outage_longer_than_the_stale_limit_is_told_as_one(tmp_path: Path, clock: SteeredClock) -> None:
    async with a_world(tmp_path, clock=clock, cache_hydration_stale_ttl_seconds=100, **ALWAYS_ASK) as world:
        good = await good_answers(world.client)
        world.horde.all_routes(SERVER_ERROR)
        for seconds in (0, 99):
            clock.wait(seconds)
            assert is_stale(await world.client.get(IMAGE_RISK), good[IMAGE_RISK])
        clock.wait(2)
        assert_problem(await world.client.get(IMAGE_RISK), 502, "horde_unavailable")


@pytest.mark.parametrize("in_background", [False, True])
async def test_the_stale_limit_is_kept_where_it_is_smaller_than_the_other_limits(
    tmp_path: Path, clock: SteeredClock, in_background: bool
) -> None:
    """Readiness and answers agree, and no cache is told to keep an answer for longer."""
    async with MisbehavingHorde() as horde:
        limit = {"cache_hydration_stale_ttl_seconds": 1.5}
        built = horde.settings(sources=write_catalogues(tmp_path), **limit)
        async with serving(create_service(built, hydrate=in_background, clock=clock)) as client:

            async def is_ready() -> bool:
                return (await client.get("/api/readiness")).status_code == 200

            await eventually(is_ready)
            answer = await client.get(IMAGE_RISK)
            assert answer.headers["cache-control"].startswith(("public, max-age=0", "public, max-age=1,"))
            horde.all_routes(SERVER_ERROR)
            clock.wait(2)
            assert (await client.get(IMAGE_RISK)).status_code == 502
            assert not await is_ready()
