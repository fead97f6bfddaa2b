"""The project's own record of listed names (design section 8, "Age")."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.catalogue.manager import CATALOGUE_SHRUNK
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.history.listing_record import ListingRecord
from tests.history.conftest import Stores
from tests.support.builders import IMAGE, TEXT, catalogue_of
from tests.support.clock import SteeredClock
from tests.support.hostile_names import HOSTILE_NAMES

FIRST = datetime(2026, 3, 1, 15, tzinfo=UTC)


def midnight(day: int) -> float:
    """The begin of the day that lies some days after the first one."""
    return (FIRST.replace(hour=0) + timedelta(days=day)).timestamp()


async def recorded(stores: Stores, *days: tuple[float, list[str]]) -> dict[str, Listing]:
    """Record names at moments, in days after the first one; return what is known in the end."""
    clock = SteeredClock(FIRST)
    async with stores() as store:
        record = ListingRecord(store.database, clock)
        for day, names in days:
            clock.moment = FIRST + timedelta(days=day)
            await record.keep(catalogue_of(names))
        return dict(await record.listings(IMAGE))


async def test_a_name_is_dated_by_the_first_day_of_its_unbroken_listing(stores: Stores) -> None:
    found = await recorded(stores, (0, ["A", "B"]), (1, ["A", "B", "C"]), (2, ["A", "C"]))
    assert found == {"A": Listing(midnight(0)), "C": Listing(midnight(1))}


async def test_a_name_that_came_back_is_dated_anew_with_its_removal(stores: Stores) -> None:
    found = await recorded(stores, (0, ["A", "B"]), (1, ["A"]), (2, ["A"]), (3, ["A", "B"]))
    assert found["B"] == Listing(midnight(3), removed_at=midnight(1))


@pytest.mark.parametrize(
    "days",
    [
        pytest.param([(0, ["A", "B"]), (40, ["A", "B"])], id="days-without-a-record"),
        pytest.param([(0, ["A", "B"]), (1, ["A"]), (1.1, ["A", "B"])], id="away-for-part-of-a-day"),
        pytest.param([(0, ["A", "B"]), (1, ["A", "B"]), (0, ["A", "B"])], id="the-clock-steps-back"),
    ],
)
async def test_nothing_but_a_whole_day_of_absence_is_a_removal(
    stores: Stores, days: list[tuple[float, list[str]]]
) -> None:
    assert await recorded(stores, *days) == {"A": Listing(midnight(0)), "B": Listing(midnight(0))}


async def test_days_of_a_clock_that_was_ahead_are_taken_back(stores: Stores) -> None:
    found = await recorded(stores, (0, ["A"]), (900, ["A", "B"]), (1, ["A", "B"]))
    assert found == {"A": Listing(midnight(0)), "B": Listing(midnight(1))}


async def test_rule_11_a_shrunk_catalogue_is_no_record(stores: Stores) -> None:
    async with stores() as store:
        record = ListingRecord(store.database, SteeredClock(FIRST))
        await record.keep(replace(catalogue_of(["A"]), warnings=(DataWarning(CATALOGUE_SHRUNK, "Half is missing."),)))
        assert await record.listings(IMAGE) == {}


async def test_a_skipped_record_is_listed_all_the_same(stores: Stores) -> None:
    async with stores() as store:
        record = ListingRecord(store.database, SteeredClock(FIRST))
        await record.keep(replace(catalogue_of(["A"]), skipped={"B": "It has no baseline."}))
        assert sorted(await record.listings(IMAGE)) == ["A", "B"]


async def test_categories_have_records_of_their_own(stores: Stores) -> None:
    async with stores() as store:
        record = ListingRecord(store.database, SteeredClock(FIRST))
        await record.keep(catalogue_of(["A"]))
        await record.keep(catalogue_of({"B": {}}, TEXT))
        assert [sorted(await record.listings(category)) for category in (IMAGE, TEXT)] == [["A"], ["B"]]


async def test_workers_that_record_at_once_record_once(stores: Stores) -> None:
    async with stores() as store:
        records = [ListingRecord(store.database, SteeredClock(FIRST)) for _ in range(4)]
        await asyncio.gather(*(record.keep(catalogue_of(["A", "B"])) for record in records))
        assert await records[0].listings(IMAGE) == {"A": Listing(midnight(0)), "B": Listing(midnight(0))}


async def test_hostile_names_are_kept_as_they_are(stores: Stores) -> None:
    names = [name for name in HOSTILE_NAMES if name.strip()]
    assert sorted(await recorded(stores, (0, names))) == sorted(catalogue_of(names).records)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.sets(st.sampled_from("ABC"), min_size=1), min_size=1, max_size=6))
def test_the_record_equals_a_plain_bookkeeping(stores: Stores, days: list[set[str]]) -> None:
    """A name is listed since the last day on which the day before lacked it."""
    found = asyncio.run(recorded(stores, *((day, sorted(names)) for day, names in enumerate(days))))
    last = len(days) - 1
    for name in "ABC":
        listed = [name in names for names in days]
        if not listed[last]:
            assert name not in found
            continue
        since = max(day for day in range(last + 1) if listed[day] and (day == 0 or not listed[day - 1]))
        before = [day for day in range(since) if listed[day]]
        assert found[name] == Listing(midnight(since), midnight(before[-1] + 1) if before else None)
