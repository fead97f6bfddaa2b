"""What the Horde says now, or said last: one fetch for all, held answers on the bad days (rules 3 and 12)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from horde_model_reference.categories import HordeModelType
from horde_model_reference.clock import Clock
from horde_model_reference.errors import HordeAPIError
from horde_model_reference.integrations.horde_api_integration import HordeAPIDegradedError, HordeAPIIntegration
from horde_model_reference.integrations.horde_api_models import Observation
from horde_model_reference.settings import Settings
from tests.support.builders import FETCHED, stats_of, status_of
from tests.support.clock import SteeredClock
from tests.support.misbehaving_horde import (
    EMPTY,
    FAILING,
    GOOD,
    HANGING,
    IMAGE_ROUTES,
    MASKED,
    MISBEHAVING,
    NO_HEADERS,
    NOT_FOUND,
    SECRET,
    SERVER_ERROR,
    TEXT_ROUTES,
    TOO_MANY_WAIT,
    TRUNCATED,
    UNKNOWING,
    Behaviour,
    MisbehavingHorde,
    Route,
)
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.usefixtures("no_pauses")

IMAGE, TEXT = HordeModelType.IMAGE, HordeModelType.TEXT
ROUTES = {IMAGE: IMAGE_ROUTES, TEXT: TEXT_ROUTES}
LONG = 60.0
"""A time-out that no test waits for."""
HORDE_SECONDS = 30.0
"""The Horde's time-out: below those of readers."""


@pytest.fixture
def clock() -> SteeredClock:
    return SteeredClock()


class Watched(HordeAPIIntegration):
    """One of which the end of each fetch can be awaited."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient, clock: Clock) -> None:
        self.ended = asyncio.Semaphore(0)
        super().__init__(settings, client, clock, lambda _: self.ended.release())


@asynccontextmanager
async def watching(horde: MisbehavingHorde, clock: SteeredClock, **overrides: Any) -> AsyncIterator[Watched]:
    settings = horde.settings(
        **{
            "horde_api_cache_ttl": 60,
            "deletion_risk_cache_ttl": 300,
            "cache_hydration_stale_ttl_seconds": 3600,
            "horde_api_timeout": HORDE_SECONDS,
        }
        | overrides
    )
    async with horde.client(settings) as client:
        watched = Watched(settings, client, clock)
        try:
            yield watched
        finally:
            await watched.aclose()


async def observed(
    watched: Watched, horde: MisbehavingHorde, model_type: HordeModelType, *, hanging: int, fetched: int = 0
) -> Observation:
    """Observe, and let the Horde's time go by when so many answers hang and so many routes have been fetched."""
    if not hanging:
        return await watched.observe(model_type)
    watched.ended = asyncio.Semaphore(0)
    others = [watched.ended.acquire() for _ in range(fetched)]
    return await horde.outlast(watched.observe(model_type), hanging, HORDE_SECONDS, *others)


def figures(observation: Observation) -> tuple[Any, ...]:
    """Return all of an observation that ends up in numbers or in the times of an answer."""
    return (
        observation.status.frame.rows(),
        observation.stats.frame.rows(),
        observation.status.complete,
        observation.stats.complete,
        observation.other_type_names,
        observation.status_fetched_at,
        observation.stats_fetched_at,
    )


def codes(observation: Observation) -> set[str]:
    return {warning.code for warning in observation.warnings}


def counts(horde: MisbehavingHorde) -> dict[Route, int]:
    return {route: horde.count(route) for route in Route if horde.count(route)}


async def test_an_observation_says_what_the_horde_said(horde: MisbehavingHorde, clock: SteeredClock) -> None:
    async with watching(horde, clock) as watched:
        image, text = await watched.observe(IMAGE), await watched.observe(TEXT)
    assert figures(image) == (
        [("Deliberate", 2, 0, 10.0, 0, 0.0)],
        [("Deliberate", 1, 20, 300)],
        True,
        True,
        frozenset({"koboldcpp/Stheno"}),
        FETCHED,
        FETCHED,
    )
    assert text.stats.frame.rows() == [("koboldcpp/Stheno", 2, 30, 400)]
    assert text.other_type_names == frozenset()
    assert [(seen.model_type, seen.stale, seen.warnings) for seen in (image, text)] == [
        (IMAGE, False, ()),
        (TEXT, False, ()),
    ]
    assert counts(horde) == dict.fromkeys(Route, 1), "the text status serves both"


async def test_figures_by_api_name(horde: MisbehavingHorde, clock: SteeredClock) -> None:
    async with watching(horde, clock) as watched:
        assert await watched.get_model_status_indexed(TEXT) == {
            "koboldcpp/Stheno": {"worker_count": 3, "queued_jobs": 0, "performance": 10.0, "eta": 0, "queued": 0.0}
        }
        assert await watched.get_model_stats_indexed(TEXT) == {
            "koboldcpp/Stheno": {"usage_day": 2, "usage_month": 30, "usage_total": 400}
        }


async def test_all_who_ask_at_once_share_one_fetch_of_each_route(horde: MisbehavingHorde, clock: SteeredClock) -> None:
    horde.all_routes(NO_HEADERS)
    async with watching(horde, clock, horde_api_timeout=LONG) as watched:
        asking = [asyncio.create_task(watched.observe(kind)) for kind in (IMAGE, TEXT) for _ in range(20)]
        for route in Route:
            await horde.asked(route)
        asking += [asyncio.create_task(watched.observe(kind)) for kind in (IMAGE, TEXT) for _ in range(20)]
        horde.release.set()
        seen = await asyncio.gather(*asking)
    assert len({observation.fingerprint() for observation in seen}) == 2
    assert counts(horde) == dict.fromkeys(Route, 1)


async def test_who_gives_up_leaves_the_fetch_to_the_others(horde: MisbehavingHorde, clock: SteeredClock) -> None:
    horde.all_routes(NO_HEADERS)
    async with watching(horde, clock, horde_api_timeout=LONG) as watched:
        first, second = (asyncio.create_task(watched.observe(TEXT)) for _ in range(2))
        for route in TEXT_ROUTES:
            await horde.asked(route)
        first.cancel()
        await asyncio.wait([first])
        horde.release.set()
        assert (await second).stats.known
    assert first.cancelled()
    assert counts(horde) == dict.fromkeys(TEXT_ROUTES, 1)


async def test_an_observation_is_used_until_it_is_too_old(horde: MisbehavingHorde, clock: SteeredClock) -> None:
    async with watching(horde, clock) as watched:
        first = await watched.observe(TEXT)
        horde.payloads[Route.TEXT_STATS] = stats_of({"koboldcpp/Stheno": 9})
        clock.wait(299)
        assert (await watched.observe(TEXT)).fingerprint() == first.fingerprint()
        assert counts(horde) == dict.fromkeys(TEXT_ROUTES, 1)
        clock.wait(1)
        fresh = await watched.observe(TEXT)
    assert (fresh.stats.frame.rows(), fresh.fetched_at) == ([("koboldcpp/Stheno", 9, 9, 9)], clock.now())
    assert counts(horde) == dict.fromkeys(TEXT_ROUTES, 2)


async def test_who_wants_a_younger_observation_says_so(horde: MisbehavingHorde, clock: SteeredClock) -> None:
    async with watching(horde, clock) as watched:
        await watched.observe(TEXT)
        clock.wait(100)
        assert (await watched.observe(TEXT, max_age=timedelta(seconds=101))).fetched_at == FETCHED
        assert (await watched.observe(TEXT, max_age=timedelta(seconds=100))).fetched_at == clock.now()
        await watched.observe(TEXT, max_age=timedelta(0))
    assert counts(horde) == dict.fromkeys(TEXT_ROUTES, 2), "what is younger than its own limit is not fetched"


@pytest.mark.parametrize(("age", "requests"), [(59, 1), (60, 2)])
async def test_a_part_younger_than_its_own_limit_is_not_fetched_again(
    horde: MisbehavingHorde, clock: SteeredClock, age: float, requests: int
) -> None:
    async with watching(horde, clock) as watched:
        await watched.observe(TEXT)
        clock.wait(age)
        image = await watched.observe(IMAGE)
    assert horde.count(Route.TEXT_STATUS) == requests
    assert image.stats_fetched_at == clock.now()
    assert image.status_fetched_at == (FETCHED if requests == 1 else clock.now()), "that of the older status"


@pytest.mark.parametrize("model_type", HordeModelType)
@pytest.mark.parametrize("behaviour", MISBEHAVING, ids=str)
async def test_figures_outlive_every_misbehaviour(
    horde: MisbehavingHorde, clock: SteeredClock, behaviour: Behaviour, model_type: HordeModelType
) -> None:
    """Rules 3 and 12: after one good answer nothing the Horde does changes a figure; it is told from the first on."""
    async with watching(horde, clock) as watched:
        good = await watched.observe(model_type)
        horde.all_routes(behaviour)
        clock.wait(300)
        hanging = len(ROUTES[model_type]) if behaviour in HANGING else 0
        held = await observed(watched, horde, model_type, hanging=hanging)
        assert figures(held) == figures(good)
        assert held.stale
        assert codes(held) == {"horde_stale"}
        assert len(held.warnings) == len(ROUTES[model_type])
        assert not any(SECRET in warning.message for warning in held.warnings)


@pytest.mark.parametrize("behaviour", [SERVER_ERROR, TRUNCATED, EMPTY, MASKED, NO_HEADERS], ids=str)
@pytest.mark.parametrize("route", TEXT_ROUTES)
async def test_stale_is_set_at_the_first_failure_and_cleared_by_a_success(
    horde: MisbehavingHorde, clock: SteeredClock, route: Route, behaviour: Behaviour
) -> None:
    """Rule 12; and a route that fails does not keep the other from being fetched."""
    other = next(each for each in TEXT_ROUTES if each != route)
    async with watching(horde, clock) as watched:
        assert not (await watched.observe(TEXT)).stale
        clock.wait(300)
        horde.always(route, behaviour)
        failed_once = await observed(watched, horde, TEXT, hanging=behaviour in HANGING, fetched=1)
        times = {Route.TEXT_STATUS: failed_once.status_fetched_at, Route.TEXT_STATS: failed_once.stats_fetched_at}
        assert (failed_once.stale, codes(failed_once)) == (True, {"horde_stale"})
        assert times == {route: FETCHED, other: clock.now()}
        assert str(route).partition("?")[0] in failed_once.warnings[0].message

        horde.always(route, GOOD)
        again = await watched.observe(TEXT)
        assert (again.stale, again.warnings, again.fetched_at) == (False, (), clock.now())
        assert horde.count(other) == 2, "what is young enough is not fetched again"


async def test_a_closed_port_leaves_the_held_figures(horde: MisbehavingHorde, clock: SteeredClock) -> None:
    async with watching(horde, clock) as watched:
        good = await watched.observe(IMAGE)
        clock.wait(300)
        horde.close_port()
        held = await watched.observe(IMAGE)
        assert (figures(held), held.stale) == (figures(good), True)
        await horde.open_port()
        assert not (await watched.observe(IMAGE)).stale


async def test_during_a_pause_that_the_horde_asked_for_nothing_is_sent(
    horde: MisbehavingHorde, clock: SteeredClock
) -> None:
    async with watching(horde, clock) as watched:
        await watched.observe(TEXT)
        clock.wait(300)
        horde.queue(Route.TEXT_STATS, TOO_MANY_WAIT)
        for _ in range(3):
            assert (await watched.observe(TEXT)).stale
    assert horde.count(Route.TEXT_STATS) == 2


@pytest.mark.parametrize("behaviour", [SERVER_ERROR, TOO_MANY_WAIT, TRUNCATED, NO_HEADERS], ids=str)
async def test_what_is_older_than_the_stale_limit_is_not_used(
    horde: MisbehavingHorde, clock: SteeredClock, behaviour: Behaviour
) -> None:
    async with watching(horde, clock) as watched:
        good = await watched.observe(TEXT)
        horde.always(Route.TEXT_STATS, behaviour)
        hanging = behaviour in HANGING
        clock.wait(3600)
        held = await observed(watched, horde, TEXT, hanging=hanging, fetched=1)
        assert held.stats_fetched_at == good.stats_fetched_at
        clock.wait(1)
        with pytest.raises(HordeAPIDegradedError, match="stats/text/models"):
            await observed(watched, horde, TEXT, hanging=hanging)


@pytest.mark.parametrize("max_age", [None, timedelta(seconds=240)])
async def test_no_other_setting_makes_an_observation_last_beyond_the_stale_limit(
    horde: MisbehavingHorde, clock: SteeredClock, max_age: timedelta | None
) -> None:
    async with watching(horde, clock, cache_hydration_stale_ttl_seconds=5) as watched:
        await watched.observe(TEXT, max_age)
        clock.wait(4.9)
        await watched.observe(TEXT, max_age)
        assert counts(horde) == dict.fromkeys(TEXT_ROUTES, 1)
        clock.wait(0.1)
        assert (await watched.observe(TEXT, max_age)).fetched_at == clock.now()
        horde.all_routes(SERVER_ERROR)
        clock.wait(5.1)
        with pytest.raises(HordeAPIDegradedError):
            await watched.observe(TEXT, max_age)


@pytest.mark.parametrize("behaviour", UNKNOWING, ids=str)
async def test_rule_3_figures_older_than_the_stale_limit_give_way_to_unknown_ones(
    horde: MisbehavingHorde, clock: SteeredClock, behaviour: Behaviour
) -> None:
    async with watching(horde, clock) as watched:
        await watched.observe(TEXT)
        horde.always(Route.TEXT_STATS, behaviour)
        clock.wait(3601)
        seen = await watched.observe(TEXT)
    assert (seen.stats.known, seen.stale, seen.stats_fetched_at) == (frozenset(), False, clock.now())
    assert "usage_unknown" in codes(seen)


MANY = {f"model {number:02}": (1, 20, 300) for number in range(40)}
PARTLY: dict[str, Callable[[Any], Any]] = {
    "an empty map": lambda stats: stats | {"month": {}},
    "a map that lacks 3 of 40 names": lambda stats: stats | {"total": dict(list(stats["total"].items())[3:])},
    "38 of 41 names": lambda stats: {period: dict(list(found.items())[3:]) for period, found in stats.items()},
}


@pytest.mark.parametrize("change", PARTLY.values(), ids=PARTLY)
async def test_rule_3_statistics_with_figures_missing_are_a_failed_refresh(
    horde: MisbehavingHorde, clock: SteeredClock, change: Callable[[Any], Any]
) -> None:
    horde.payloads[Route.TEXT_STATS] = stats_of(MANY)
    async with watching(horde, clock) as watched:
        good = await watched.observe(TEXT)
        horde.payloads[Route.TEXT_STATS] = change(stats_of(MANY | {"new": (1, 1, 1)}))
        clock.wait(300)
        held = await watched.observe(TEXT)
        assert (held.stale, held.stats_fetched_at, held.stats.digest) == (True, FETCHED, good.stats.digest)
        assert codes(held) == {"horde_stale"}
        horde.payloads[Route.TEXT_STATS] = stats_of(MANY | {"new": (1, 1, 1)})
        clock.wait(300)
        fresh = await watched.observe(TEXT)
    assert (fresh.stale, fresh.stats.frame.height, fresh.warnings) == (False, 41, ())


async def test_rule_3_names_that_left_make_usage_unknown_where_nothing_else_is_held(
    horde: MisbehavingHorde, clock: SteeredClock
) -> None:
    """Also past the stale limit: a name that is missing did not lose its use."""
    horde.payloads[Route.TEXT_STATS] = stats_of(MANY)
    async with watching(horde, clock) as watched:
        await watched.observe(TEXT)
        clock.wait(3601)
        horde.payloads[Route.TEXT_STATS] = stats_of(dict(list(MANY.items())[3:]))
        lost = await watched.observe(TEXT)
        horde.payloads[Route.TEXT_STATS] = stats_of(dict(list(MANY.items())[2:]))
        clock.wait(60)
        enough = await watched.observe(TEXT)
    assert (lost.stale, lost.stats.known, codes(lost)) == (False, frozenset(), {"usage_unknown", "horde_names_lost"})
    assert (enough.stale, enough.stats.frame.height, enough.warnings) == (False, 38, ())


@pytest.mark.parametrize(
    ("model_type", "route", "behaviour"),
    [
        *((TEXT, Route.TEXT_STATS, behaviour) for behaviour in FAILING),
        *((IMAGE, route, SERVER_ERROR) for route in IMAGE_ROUTES),
    ],
    ids=str,
)
async def test_with_nothing_held_a_failure_is_an_error(
    horde: MisbehavingHorde, clock: SteeredClock, model_type: HordeModelType, route: Route, behaviour: Behaviour
) -> None:
    """Of any route that the observation needs; and a later success ends it."""
    horde.always(route, behaviour)
    async with watching(horde, clock) as watched:
        with pytest.raises(HordeAPIDegradedError) as caught:
            await observed(watched, horde, model_type, hanging=behaviour in HANGING, fetched=1)
        assert isinstance(caught.value, HordeAPIError)
        assert route.partition("?")[0] in caught.value.message
        assert SECRET not in caught.value.message + caught.value.hint
        assert caught.value.status == 502
        if behaviour is not TOO_MANY_WAIT:
            horde.always(route, GOOD)
            assert not (await watched.observe(model_type)).stale


@pytest.mark.parametrize("behaviour", UNKNOWING, ids=str)
@pytest.mark.parametrize(
    ("model_type", "route", "code"),
    [
        (TEXT, Route.TEXT_STATS, "usage_unknown"),
        (TEXT, Route.TEXT_STATUS, "workers_unknown"),
        (IMAGE, Route.IMAGE_STATS, "usage_unknown"),
        (IMAGE, Route.IMAGE_STATUS, "workers_unknown"),
        (IMAGE, Route.TEXT_STATUS, "clashes_unknown"),
    ],
)
async def test_rule_3_with_nothing_held_an_answer_without_figures_is_served_as_unknown(
    horde: MisbehavingHorde,
    clock: SteeredClock,
    model_type: HordeModelType,
    route: Route,
    code: str,
    behaviour: Behaviour,
) -> None:
    horde.queue(route, behaviour)
    async with watching(horde, clock) as watched:
        seen = await watched.observe(model_type)
        assert codes(seen) - {"horde_entries_skipped"} == {code}
        assert not seen.stale
        assert seen.stats.complete == (code != "usage_unknown")
        assert seen.status.complete == (code != "workers_unknown")
        assert (seen.other_type_names is None) == (code == "clashes_unknown")
        clock.wait(300)
        later = await watched.observe(model_type)
        assert (later.stale, later.warnings) == (False, ())


async def test_rule_3_entries_that_make_no_sense_are_told(horde: MisbehavingHorde, clock: SteeredClock) -> None:
    horde.payloads[Route.TEXT_STATS] = stats_of({"good": 1, "bad": -1, "worse": (0, 0, -5)})
    horde.payloads[Route.TEXT_STATUS] = [*status_of({"good": 1}), None]
    async with watching(horde, clock) as watched:
        seen = await watched.observe(TEXT)
    assert not seen.stale
    told = sorted(warning.message for warning in seen.warnings if warning.code == "horde_entries_skipped")
    assert [re.findall(r"\d+", message) for message in told] == [["1"], ["2"]]


async def test_who_has_something_to_go_on_with_does_not_wait_for_a_slow_horde(
    horde: MisbehavingHorde, clock: SteeredClock
) -> None:
    """The held figures are served at once and are not stale, for nothing has failed; the refresh goes on behind."""
    async with watching(horde, clock, refresh_patience_seconds=0) as watched:
        first = await watched.observe(TEXT)
        clock.wait(300)
        horde.payloads[Route.TEXT_STATS] = stats_of({"koboldcpp/Stheno": 1})
        for route in TEXT_ROUTES:
            horde.always(route, NO_HEADERS)
        for _ in range(3):
            assert (await watched.observe(TEXT)).fingerprint() == first.fingerprint()
        horde.release.set()
        async with asyncio.timeout(PATIENCE):
            while (seen := await watched.observe(TEXT)).fetched_at == FETCHED:
                await watched.ended.acquire()
    assert seen.stats.frame.rows() == [("koboldcpp/Stheno", 1, 1, 1)]
    assert counts(horde) == dict.fromkeys(TEXT_ROUTES, 2)


async def test_closing_ends_what_is_under_way(horde: MisbehavingHorde, clock: SteeredClock) -> None:
    horde.all_routes(NO_HEADERS)
    async with watching(horde, clock, horde_api_timeout=LONG) as watched:
        asking = asyncio.create_task(watched.observe(TEXT))
        for route in TEXT_ROUTES:
            await horde.asked(route)
        await watched.aclose()
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait([asking])
    assert asking.cancelled()


async def test_rule_12_the_order_of_an_answer_changes_nothing(clock: SteeredClock) -> None:
    stats, status = {"a": 1, "b": 2, "c": 3}, {"x": 1, "y": 2}
    seen = []
    for turn in (1, -1):
        payloads = {
            Route.TEXT_STATS: stats_of(dict(list(stats.items())[::turn])),
            Route.TEXT_STATUS: status_of(dict(list(status.items())[::turn])),
        }
        async with MisbehavingHorde(payloads) as horde, watching(horde, clock) as watched:
            seen.append(await watched.observe(TEXT))
    assert seen[0].fingerprint() == seen[1].fingerprint()
    assert figures(replace(seen[0])) == figures(seen[1])


async def test_a_single_failure_among_good_routes_names_its_route(horde: MisbehavingHorde, clock: SteeredClock) -> None:
    async with watching(horde, clock) as watched:
        await watched.observe(IMAGE)
        clock.wait(300)
        horde.queue(Route.TEXT_STATUS, NOT_FOUND)
        seen = await watched.observe(IMAGE)
    assert [warning.message for warning in seen.warnings] == [
        "An earlier answer of the Horde is used: Horde route status/models?type=text&model_state=all answered 404."
    ]
    assert (seen.stale, seen.stats_fetched_at, seen.status_fetched_at) == (True, clock.now(), FETCHED)
