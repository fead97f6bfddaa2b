"""Work off the event loop."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import pytest

from horde_model_reference.thread_pool import run_in_thread

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
