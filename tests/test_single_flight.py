"""One piece of work for all who ask for it at the same time."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from horde_model_reference.single_flight import SingleFlight, side_by_side


class Work:
    """Work that goes on when the test lets it, and counts how often it was started and cancelled."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.started = 0
        self.cancelled = 0
        self.failure: Exception | None = None

    def __call__(self) -> Coroutine[Any, Any, int]:
        return self._work()

    async def _work(self) -> int:
        self.started += 1
        number = self.started
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.failure is not None:
            raise self.failure
        return number


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
async def flight() -> AsyncIterator[SingleFlight[str, int]]:
    opened: SingleFlight[str, int] = SingleFlight()
    yield opened
    await opened.aclose()


async def waiters(flight: SingleFlight[str, int], work: Work, count: int, key: str = "a") -> list[asyncio.Task[int]]:
    """Return tasks that wait for the work, each of them under way."""
    tasks = [asyncio.create_task(flight.run(key, work)) for _ in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_work_is_shared(flight: SingleFlight[str, int], work: Work) -> None:
    tasks = await waiters(flight, work, 5)
    work.go_on.set()
    assert await asyncio.gather(*tasks) == [1] * 5
    assert work.started == 1


async def test_work_that_is_done_is_not_remembered(flight: SingleFlight[str, int], work: Work) -> None:
    work.go_on.set()
    assert await flight.run("a", work) == 1
    assert await flight.run("a", work) == 2


async def test_keys_are_separate_work(flight: SingleFlight[str, int], work: Work) -> None:
    tasks = [*await waiters(flight, work, 2, "a"), *await waiters(flight, work, 2, "b")]
    work.go_on.set()
    assert await asyncio.gather(*tasks) == [1, 1, 2, 2]


async def test_a_failure_reaches_all_and_the_next_starts_anew(flight: SingleFlight[str, int], work: Work) -> None:
    work.failure = ValueError("no")
    tasks = await waiters(flight, work, 3)
    work.go_on.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [str(result) for result in results] == ["no"] * 3
    work.failure = None
    assert await flight.run("a", work) == 2


async def test_a_waiter_that_fails_can_ask_again_at_once(flight: SingleFlight[str, int], work: Work) -> None:
    work.failure = ValueError("no")
    work.go_on.set()
    with pytest.raises(ValueError, match="no"):
        await flight.run("a", work)
    work.failure = None
    assert await flight.run("a", work) == 2


async def test_patience_ends_the_waiting_and_not_the_work(flight: SingleFlight[str, int], work: Work) -> None:
    with pytest.raises(TimeoutError):
        await flight.run("a", work, 0)
    (task,) = await waiters(flight, work, 1)
    work.go_on.set()
    assert await task == 1
    assert (work.started, work.cancelled) == (1, 0)


async def test_a_waiter_that_is_cancelled_leaves_the_work_to_the_others(
    flight: SingleFlight[str, int], work: Work
) -> None:
    first, second = await waiters(flight, work, 2)
    first.cancel()
    await asyncio.wait([first])
    assert first.cancelled()
    work.go_on.set()
    assert await second == 1
    assert (work.started, work.cancelled) == (1, 0)


async def test_a_failure_nobody_waits_for_any_more_is_quiet(flight: SingleFlight[str, int], work: Work) -> None:
    said: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))

    async def give_up() -> None:
        work.failure = ValueError("no")
        with pytest.raises(TimeoutError):
            await flight.run("a", work, 0)

    await give_up()
    work.go_on.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    work.failure = None
    assert await flight.run("a", work) == 2
    gc.collect()
    assert said == []


async def test_aclose_ends_the_work_and_all_who_wait(flight: SingleFlight[str, int], work: Work) -> None:
    tasks = [*await waiters(flight, work, 2, "a"), *await waiters(flight, work, 1, "b")]
    await flight.aclose()
    assert work.cancelled == 2
    await asyncio.wait(tasks)
    assert all(task.cancelled() for task in tasks)


async def test_aclose_with_nothing_under_way(flight: SingleFlight[str, int], work: Work) -> None:
    work.go_on.set()
    await flight.run("a", work)
    await flight.aclose()
    await flight.aclose()
    assert work.cancelled == 0


class TestSideBySide:
    async def test_what_all_gave_comes_in_their_order(self) -> None:
        first = Work()

        async def second() -> int:
            first.go_on.set()
            return 7

        assert await side_by_side([first(), second()]) == [1, 7]

    async def test_a_failure_is_raised_when_nothing_is_under_way_any_more(self) -> None:
        done: list[str] = []

        async def failing() -> None:
            raise ValueError("no")

        async def slow() -> None:
            for _ in range(10):
                await asyncio.sleep(0)
            done.append("slow")

        with pytest.raises(ValueError, match="no"):
            await side_by_side([failing(), slow()])
        assert done == ["slow"]
