"""The record of link checks: one failure is suspect, three on three days are dead (design section 12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from horde_model_reference.links.link import Link, LinkOutcome, LinkResult
from horde_model_reference.links.link_check import LinkCheck, LinkState
from tests.history.conftest import Stores

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ADDRESS = "https://a.example/1\0\\"


async def kept(stores: Stores, *results: tuple[float, LinkOutcome]) -> LinkCheck | None:
    """Keep results at moments, in days after the first one; return what is known in the end."""
    async with stores() as store:
        for day, outcome in results:
            await store.links.keep(ADDRESS, LinkResult(outcome, "a detail\0"), NOW + timedelta(days=day))
        found = await store.links.checks([ADDRESS, "https://a.example/other"])
        assert set(found) <= {ADDRESS}
        return found.get(ADDRESS)


async def test_a_result_is_kept_with_its_time_and_detail(stores: Stores) -> None:
    assert await kept(stores, (0, LinkOutcome.OK)) == LinkCheck(LinkOutcome.OK, "a detail\0", NOW, 0)


@pytest.mark.parametrize(
    ("days", "state", "failed_days"),
    [
        ([0], LinkState.SUSPECT, 1),
        ([0, 0.1, 0.2, 0.3], LinkState.SUSPECT, 1),
        ([0, 1], LinkState.SUSPECT, 2),
        ([0, 1, 2], LinkState.DEAD, 3),
        ([0, 10, 30], LinkState.DEAD, 3),
        ([1, 0, 1, 0, 1], LinkState.SUSPECT, 1),
        ([0, 1, 0, 1], LinkState.SUSPECT, 2),
        ([30, 0, 30, 0], LinkState.SUSPECT, 1),
        ([30, 30.1, 31, 0, 1], LinkState.SUSPECT, 2),
    ],
    ids=[
        "once",
        "one day",
        "two days",
        "three days",
        "far apart",
        "two clocks",
        "two clocks, another day",
        "a clock that is wrong now and then",
        "a clock that was wrong",
    ],
)
async def test_failures_on_three_days_make_a_link_dead(
    stores: Stores, days: list[float], state: LinkState, failed_days: int
) -> None:
    found = await kept(stores, *((day, LinkOutcome.GONE) for day in days))
    assert found is not None
    assert (found.state, found.failed_days) == (state, failed_days)


async def test_a_link_that_works_again_begins_anew(stores: Stores) -> None:
    gone, fine = LinkOutcome.GONE, LinkOutcome.OK
    found = await kept(stores, (0, gone), (1, gone), (2, fine), (3, gone))
    assert found is not None
    assert (found.state, found.failed_days) == (LinkState.SUSPECT, 1)


@pytest.mark.parametrize("outcome", [LinkOutcome.REFUSED, LinkOutcome.BUSY])
async def test_refusals_by_our_own_rules_are_no_results(stores: Stores, outcome: LinkOutcome) -> None:
    assert await kept(stores, (0, outcome)) is None
    found = await kept(stores, (0, LinkOutcome.GONE), (1, outcome))
    assert found is not None
    assert found.checked_at == NOW


async def test_a_link_behind_a_login_is_gated(stores: Stores) -> None:
    found = await kept(stores, (0, LinkOutcome.LOGIN))
    assert found is not None
    assert (found.state, found.failed_days) == (LinkState.GATED, 0)


@pytest.mark.parametrize(("hours", "due"), [(0, False), (23.9, False), (24, True), (-1, True)])
async def test_a_link_is_due_when_its_result_is_as_old_as_said(stores: Stores, hours: float, *, due: bool) -> None:
    """A result that lies in the future, of a clock that was set back since, is none."""
    known, other = Link(ADDRESS), Link("https://a.example/other")
    async with stores() as store:
        await store.links.keep(ADDRESS, LinkResult(LinkOutcome.GONE), NOW)
        found = await store.links.due([known, other], timedelta(days=1), NOW + timedelta(hours=hours))
    assert found == ([known, other] if due else [other])
