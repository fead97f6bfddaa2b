"""Work off the event loop."""

from __future__ import annotations

import asyncio
import itertools
import threading
from contextvars import ContextVar

import pytest

from horde_model_reference import thread_pool
from horde_model_reference.thread_pool import GivenUpError, plan_in_thread, run_in_thread, while_wanted

ASKED: ContextVar[str] = ContextVar("ASKED", default="nobody")


async def test_work_is_done_in_another_thread_and_knows_who_asked() -> None:
    ASKED.set("somebody")

    def work(number: int, *, more: int) -> tuple[int, str, bool]:
        return number + more, ASKED.get(), threading.current_thread() is threading.main_thread()

    assert await run_in_thread(work, 1, more=2) == (3, "somebody", False)


async def test_a_failure_is_the_askers() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        await run_in_thread(int, "nonsense")


async def test_name_look_ups_that_hang_hold_up_nobodys_work() -> None:
    """They are done in the loop's own threads, and there are never enough of them."""
    over = threading.Event()
    loop = asyncio.get_running_loop()
    hanging = [loop.run_in_executor(None, over.wait) for _ in range(100)]
    try:
        async with asyncio.timeout(30):
            assert await run_in_thread(str.upper, "done") == "DONE"
    finally:
        over.set()
        await asyncio.gather(*hanging)


async def test_work_that_is_given_up_stops() -> None:
    """Design, section 14; and what waits for its turn is not begun."""
    begun, stopped = threading.Event(), threading.Event()
    never: list[int] = []

    def endless() -> None:
        begun.set()
        try:
            for _ in while_wanted(itertools.count()):
                pass
        except GivenUpError:
            stopped.set()
            raise

    running = asyncio.create_task(plan_in_thread(endless))
    waiting = asyncio.create_task(plan_in_thread(never.append, 1))
    assert await asyncio.to_thread(begun.wait, 30)
    for task in (waiting, running):
        task.cancel()
    await asyncio.wait({running, waiting})
    assert await asyncio.to_thread(stopped.wait, 30)
    assert await plan_in_thread(str.upper, "next") == "NEXT"
    assert not never


async def test_plans_hold_up_no_other_work() -> None:
    over = threading.Event()
    plans = [asyncio.create_task(plan_in_thread(over.wait)) for _ in range(100)]
    try:
        async with asyncio.timeout(30):
            assert await run_in_thread(str.upper, "done") == "DONE"
    finally:
        over.set()
        await asyncio.gather(*plans)


def test_work_that_nobody_can_give_up_goes_on() -> None:
    assert list(while_wanted("abc")) == ["a", "b", "c"]


async def test_long_work_rests_as_long_as_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that plans under hostile policies take no more than half a processor; ordinary ones do not rest."""
    now, rests = 0.0, list[float]()

    def rest(_: threading.Event, seconds: float) -> bool:
        rests.append(seconds)
        return False

    def work(steps: int, seconds: float) -> None:
        nonlocal now
        for _ in while_wanted(range(steps)):
            now += seconds

    monkeypatch.setattr(thread_pool, "perf_counter", lambda: now)
    monkeypatch.setattr(threading.Event, "wait", rest)
    await plan_in_thread(work, 10, thread_pool.FREE_SECONDS / 10)
    assert not rests
    await plan_in_thread(work, 30, thread_pool.FREE_SECONDS / 10)
    assert sum(rests) == pytest.approx(2 * thread_pool.FREE_SECONDS, rel=0.1)
