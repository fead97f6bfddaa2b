"""Sharing through a real Redis: the Horde is asked once for all, and without Redis everything goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis.asyncio

from horde_model_reference.body_limits import BodyLimits
from horde_model_reference.catalogue.manager import ModelReferenceManager
from horde_model_reference.categories import HordeModelType
from horde_model_reference.clock import Clock
from horde_model_reference.errors import HordeAPIDegradedError, HordeAPIError, SettingsError
from horde_model_reference.events import Event, FetchDone
from horde_model_reference.http_client import make_client
from horde_model_reference.integrations.horde_api_integration import CLOCK_TOLERANCE, HordeAPIIntegration
from horde_model_reference.integrations.horde_api_routes import HeldPayload, stats_kind
from horde_model_reference.integrations.redis_sharing import RedisSharing, horde_id
from horde_model_reference.service.app import create_service
from horde_model_reference.setting_groups import RedisSettings
from horde_model_reference.settings import load_settings
from tests.support.builders import FETCHED, IMAGE, stats_of
from tests.support.clock import SteeredClock, steered_timers
from tests.support.misbehaving_horde import (
    GOOD,
    NO_HEADERS,
    SECRET,
    SERVER_ERROR,
    TEXT_ROUTES,
    TOO_MANY_WAIT,
    MisbehavingHorde,
    Route,
)
from tests.support.redis_server import RedisServer, binary_or_skip
from tests.support.service import IMAGE_RISK, catalogue_bytes, serving, write_catalogues
from tests.support.waiting import PATIENCE, eventually

pytestmark = [pytest.mark.usefixtures("no_pauses"), pytest.mark.redis]

TEXT = HordeModelType.TEXT
TEXT_STATS = stats_kind(TEXT)
PREFIX = "horde-model-reference"
CHANNEL = f"{PREFIX}:catalogues"
REVISIONS = f"{PREFIX}:revisions"
NOW = timedelta(0)
LONG = 60.0
RETRY_SECONDS = RedisSettings(use_redis=True).retry_seconds

Put = Callable[[redis.asyncio.Redis, str], Awaitable[None]]
"""Puts something into Redis under a key."""


def key_of(what: str, horde: MisbehavingHorde) -> str:
    """The key of the text statistics of a Horde."""
    return f"{PREFIX}:{what}:{horde_id(horde.url)}:{TEXT_STATS.route}"


@dataclass
class Process:
    """What one process has."""

    horde: HordeAPIIntegration
    sharing: RedisSharing
    redis_clock: SteeredClock
    outcomes: list[str] = field(default_factory=list)

    async def stats(self, max_age: timedelta = NOW) -> list[tuple[Any, ...]]:
        """The statistics' rows, not older than asked for."""
        return (await self.horde.observe(TEXT, max_age)).stats.frame.rows()


@pytest.fixture
def clock() -> SteeredClock:
    return SteeredClock()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path) as server:
        yield server


@pytest.fixture
async def store(server: RedisServer) -> AsyncIterator[redis.asyncio.Redis]:
    """The same Redis, to look into and to meddle with."""
    async with redis.asyncio.from_url(server.url) as client:
        yield client


@asynccontextmanager
async def a_process(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock, **overrides: Any
) -> AsyncIterator[Process]:
    patient = {"refresh_patience_seconds": 10 * LONG, "redis": {"use_redis": True, "url": server.url}}
    settings = horde.settings(**patient | overrides)
    outcomes: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, FetchDone):
            outcomes.append(event.outcome)

    async with make_client(PATIENCE) as client:
        redis_clock = SteeredClock()
        sharing = RedisSharing(settings, redis_clock)
        watched = HordeAPIIntegration(settings, client, clock, listen, sharing)
        try:
            yield Process(watched, sharing, redis_clock, outcomes)
        finally:
            await watched.aclose()
            await sharing.aclose()


@asynccontextmanager
async def processes(
    number: int, horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock, **overrides: Any
) -> AsyncIterator[list[Process]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(a_process(horde, server, clock, **overrides)) for _ in range(number)]


async def alone(process: Process) -> list[tuple[Any, ...]]:
    """Return the statistics' rows while Redis hangs, whose time goes by until the process does without it."""
    asking = asyncio.create_task(process.stats())
    with steered_timers() as wait:
        while process.sharing.state == "shared":
            wait(1)
            await asyncio.sleep(0)
        return await asking


async def together(horde: MisbehavingHorde, clock: SteeredClock, *workers: Process) -> bool:
    """Whether one request to the Horde does for all of them, a while later."""
    clock.wait(60)
    before = horde.count(Route.TEXT_STATS)
    for worker in workers:
        worker.redis_clock.wait(RETRY_SECONDS)
        await worker.stats()
    return horde.count(Route.TEXT_STATS) == before + 1


def counts(horde: MisbehavingHorde) -> set[int]:
    return {horde.count(route) for route in TEXT_ROUTES}


# What the Horde said.


async def test_processes_that_ask_at_once_ask_the_horde_once(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock
) -> None:
    """And once more when the answer is too old, and say the same to their readers."""
    horde.all_routes(NO_HEADERS)
    async with processes(6, horde, server, clock) as workers:
        asking = [asyncio.create_task(worker.horde.observe(TEXT, NOW)) for worker in workers for _ in range(3)]
        for route in TEXT_ROUTES:
            await horde.asked(route)
        horde.release.set()
        seen = await asyncio.gather(*asking)
        assert counts(horde) == {1}
        assert len({observation.fingerprint() for observation in seen}) == 1
        assert sorted(outcome for worker in workers for outcome in worker.outcomes) == ["ok"] * 2 + ["shared"] * 10
        assert {worker.sharing.state for worker in workers} == {"shared"}

        horde.payloads[Route.TEXT_STATS] = stats_of({"koboldcpp/Stheno": 1})
        clock.wait(59)
        assert await workers[3].stats() == [("koboldcpp/Stheno", 2, 30, 400)]
        assert counts(horde) == {1}
        clock.wait(1)
        assert await asyncio.gather(*(worker.stats() for worker in workers)) == [[("koboldcpp/Stheno", 1, 1, 1)]] * 6
        assert counts(horde) == {2}


async def test_a_failure_is_shared_for_a_moment(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock, store: redis.asyncio.Redis
) -> None:
    """The others need not try at once what just failed; and what the Horde said on failing goes nowhere."""
    horde.always(Route.TEXT_STATS, SERVER_ERROR)
    async with processes(4, horde, server, clock, horde_api_breaker_reset_seconds=LONG) as workers:
        failures = await asyncio.gather(*(worker.stats() for worker in workers), return_exceptions=True)
        assert all(isinstance(failure, HordeAPIDegradedError) for failure in failures)
        assert len({str(failure) for failure in failures}) == 1
        tries = horde.count(Route.TEXT_STATS)
        assert tries == 3, "those of one fetch"
        assert SECRET not in str(await store.get(key_of("failure", horde)))
        horde.always(Route.TEXT_STATS, GOOD)
        with pytest.raises(HordeAPIDegradedError) as caught:
            await workers[0].stats()
        assert caught.value.retry_after
        assert horde.count(Route.TEXT_STATS) == tries
        assert 0 < await store.pttl(key_of("failure", horde)) <= 1000 * LONG
        await store.delete(key_of("failure", horde))  # as the end of its time does
        found = await asyncio.gather(*(worker.stats() for worker in workers))
        assert found == [[("koboldcpp/Stheno", 2, 30, 400)]] * 4
        assert horde.count(Route.TEXT_STATS) == tries + 1


async def test_how_long_the_horde_wants_to_be_left_alone_is_shared(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock, store: redis.asyncio.Redis
) -> None:
    """Also where that is longer than a failure is remembered otherwise."""
    horde.always(Route.TEXT_STATS, TOO_MANY_WAIT)
    async with processes(2, horde, server, clock, horde_api_breaker_reset_seconds=1) as (first, second):
        with pytest.raises(HordeAPIDegradedError):
            await first.stats()
        tries = horde.count(Route.TEXT_STATS)
        assert 20_000 < await store.pttl(key_of("failure", horde)) <= 30_000
        with pytest.raises(HordeAPIDegradedError) as caught:
            await second.stats()
        assert 20 < (caught.value.retry_after or 0) <= 30
        assert horde.count(Route.TEXT_STATS) == tries


async def test_a_new_process_begins_with_what_the_others_know(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock
) -> None:
    """Without asking while it is young; and in an outage as its last good answer, told as stale (rule 12)."""
    async with a_process(horde, server, clock) as first:
        known = await first.stats()
    horde.close_port()
    async with a_process(horde, server, clock) as second:
        clock.wait(59)
        young = await second.horde.observe(TEXT, NOW)
        assert (young.stats.frame.rows(), young.stale, young.fetched_at) == (known, False, FETCHED)
    async with a_process(horde, server, clock) as third:
        clock.wait(3541)
        old = await third.horde.observe(TEXT)
        assert (old.stats.frame.rows(), old.stale, old.fetched_at) == (known, True, FETCHED)
    async with a_process(horde, server, clock) as fourth:
        clock.wait(1)
        with pytest.raises(HordeAPIDegradedError):
            await fourth.horde.observe(TEXT)


INTERVAL = timedelta(seconds=240)


async def test_a_process_that_starts_takes_up_the_observation_of_the_others(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock
) -> None:
    """However old it is within what is wanted; so all need a newer one at the same time, and one asks for it."""
    async with processes(2, horde, server, clock) as (first, second):
        await first.stats(INTERVAL)
        clock.wait(200)
        assert (await second.horde.observe(TEXT, INTERVAL)).fetched_at == FETCHED
        assert counts(horde) == {1}
        clock.wait(40)
        fetched = {(await process.horde.observe(TEXT, INTERVAL)).fetched_at for process in (second, first)}
        assert fetched == {FETCHED + INTERVAL}
        assert counts(horde) == {2}


async def test_a_process_that_redis_was_away_for_returns_to_the_observation_of_the_others(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock
) -> None:
    async with processes(2, horde, server, clock) as (first, second):
        for process in (first, second):
            await process.stats(INTERVAL)
        server.stop()
        clock.wait(240)
        await second.stats(INTERVAL)
        server.start()
        await first.sharing.load(TEXT_STATS)  # Finds its connection dead.
        clock.wait(60)
        first.redis_clock.wait(RETRY_SECONDS)
        await first.stats(INTERVAL)
        assert counts(horde) == {3}, "once together, once by each"
        clock.wait(180)
        second.redis_clock.wait(RETRY_SECONDS)
        returned = await second.horde.observe(TEXT, INTERVAL)
        assert returned.fetched_at == (await first.horde.observe(TEXT, INTERVAL)).fetched_at
        assert counts(horde) == {3}


async def test_rule_3_an_answer_without_figures_is_not_shared(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock
) -> None:
    async with processes(2, horde, server, clock) as (first, second):
        await first.stats()
        clock.wait(60)
        horde.payloads[Route.TEXT_STATS] = stats_of({})
        held = await second.horde.observe(TEXT, NOW)
    assert held.stats.frame.rows() == [("koboldcpp/Stheno", 2, 30, 400)]
    assert held.stale


GOOD_REPORT = json.loads(HeldPayload(TEXT_STATS.parse(stats_of({"theirs": 7})), FETCHED).to_json())
COLUMNS = GOOD_REPORT["columns"]
CHANGES: list[dict[str, Any]] = [
    {"columns": {}},
    {"columns": None},
    {"columns": {"other": [1]}},
    {"columns": COLUMNS | {"more": [1]}},
    {"columns": {name: values for name, values in COLUMNS.items() if name != "usage_day"}},
    {"columns": COLUMNS | {"usage_day": ["many"]}},
    {"columns": COLUMNS | {"usage_day": [1, 2]}},
    {"columns": COLUMNS | {"usage_day": [2**70]}},
    {"columns": COLUMNS | {"api_name": [None]}},
    {"fetched_at": "2026-11-24T06:00:00"},  # of which time zone?
    {"fetched_at": "yesterday"},
    {"fetched_at": 1},
    {"fetched_at": "2099-01-01T00:00:00+00:00"},
    {"fetched_at": "9999-12-31T23:59:59-23:59"},
    {"fetched_at": (FETCHED + timedelta(minutes=10)).isoformat()},  # by a host whose clock is fast
    {"faults": "<b>many</b>"},
    {"faults": {"<b>many</b>": 1}},
    {"faults": {"horde_entries_skipped": "<b>many</b>"}},
    {"faults": {"horde_entries_skipped": True}},
    {"known": False},
    {"known": "maybe"},
    {"known": []},
    {"known": ["usage_day", "usage_month"]},
]
NO_REPORTS = [b"", b"\xff\x00", b"no JSON", b"null", b"[]", b"{}", b"[" * 100_000]


@pytest.mark.parametrize(
    "unreadable",
    [*NO_REPORTS, *(json.dumps(GOOD_REPORT | change).encode() for change in CHANGES)],
    ids=[*(str(report[:9]) for report in NO_REPORTS), *map(str, CHANGES)],
)
async def test_an_unreadable_report_is_ignored_and_replaced(
    horde: MisbehavingHorde, shared_server: RedisServer, clock: SteeredClock, unreadable: bytes
) -> None:
    """One of another version of the program, for instance."""
    async with redis.asyncio.from_url(shared_server.url) as store:
        await store.flushall()
        await store.set(key_of("report", horde), unreadable)
        async with processes(2, horde, shared_server, clock) as (first, second):
            assert await first.stats() == [("koboldcpp/Stheno", 2, 30, 400)]
            assert await second.stats() == [("koboldcpp/Stheno", 2, 30, 400)]
    assert counts(horde) == {1}


@pytest.mark.parametrize("key", ["report", "failure"])
async def test_of_a_value_that_is_too_long_only_the_beginning_is_read(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock, store: redis.asyncio.Redis, key: str
) -> None:
    """Design section 14: a bound is on the work. Whoever writes to Redis could store half a gigabyte."""
    await store.set(key_of(key, horde), b"[" * 60_000_000, ex=5)
    limits = BodyLimits(max_bytes=5_000)
    async with a_process(horde, server, clock, body_limits=limits) as process:
        before = (await store.info("stats"))["total_net_output_bytes"]
        with suppress(HordeAPIError):
            await process.stats()
        assert (await store.info("stats"))["total_net_output_bytes"] - before < 100_000


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.mark.parametrize("ahead", [NOW, timedelta(seconds=CLOCK_TOLERANCE)])
async def test_a_readable_report_would_be_used(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock, store: redis.asyncio.Redis, ahead: timedelta
) -> None:
    """So that the test above shows something; and clocks never agree quite."""
    await store.set(key_of("report", horde), json.dumps(GOOD_REPORT | {"fetched_at": (FETCHED + ahead).isoformat()}))
    async with a_process(horde, server, clock) as process:
        assert await process.stats() == [("theirs", 7, 7, 7)]


async def test_something_else_in_the_place_of_a_report_is_replaced(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock, store: redis.asyncio.Redis
) -> None:
    await store.rpush(key_of("report", horde), "no report")
    async with processes(2, horde, server, clock) as (first, second):
        assert await first.stats() == await second.stats() == [("koboldcpp/Stheno", 2, 30, 400)]
        assert {first.sharing.state, second.sharing.state} == {"shared"}
    assert counts(horde) == {1}


async def put_for_ever(store: redis.asyncio.Redis, key: str) -> None:
    await store.set(key, f"Horde route {TEXT_STATS.route} failed.")


async def put_garbage_for_ever(store: redis.asyncio.Redis, key: str) -> None:
    await store.set(key, b"\xff")


async def put_for_a_year(store: redis.asyncio.Redis, key: str) -> None:
    await store.set(key, f"Horde route {TEXT_STATS.route} failed.", ex=timedelta(days=365))


async def put_another_type(store: redis.asyncio.Redis, key: str) -> None:
    await store.rpush(key, "no text")


@pytest.mark.parametrize("put", [put_for_ever, put_garbage_for_ever, put_for_a_year, put_another_type])
async def test_a_failure_that_does_not_end_is_ignored_and_replaced(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock, store: redis.asyncio.Redis, put: Put
) -> None:
    await put(store, key_of("failure", horde))
    async with a_process(horde, server, clock) as process:
        assert await process.stats() == [("koboldcpp/Stheno", 2, 30, 400)]
        assert process.sharing.state == "shared"
        horde.always(Route.TEXT_STATS, SERVER_ERROR)
        clock.wait(60)
        assert (await process.horde.observe(TEXT, NOW)).stale
        assert await store.pttl(key_of("failure", horde)) > 0


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"\xff",
        b"<b>not of ours</b>",
        f"Horde route {TEXT_STATS.route} \x1b[31m".encode() + b"x" * 1_000_000,
        f"Horde route {TEXT_STATS.route} \xff".encode("latin-1"),
    ],
    ids=lambda told: str(told[:20]),
)
@pytest.mark.parametrize("parameters", ["", "?decode_responses=yes"])
async def test_what_redis_says_of_a_failure_is_not_repeated_as_it_is(
    horde: MisbehavingHorde, shared_server: RedisServer, clock: SteeredClock, told: bytes, parameters: str
) -> None:
    """Neither as the reason why there is no answer, nor as the reason why there is an earlier one only."""
    address = {"use_redis": True, "url": shared_server.url + parameters}
    async with (
        redis.asyncio.from_url(shared_server.url) as store,
        processes(2, horde, shared_server, clock, redis=address) as (first, second),
    ):
        await store.flushall()
        await first.stats()
        await store.delete(key_of("report", horde))
        await store.set(key_of("failure", horde), told, ex=60)
        clock.wait(60)
        held = await first.horde.observe(TEXT, NOW)
        with pytest.raises(HordeAPIDegradedError) as caught:
            await second.stats()
    assert held.stale
    for text in (str(caught.value), *(warning.message for warning in held.warnings)):
        assert f"Horde route {TEXT_STATS.route} " in text
        assert text.isprintable()
        assert len(text) < 300
        assert "not of ours" not in text


# Turns.


@pytest.mark.parametrize("ends", [True, False])
async def test_a_holder_of_the_lock_that_died_does_not_block_for_ever(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock, store: redis.asyncio.Redis, ends: bool
) -> None:
    """Whether its lock ends soon or not; and nobody takes away a lock that is not his."""
    await store.set(key_of("lock", horde), b"of a dead process", px=1_000_000)

    async def tries() -> int:
        return int((await store.info("commandstats"))["cmdstat_set"]["calls"])

    async with processes(2, horde, server, clock, request_deadline_seconds=LONG) as workers:
        before = await tries()
        asking = asyncio.gather(*(worker.stats() for worker in workers))

        async def all_try() -> bool:
            return await tries() > before + 2 * len(TEXT_ROUTES)

        await eventually(all_try)
        if ends:
            await store.delete(key_of("lock", horde))  # as the end of its time does
            found = await asking
        else:
            with steered_timers() as wait:
                wait(LONG / 2)
                found = await asking
    assert found == [[("koboldcpp/Stheno", 2, 30, 400)]] * 2
    assert await store.get(key_of("lock", horde)) == (None if ends else b"of a dead process")


@pytest.mark.parametrize("put", [put_for_ever, put_another_type])
async def test_nobody_waits_for_a_lock_without_a_deadline(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock, store: redis.asyncio.Redis, put: Put
) -> None:
    """None of ours is without one."""
    await put(store, key_of("lock", horde))
    async with processes(2, horde, server, clock, request_deadline_seconds=10 * LONG) as workers:
        async with asyncio.timeout(PATIENCE):
            found = await asyncio.gather(*(worker.stats() for worker in workers))
    assert found == [[("koboldcpp/Stheno", 2, 30, 400)]] * 2
    assert counts(horde) == {1}
    assert await store.exists(key_of("lock", horde)) == 0


async def test_every_lock_has_a_deadline_and_is_given_back(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock, store: redis.asyncio.Redis
) -> None:
    async with a_process(horde, server, clock, request_deadline_seconds=600) as process:
        async with process.sharing.turn(TEXT_STATS):
            assert 500_000 < await store.pttl(key_of("lock", horde)) <= 600_000
        assert await store.exists(key_of("lock", horde)) == 0
        with pytest.raises(RuntimeError):
            async with process.sharing.turn(TEXT_STATS):
                raise RuntimeError
        assert await store.exists(key_of("lock", horde)) == 0


async def test_a_lock_is_given_back_though_redis_was_away_meanwhile(
    horde: MisbehavingHorde, server: RedisServer, store: redis.asyncio.Redis
) -> None:
    """Else the other processes would wait for it until its deadline."""
    sharing = RedisSharing(horde.settings(redis={"use_redis": True, "url": server.url}), SteeredClock())
    async with sharing.turn(TEXT_STATS):
        assert await store.exists(key_of("lock", horde))
        await store.client_kill_filter(_type="normal", skipme=True)
        await sharing.load(TEXT_STATS)
        assert sharing.state == "alone"
    assert not await store.exists(key_of("lock", horde))
    await sharing.aclose()


async def test_nothing_stays_in_redis_for_ever_but_the_revisions(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock, store: redis.asyncio.Redis
) -> None:
    async with a_process(horde, server, clock, cache_hydration_stale_ttl_seconds=1000) as process:
        await process.stats()
        await process.sharing.announce(IMAGE, "one")
    lasting = {str(key): await store.ttl(key) for key in await store.keys("*")}
    assert lasting.pop(str(f"{PREFIX}:revisions".encode())) == -1
    assert len(lasting) == 2
    assert all(900 < seconds <= 1000 for seconds in lasting.values())
    assert all(f"{PREFIX}:report:" in key for key in lasting)


async def test_services_of_two_hordes_in_one_redis_keep_apart(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock
) -> None:
    """A model that another Horde does not know would count as unused, and a failure of it as one of ours."""
    async with (
        MisbehavingHorde({Route.TEXT_STATS: stats_of({"theirs": 7})}) as other,
        a_process(other, server, clock) as theirs,
        a_process(horde, server, clock) as ours,
    ):
        assert {row[0] for row in await theirs.stats()} == {"theirs"}
        assert "theirs" not in {row[0] for row in await ours.stats()}
        assert horde.count(Route.TEXT_STATS) == 1


# Redis is away.


async def test_redis_that_is_away_at_the_start_is_joined_when_it_comes(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock
) -> None:
    server.stop()
    async with processes(2, horde, server, clock) as (first, second):
        assert await first.stats() == await second.stats() == [("koboldcpp/Stheno", 2, 30, 400)]
        assert {first.sharing.state, second.sharing.state} == {"alone"}
        assert counts(horde) == {2}, "each has to ask for itself"
        server.start()
        await eventually(partial(together, horde, clock, first, second))
        assert {first.sharing.state, second.sharing.state} == {"shared"}


async def test_while_redis_is_away_nobody_waits_for_it_each_time(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock
) -> None:
    """Once it is found away it is left alone for a while: a slow Redis must not slow down every fetch."""
    async with a_process(horde, server, clock) as process:
        await process.stats()
        server.pause()
        clock.wait(60)
        await alone(process)
        server.go_on()
        server.stop()
        for _ in range(3):
            clock.wait(60)
            await process.stats()
        server.start()
        clock.wait(60)
        await process.stats()
        assert process.sharing.state == "alone", "the while is not over"
        process.redis_clock.wait(RETRY_SECONDS)
        clock.wait(60)
        await process.stats()
        assert process.sharing.state == "shared"
    assert set(process.outcomes) == {"ok"}


async def test_redis_that_is_killed_under_load_is_no_failure_for_anybody(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock
) -> None:
    async with processes(3, horde, server, clock, horde_api_cache_ttl=0) as workers:
        going = True

        async def load(worker: Process) -> int:
            answers = 0
            while going:
                assert await worker.stats() == [("koboldcpp/Stheno", 2, 30, 400)]
                answers += 1
                worker.redis_clock.wait(RETRY_SECONDS)
            return answers

        loads = [asyncio.create_task(load(worker)) for worker in workers]
        for _ in range(2):
            await eventually(lambda: {worker.sharing.state for worker in workers} == {"shared"})
            server.stop()
            await eventually(lambda: {worker.sharing.state for worker in workers} == {"alone"})
            server.start()
        await eventually(lambda: {worker.sharing.state for worker in workers} == {"shared"})
        going = False
        assert min(await asyncio.gather(*loads)) > 2


async def test_after_a_restart_redis_is_rejoined_at_the_first_try_however_many_connections_died(
    server: RedisServer,
) -> None:
    clock = SteeredClock()
    sharing = RedisSharing(load_settings(redis={"use_redis": True, "url": server.url}), clock)

    async def at_once() -> str:
        await asyncio.gather(*(sharing.load(TEXT_STATS) for _ in range(5)))
        return sharing.state

    assert await at_once() == "shared"
    server.stop()
    server.start()
    await sharing.load(TEXT_STATS)
    assert sharing.state == "alone"
    clock.wait(RETRY_SECONDS)
    assert await at_once() == "shared"
    await sharing.aclose()


@pytest.mark.parametrize(("trouble", "end"), [("pause", "go_on"), ("fill", "make_room")])
async def test_redis_that_is_slow_or_full_is_done_without(
    horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock, trouble: str, end: str
) -> None:
    ask = alone if trouble == "pause" else Process.stats
    async with processes(2, horde, server, clock) as (first, second):
        for process in (first, second):
            await process.stats()
        getattr(server, trouble)()
        horde.payloads[Route.TEXT_STATS] = stats_of({"koboldcpp/Stheno": 1})
        clock.wait(60)
        assert await ask(first) == await ask(second) == [("koboldcpp/Stheno", 1, 1, 1)]
        assert {first.sharing.state, second.sharing.state} == {"alone"}
        assert horde.count(Route.TEXT_STATS) == 3
        getattr(server, end)()
        await eventually(partial(together, horde, clock, first, second))


@pytest.mark.parametrize(
    "url",
    [
        "redis://x:hunter2@127.0.0.1:port/0",
        "redis://x:hunter2@[::1/0",
        "redis://x:hunter2@127.0.0.1/0?socket_timeout=soon",
        "redis://x:hunter2@127.0.0.1/0?no_such_parameter=1",
        "rediss://x:hunter2@127.0.0.1/0?ssl_cert_reqs=perhaps",
    ],
)
def test_an_address_that_makes_no_sense_is_told_without_its_password(url: str) -> None:
    settings = load_settings(redis={"use_redis": True, "url": url})
    with pytest.raises(SettingsError, match="REDIS__URL") as caught:
        RedisSharing(settings, Clock())
    assert "hunter2" not in f"{caught.value} {caught.value.hint} {caught.value.__cause__}"


# Whole services: catalogues, and what the heartbeat says.


@asynccontextmanager
async def a_service(
    folder: Path, horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock | None = None, **overrides: Any
) -> AsyncIterator[httpx.AsyncClient]:
    settings = horde.settings(
        **{
            "sources": {category: str(folder / f"{category}.json") for category in ("image_generation",)}
            | {"styles": "", "image_history": ""},
            "data_dir": folder / "data",
            "redis": {"use_redis": True, "url": server.url},
            "cache_ttl_seconds": LONG,
        }
        | overrides
    )
    async with serving(create_service(settings, hydrate=False, clock=clock)) as client:
        yield client


def quick_to_leave(server: RedisServer) -> dict[str, Any]:
    """Settings of a service that leaves a slow Redis alone, on a busy machine too, and soon tries it again."""
    return {"use_redis": True, "url": server.url, "timeout_seconds": 0.5, "retry_seconds": 0.05}


async def sharing_state(client: httpx.AsyncClient) -> str:
    state: str = (await client.get("/api/heartbeat")).json()["sharing"]
    return state


async def model_count(client: httpx.AsyncClient) -> int:
    count: int = (await client.get(IMAGE_RISK)).json()["category_model_count"]
    return count


async def told_until(heard: redis.asyncio.client.PubSub, end: bytes) -> list[Any]:
    """What is announced before a message."""
    told: list[Any] = []
    while True:
        message = await heard.get_message(ignore_subscribe_messages=True, timeout=PATIENCE)
        if message is not None and message["data"] == end:
            return told
        if message is not None:
            told.append(json.loads(message["data"]))


async def test_a_catalogue_change_seen_by_one_reaches_all(
    tmp_path: Path, horde: MisbehavingHorde, server: RedisServer, store: redis.asyncio.Redis
) -> None:
    """Long before their own time to look; and it is announced once, not by each who then sees it."""
    write_catalogues(tmp_path)
    async with (
        a_service(tmp_path, horde, server) as one,
        a_service(tmp_path, horde, server) as other,
        store.pubsub() as heard,
    ):
        await heard.subscribe(CHANNEL)

        async def all_listen() -> bool:
            return (await store.pubsub_numsub(CHANNEL))[0][1] == 3

        await eventually(all_listen)
        assert [await model_count(client) for client in (one, other)] == [1, 1]
        (tmp_path / "image_generation.json").write_bytes(catalogue_bytes(["Deliberate", "newer"]))
        assert [await model_count(client) for client in (one, other)] == [1, 1], "nobody has looked"

        settings = horde.settings(
            sources={"image_generation": str(tmp_path / "image_generation.json")},
            redis={"use_redis": True, "url": server.url},
        )
        async with httpx.AsyncClient() as http:
            sharing = RedisSharing(settings, Clock())
            finder = ModelReferenceManager(settings, http, Clock(), sharing.announce)
            assert len(await finder.get_model_names(IMAGE)) == 2
            await finder.aclose()
            await sharing.aclose()

        async def is_new(client: httpx.AsyncClient) -> bool:
            return await model_count(client) == 2

        for client in (one, other):
            await eventually(partial(is_new, client))
        await store.publish(CHANNEL, "the end")
        # The first look of one of the services was news as well.
        assert await told_until(heard, b"the end") == [{"category": "image_generation"}] * 2


async def put_a_strange_revision(store: redis.asyncio.Redis, key: str) -> None:
    await store.hset(key, IMAGE.value, b"\xff")


@pytest.mark.parametrize("put", [put_a_strange_revision, put_another_type])
async def test_a_change_is_read_and_announced_whatever_redis_says_of_the_last_one(
    tmp_path: Path, horde: MisbehavingHorde, server: RedisServer, store: redis.asyncio.Redis, put: Put
) -> None:
    write_catalogues(tmp_path)
    settings = horde.settings(
        sources={"image_generation": str(tmp_path / "image_generation.json")},
        redis={"use_redis": True, "url": server.url},
        cache_ttl_seconds=0,
    )
    async with httpx.AsyncClient() as http, store.pubsub() as heard:
        await heard.subscribe(CHANNEL)
        sharing = RedisSharing(settings, Clock())
        manager = ModelReferenceManager(settings, http, Clock(), sharing.announce)
        assert await manager.get_model_names(IMAGE) == ["Deliberate"]
        first = await store.hget(REVISIONS, IMAGE.value)
        await store.delete(REVISIONS)
        await put(store, REVISIONS)
        (tmp_path / "image_generation.json").write_bytes(catalogue_bytes(["Deliberate", "newer"]))
        assert await manager.get_model_names(IMAGE) == ["Deliberate", "newer"]
        assert sharing.state == "shared"
        assert await store.hget(REVISIONS, IMAGE.value) not in {None, first, b"\xff"}
        await store.publish(CHANNEL, "the end")
        assert await told_until(heard, b"the end") == [{"category": "image_generation"}] * 2
        await manager.aclose()
        await sharing.aclose()


async def test_a_lost_message_costs_at_most_the_time_between_looks(
    tmp_path: Path, horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock
) -> None:
    write_catalogues(tmp_path)
    async with a_service(tmp_path, horde, server, clock) as client:
        assert await model_count(client) == 1
        server.stop()
        (tmp_path / "image_generation.json").write_bytes(catalogue_bytes(["Deliberate", "newer"]))
        clock.wait(LONG)
        assert await model_count(client) == 2


@pytest.mark.parametrize(
    "message", [b"", b"\xff", b"no JSON", b"null", b"[]", b"{}", b'{"category": "nonsense"}', b'{"category": []}']
)
async def test_an_unreadable_announcement_is_ignored(
    horde: MisbehavingHorde, shared_server: RedisServer, message: bytes
) -> None:
    settings = horde.settings(redis={"use_redis": True, "url": shared_server.url})
    sharing = RedisSharing(settings, Clock())
    async with redis.asyncio.from_url(shared_server.url) as store:
        announcements = sharing.announcements()
        first = asyncio.ensure_future(anext(announcements))

        async def is_listening() -> bool:
            return bool((await store.pubsub_numsub(CHANNEL))[0][1] == 1)

        await eventually(is_listening)
        await store.publish(CHANNEL, message)
        await store.publish(CHANNEL, json.dumps({"category": "clip"}))
        assert await asyncio.wait_for(first, PATIENCE) == "clip"
        assert isinstance(announcements, AsyncGenerator)
        await announcements.aclose()
    await sharing.aclose()


async def test_the_heartbeat_tells_whether_the_service_is_alone(
    tmp_path: Path, horde: MisbehavingHorde, server: RedisServer, clock: SteeredClock
) -> None:
    """Away at the start, joined, killed, back, paused, going on, full, emptied: and every answer is 200."""
    write_catalogues(tmp_path)
    server.stop()
    always = {"horde_api_cache_ttl": 0, "deletion_risk_cache_ttl": 0, "redis": quick_to_leave(server)}
    async with a_service(tmp_path, horde, server, clock, **always) as client:

        async def says(state: str) -> bool:
            clock.wait(RETRY_SECONDS)
            assert await model_count(client) == 1
            return await sharing_state(client) == state

        await eventually(partial(says, "alone"))
        for end, trouble in (
            (server.start, server.stop),
            (server.start, server.pause),
            (server.go_on, server.fill),
            (server.make_room, server.stop),
        ):
            end()
            await eventually(partial(says, "shared"))
            trouble()
            await eventually(partial(says, "alone"))


async def test_a_service_that_nobody_asks_rejoins_too(
    tmp_path: Path, horde: MisbehavingHorde, server: RedisServer
) -> None:
    """And then hears what is announced."""
    write_catalogues(tmp_path)
    async with a_service(tmp_path, horde, server, redis=quick_to_leave(server)) as client:
        assert await model_count(client) == 1

        async def says(state: str) -> bool:
            return await sharing_state(client) == state

        await eventually(partial(says, "shared"))
        server.stop()
        await eventually(partial(says, "alone"))
        server.start()
        await eventually(partial(says, "shared"))
        (tmp_path / "image_generation.json").write_bytes(catalogue_bytes(["Deliberate", "newer"]))
        async with redis.asyncio.from_url(server.url) as store:

            async def is_new() -> bool:
                await store.publish(CHANNEL, json.dumps({"category": "image_generation"}))  # Not heard, while it joins.
                return await model_count(client) == 2

            await eventually(is_new)


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_without_the_servers_program_these_tests_are_skipped_but_never_on_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="redis-server is not installed"):
        binary_or_skip()
