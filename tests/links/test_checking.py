"""Checking many links with the promised manners, told by the server's log (design section 12)."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from horde_model_reference.clock import Clock
from horde_model_reference.errors import HistoryError, LinksUnreachableError
from horde_model_reference.links.checking import check_links, open_prober
from horde_model_reference.links.link import Link, LinkOutcome, LinkResult
from horde_model_reference.setting_groups import LinksSettings
from tests.support.clock import steered_timers
from tests.support.link_host import LinkHost

HOSTS, EACH, PAUSE = 20, 25, 0.02


async def test_500_addresses_of_20_hosts_are_checked_with_good_manners() -> None:
    found: list[LinkResult] = []

    async def keep(_: Link, result: LinkResult) -> None:
        found.append(result)

    clock = Clock()
    async with LinkHost() as host, host.prober(pause_seconds=PAUSE, at_once_requests=4) as prober:
        links = [Link(host.url(f"/{at}", f"host{number}.example")) for number in range(HOSTS) for at in range(EACH)]
        began = clock.monotonic()
        await check_links(links, prober, keep)
        took = clock.monotonic() - began
    assert Counter(result.outcome for result in found) == {LinkOutcome.OK: HOSTS * EACH}
    assert Counter(asked.host for asked in host.log) == {f"host{number}.example": EACH for number in range(HOSTS)}
    assert {asked.method for asked in host.log} == {"HEAD"}
    assert host.most <= 4
    assert took >= (EACH - 1) * PAUSE  # The pauses of one host alone; a busy machine takes longer.


async def test_a_host_that_never_answers_holds_up_no_other() -> None:
    found: dict[str, LinkOutcome] = {}
    kept = asyncio.Semaphore(0)

    async def keep(link: Link, result: LinkResult) -> None:
        found[link.address] = result.outcome
        kept.release()

    async with LinkHost() as host, host.prober(timeout_seconds=60) as prober:
        slow, quick = host.url("/slow", "slow.example"), host.url("/ok", "quick.example")
        with steered_timers() as wait:
            checking = asyncio.create_task(check_links([Link(slow), Link(quick)], prober, keep))
            await host.hanging.acquire()
            await kept.acquire()
            wait(60)
            await checking
    assert list(found.items()) == [(quick, LinkOutcome.OK), (slow, LinkOutcome.UNREACHABLE)]


async def test_where_no_host_answers_nothing_is_kept_of_a_network_that_may_be_ours() -> None:
    found: list[LinkResult] = []

    async def keep(_: Link, result: LinkResult) -> None:
        found.append(result)

    async def nowhere(_: str, __: int) -> list[str]:
        raise OSError("no name server answers")

    async with open_prober(LinksSettings(), Clock(), nowhere) as prober:
        links = [Link(f"http://{name}.example/file") for name in ("one", "other")]
        with pytest.raises(LinksUnreachableError, match="No host answered, of 2 asked"):
            await check_links(links, prober, keep)
    assert found == []


async def test_results_that_waited_for_a_first_answer_are_kept_in_their_order() -> None:
    found: list[LinkOutcome] = []

    async def keep(_: Link, result: LinkResult) -> None:
        found.append(result.outcome)

    async with LinkHost() as host, host.prober() as prober:
        await check_links([Link(host.url(path)) for path in ("/error", "/ok", "/broken")], prober, keep)
    assert found == [LinkOutcome.UNREACHABLE, LinkOutcome.OK, LinkOutcome.UNREACHABLE]


async def test_failures_since_a_network_went_away_are_not_kept() -> None:
    found: list[LinkOutcome] = []

    async def keep(_: Link, result: LinkResult) -> None:
        found.append(result.outcome)

    async def resolve(name: str, port: int) -> list[str]:
        if LinkOutcome.OK in found:
            raise OSError("no name server answers")
        return await host.resolve(name, port)

    settings = LinksSettings(allow_private_addresses=True, pause_seconds=0)
    async with LinkHost() as host, open_prober(settings, Clock(), resolve) as prober:
        links = [Link(host.url(path)) for path in ("/error", "/ok", "/ok/1", "/ok/2")]
        with pytest.raises(LinksUnreachableError, match=r"No host answers any more: .* \(2\)"):
            await check_links(links, prober, keep)
    assert found == [LinkOutcome.UNREACHABLE, LinkOutcome.OK]


async def test_results_that_cannot_be_kept_end_the_check_with_one_error() -> None:
    async def keep(_: Link, __: LinkResult) -> None:
        raise HistoryError("The database is away.")

    async with LinkHost() as host, host.prober() as prober:
        links = [Link(host.url("/ok", name)) for name in ("one.example", "other.example")]
        with pytest.raises(HistoryError, match="away"):
            await check_links(links, prober, keep)
