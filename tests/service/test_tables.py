"""Which table a category is answered from, and for how long, with and without background refresh."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.engine import Engine, TableAtTime
from horde_model_reference.errors import HordeAPIDegradedError
from horde_model_reference.service.served import RENEW_PAUSE
from horde_model_reference.service.tables import CurrentTables
from horde_model_reference.settings import load_settings
from tests.support.builders import IMAGE, TEXT, catalogue_of, observation_of, stats_of, table_of
from tests.support.clock import SteeredClock
from tests.support.curation import made_of

CATALOGUE_TTL = 60
TABLE_TTL = 300
STALE_LIMIT = 3600
START = 1000.0
TABLE = table_of(catalogue_of(["a"]), observation_of(stats_of({"a": 1})))


class Maker:
    """Stands where the engine does, and hands out the table it is given."""

    def __init__(self) -> None:
        self.found = made_of(TABLE, START)
        self.failing = False
        self.asked: list[tuple[MODEL_REFERENCE_CATEGORY, timedelta | None]] = []
        self.requests = asyncio.Semaphore(0)
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def table_at_time(self, category: MODEL_REFERENCE_CATEGORY, max_age: timedelta | None = None) -> TableAtTime:
        self.asked.append((category, max_age))
        self.requests.release()
        await self.may_answer.wait()
        if self.failing:
            raise HordeAPIDegradedError("The Horde is away.")
        return self.found

    @property
    def engine(self) -> Engine:
        return cast("Engine", self)


def fetched_later(seconds: float) -> TableAtTime:
    """A table of a later observation."""
    return made_of(replace(TABLE, key=f"later by {seconds}"), START + seconds)


@pytest.fixture
def clock() -> SteeredClock:
    return SteeredClock(seconds=START)


@pytest.fixture
def maker() -> Maker:
    return Maker()


def tables(clock: SteeredClock, *, background: bool, stale_limit: float = STALE_LIMIT) -> CurrentTables:
    settings = load_settings(
        cache_ttl_seconds=CATALOGUE_TTL,
        deletion_risk_cache_ttl=TABLE_TTL,
        cache_hydration_stale_ttl_seconds=stale_limit,
    )
    return CurrentTables(settings, clock, refreshed_in_background=background)


@pytest.mark.parametrize(
    ("background", "passed", "asked"),
    [
        (False, CATALOGUE_TTL - 1, 1),
        (False, CATALOGUE_TTL, 2),
        (True, CATALOGUE_TTL, 1),
        (True, TABLE_TTL, 1),
        (True, STALE_LIMIT - 1, 1),
        (True, STALE_LIMIT, 2),
    ],
)
async def test_readers_look_for_a_newer_table_when_nobody_does_it_for_them(
    clock: SteeredClock, maker: Maker, background: bool, passed: float, asked: int
) -> None:
    current = tables(clock, background=background)
    first = await current.get(IMAGE, maker.engine)
    clock.wait(passed)
    assert (await current.get(IMAGE, maker.engine)) is first
    assert len(maker.asked) == asked
    assert {max_age for _, max_age in maker.asked} == {None}


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize(
    ("passed", "due"),
    [(0, CATALOGUE_TTL), (100, 100 + CATALOGUE_TTL), (TABLE_TTL - 10, TABLE_TTL), (TABLE_TTL + 10, TABLE_TTL)],
)
async def test_a_table_is_due_when_its_catalogue_or_its_observation_is(
    clock: SteeredClock, maker: Maker, background: bool, passed: float, due: float
) -> None:
    clock.wait(passed)
    publication = await tables(clock, background=background).get(IMAGE, maker.engine)
    assert publication.due_at - START == due
    assert publication.serve_until - START == (STALE_LIMIT if background else due)


@pytest.mark.parametrize("background", [False, True])
async def test_no_table_is_answered_from_beyond_the_stale_limit_however_long_it_would_last(
    clock: SteeredClock, maker: Maker, background: bool
) -> None:
    current = tables(clock, background=background, stale_limit=5)
    publication = await current.get(IMAGE, maker.engine)
    assert publication.due_at == publication.serve_until == publication.usable_until == START + 5


async def test_a_table_that_is_still_the_newest_gets_more_time(clock: SteeredClock, maker: Maker) -> None:
    current = tables(clock, background=False)
    first = await current.get(IMAGE, maker.engine)
    clock.wait(70)
    again = await current.get(IMAGE, maker.engine)
    assert again is first
    assert not again.retired
    assert again.due_at - START == 70 + CATALOGUE_TTL


@pytest.mark.parametrize("background", [False, True])
async def test_a_newer_table_takes_the_place_of_the_older(clock: SteeredClock, maker: Maker, background: bool) -> None:
    current = tables(clock, background=background)
    first = await current.get(IMAGE, maker.engine)
    clock.wait(50)
    maker.found = fetched_later(50)
    assert await current.get(IMAGE, maker.engine) is first, "nobody has looked yet"
    second = await current.refresh(IMAGE, maker.engine, timedelta(seconds=7))
    assert maker.asked[-1] == (IMAGE, timedelta(seconds=7))
    assert second.table is maker.found.table
    assert (first.retired, second.retired) == (True, False)
    assert not first.serves(clock.monotonic())
    assert await current.get(IMAGE, maker.engine) is second
    assert current.usable() == {IMAGE: second}


@pytest.mark.parametrize("background", [False, True])
async def test_a_failed_refresh_leaves_the_table_in_service(
    clock: SteeredClock, maker: Maker, background: bool
) -> None:
    current = tables(clock, background=background)
    first = await current.get(IMAGE, maker.engine)
    maker.failing = True
    with pytest.raises(HordeAPIDegradedError):
        await current.refresh(IMAGE, maker.engine)
    assert await current.get(IMAGE, maker.engine) is first
    clock.wait(STALE_LIMIT)
    with pytest.raises(HordeAPIDegradedError):
        await current.get(IMAGE, maker.engine)
    assert current.usable() == {}
    maker.failing, maker.found = False, fetched_later(STALE_LIMIT)
    assert (await current.get(IMAGE, maker.engine)).table is maker.found.table


async def test_all_who_ask_at_once_wait_for_one_refresh(clock: SteeredClock, maker: Maker) -> None:
    current = tables(clock, background=False)
    maker.may_answer.clear()
    asking = [asyncio.create_task(current.get(category, maker.engine)) for category in (IMAGE, TEXT) for _ in range(9)]
    for _ in range(2):
        await maker.requests.acquire()
    maker.may_answer.set()
    found = await asyncio.gather(*asking)
    assert sorted(category for category, _ in maker.asked) == [IMAGE, TEXT]
    assert len({id(publication) for publication in found}) == 2


async def test_closing_ends_what_is_under_way(clock: SteeredClock, maker: Maker) -> None:
    current = tables(clock, background=True)
    maker.may_answer.clear()
    asking = asyncio.create_task(current.get(IMAGE, maker.engine))
    await maker.requests.acquire()
    await current.aclose()
    await asyncio.wait([asking])
    assert asking.cancelled()


class TestReadersOfATableThatIsRefreshedInTheBackground:
    """A reader of a table older than ``DELETION_RISK_CACHE_TTL`` starts its refresh, and does not wait for it."""

    async def test_they_are_answered_at_once_and_the_next_one_sees_the_newer_table(
        self, clock: SteeredClock, maker: Maker
    ) -> None:
        current = tables(clock, background=True)
        first = await current.get(IMAGE, maker.engine)
        clock.wait(TABLE_TTL)
        maker.found = fetched_later(TABLE_TTL)
        assert await current.get(IMAGE, maker.engine) is first
        second = await current.refresh(IMAGE, maker.engine)  # the one that is under way
        assert len(maker.asked) == 2
        assert await current.get(IMAGE, maker.engine) is second
        assert second.table is maker.found.table

    @pytest.mark.parametrize("failing", [False, True])
    async def test_while_nothing_newer_is_to_be_had_they_ask_every_few_seconds(
        self, clock: SteeredClock, maker: Maker, failing: bool
    ) -> None:
        current = tables(clock, background=True)
        first = await current.get(IMAGE, maker.engine)
        clock.wait(TABLE_TTL)
        maker.failing = failing
        for asked in (2, 3):
            for _ in range(20):
                assert await current.get(IMAGE, maker.engine) is first
                await asyncio.sleep(0)
            assert len(maker.asked) == asked
            clock.wait(RENEW_PAUSE)
