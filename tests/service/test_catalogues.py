"""Which catalogue records are answered from, and for how long, with and without background refresh."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import cast

import pytest

from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.manager import ModelReferenceManager
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.errors import CatalogueError
from horde_model_reference.service.catalogues import CurrentCatalogues
from horde_model_reference.settings import load_settings
from tests.support.builders import IMAGE, catalogue_of
from tests.support.clock import SteeredClock
from tests.support.waiting import eventually

TTL = 60
START = 1000.0
OLD, NEW = catalogue_of(["a"]), catalogue_of(["a", "b"])


class Source:
    """Stands where the manager does, and hands out the catalogue it is given."""

    def __init__(self) -> None:
        self.found = OLD
        self.failing = False
        self.asked = 0

    async def get_catalogue(self, category: MODEL_REFERENCE_CATEGORY) -> Catalogue:
        self.asked += 1
        await asyncio.sleep(0)
        if self.failing:
            raise CatalogueError("It is away.")
        return replace(self.found)

    @property
    def manager(self) -> ModelReferenceManager:
        return cast("ModelReferenceManager", self)


@pytest.fixture
def clock() -> SteeredClock:
    return SteeredClock(seconds=START)


@pytest.fixture
def source() -> Source:
    return Source()


def catalogues(clock: SteeredClock, *, background: bool) -> CurrentCatalogues:
    return CurrentCatalogues(load_settings(cache_ttl_seconds=TTL), clock, refreshed_in_background=background)


@pytest.mark.parametrize(("background", "passed", "asked"), [(False, TTL - 1, 1), (False, TTL, 2), (True, 2 * TTL, 2)])
async def test_a_catalogue_is_looked_at_again_when_its_time_is_over(
    clock: SteeredClock, source: Source, background: bool, passed: float, asked: int
) -> None:
    current = catalogues(clock, background=background)
    first = await current.get(IMAGE, source.manager)
    clock.wait(passed)
    assert await current.get(IMAGE, source.manager) is first, "the same content stays in service"
    assert source.asked == asked


async def test_a_new_catalogue_takes_the_place_of_the_old_one(clock: SteeredClock, source: Source) -> None:
    current = catalogues(clock, background=False)
    first = await current.get(IMAGE, source.manager)
    source.found = NEW
    clock.wait(TTL)
    second = await current.get(IMAGE, source.manager)
    assert (first.retired, second.retired) == (True, False)
    assert second.index.catalogue.records.keys() == {"a", "b"}


async def test_in_the_background_no_reader_waits_for_a_due_catalogue(clock: SteeredClock, source: Source) -> None:
    current = catalogues(clock, background=True)
    first = await current.get(IMAGE, source.manager)
    source.found = NEW
    clock.wait(TTL)
    assert await current.get(IMAGE, source.manager) is first
    await eventually(lambda: first.retired)
    assert (await current.get(IMAGE, source.manager)).index.catalogue.records.keys() == {"a", "b"}
    await current.aclose()


async def test_concurrent_readers_share_a_look(clock: SteeredClock, source: Source) -> None:
    current = catalogues(clock, background=False)
    found = await asyncio.gather(*(current.get(IMAGE, source.manager) for _ in range(9)))
    assert source.asked == 1
    assert all(one is found[0] for one in found)


async def test_a_failure_is_the_reader_s(clock: SteeredClock, source: Source) -> None:
    source.failing = True
    with pytest.raises(CatalogueError, match="It is away"):
        await catalogues(clock, background=False).get(IMAGE, source.manager)
