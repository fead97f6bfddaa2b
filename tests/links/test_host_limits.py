"""Turns of hosts: slots for all, and pauses for each."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from horde_model_reference.clock import Clock
from horde_model_reference.links.host_limits import HostLimits


async def test_no_more_than_the_slots_are_taken_at_once() -> None:
    manners, taken, most = HostLimits(Clock(), 3, 0.0), 0, 0

    async def work(host: str) -> None:
        nonlocal taken, most
        async with manners.turn(host):
            taken += 1
            most = max(most, taken)
            await asyncio.sleep(0)
            taken -= 1

    await asyncio.gather(*(work(f"host {at}") for at in range(20)))
    assert most == 3


async def test_turns_of_one_host_lie_a_pause_apart() -> None:
    clock = Clock()
    manners, start = HostLimits(clock, 4, 0.02), clock.monotonic()

    async def work() -> float:
        async with manners.turn("one"):
            return clock.monotonic()

    began = sorted(await asyncio.gather(*(work() for _ in range(5))))
    assert all(moment - start >= 0.02 * at for at, moment in enumerate(began))


async def test_a_host_that_waits_holds_up_no_other() -> None:
    manners = HostLimits(Clock(), 1, 0.0)
    manners.hold("slow", 3600)

    async def slow() -> None:
        async with manners.turn("slow"):
            pass

    waiting = asyncio.create_task(slow())
    async with manners.turn("other"):
        assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    async with manners.turn("another"):
        pass


async def test_a_turn_that_fails_gives_its_slot_back() -> None:
    manners = HostLimits(Clock(), 1, 0.0)
    for _ in range(3):
        with suppress(ZeroDivisionError):
            async with manners.turn("one"):
                assert 1 / 0
