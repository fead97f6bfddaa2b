"""Checking many links with the promised manners, told by the server's log (design section 12)."""

from __future__ import annotations

from collections import Counter

import pytest

from horde_model_reference.clock import Clock
from horde_model_reference.errors import HistoryError
from horde_model_reference.links.checking import check_links
from horde_model_reference.links.link import Link, LinkOutcome, LinkResult
from tests.support.link_host import LinkHost

HOSTS, EACH, PAUSE = 20, 25, 0.02


async def test_500_addresses_of_20_hosts_are_checked_with_good_manners() -> None:
    found: list[LinkResult] = []

    async def keep(_: Link, result: LinkResult) -> None:
        found.append(result)

    clock = Clock()
    async with LinkHost() as host, host.asker(pause_seconds=PAUSE, at_once_requests=4) as asker:
        links = [Link(host.url(f"/{at}", f"host{number}.example")) for number in range(HOSTS) for at in range(EACH)]
        began = clock.monotonic()
        await check_links(links, asker, keep)
        took = clock.monotonic() - began
    assert Counter(result.outcome for result in found) == {LinkOutcome.OK: HOSTS * EACH}
    assert Counter(asked.host for asked in host.log) == {f"host{number}.example": EACH for number in range(HOSTS)}
    assert {asked.method for asked in host.log} == {"HEAD"}
    assert host.most <= 4
    assert took >= (EACH - 1) * PAUSE  # The pauses of one host alone; a busy machine takes longer.


async def test_a_host_that_never_answers_holds_up_no_other() -> None:
    found: dict[str, LinkOutcome] = {}

    async def keep(link: Link, result: LinkResult) -> None:
        found[link.address] = result.outcome

    async with LinkHost() as host, host.asker(timeout_seconds=0.2) as asker:
        slow, quick = host.url("/slow", "slow.example"), host.url("/ok", "quick.example")
        await check_links([Link(slow), Link(quick)], asker, keep)
    assert list(found.items()) == [(quick, LinkOutcome.OK), (slow, LinkOutcome.UNREACHABLE)]


async def test_results_that_cannot_be_kept_end_the_check_with_one_error() -> None:
    async def keep(_: Link, __: LinkResult) -> None:
        raise HistoryError("The database is away.")

    async with LinkHost() as host, host.asker() as asker:
        links = [Link(host.url("/ok", name)) for name in ("one.example", "other.example")]
        with pytest.raises(HistoryError, match="away"):
            await check_links(links, asker, keep)
