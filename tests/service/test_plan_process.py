"""Plans in a process of their own: section 14 of the design, "work that its request has given up stops"."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from dataclasses import replace

import pytest

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.demo import SimulatedHorde, demo_clock, demo_settings
from horde_model_reference.engine import TableAtTime, open_engine
from horde_model_reference.errors import PlanProcessError, UnknownModelError
from horde_model_reference.service import plan_process
from horde_model_reference.service.plan_process import HELD, LOWEST_PRIORITY, PlanProcess, PlanThread
from tests.support.waiting import PATIENCE

RUNNERS = pytest.mark.parametrize("make", [PlanThread, PlanProcess], ids=["thread", "process"])


@pytest.fixture(scope="module")
def made() -> TableAtTime:
    """The sample's table of text models."""

    async def ask() -> TableAtTime:
        async with open_engine(demo_settings(), SimulatedHorde(), clock=demo_clock()) as engine:
            return await engine.table_at_time(MODEL_REFERENCE_CATEGORY.text_generation)

    return asyncio.run(ask())


def _joined(made: TableAtTime, *parts: str) -> str:
    return f"{made.table.rows.height}: {', '.join(parts)}"


def _refused(_: TableAtTime) -> None:
    raise UnknownModelError("There is no such model.", hint="Try another.", retry_after=3)


def _place(_: TableAtTime) -> tuple[int, int]:
    return os.getpid(), os.getpriority(os.PRIO_PROCESS, 0)


def _priority_refused(*_: int) -> None:
    raise PermissionError


def _held_tables(_: TableAtTime) -> int:
    return len(plan_process._held)


def _killed(_: TableAtTime) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _endless(_: TableAtTime, port: int) -> None:
    """Connect to a port, which tells that the work has begun, and go on until the process is killed."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"begun")
        while True:
            pass


@RUNNERS
async def test_work_gets_the_table_and_its_arguments(make: type[PlanThread | PlanProcess], made: TableAtTime) -> None:
    runner = make()
    for parts in (("a", "b"), ()):
        assert await runner.run(_joined, made, *parts) == f"{made.table.rows.height}: {', '.join(parts)}"


@RUNNERS
async def test_an_error_of_the_work_reaches_the_caller_whole(
    make: type[PlanThread | PlanProcess], made: TableAtTime
) -> None:
    runner = make()
    with pytest.raises(UnknownModelError) as raised:
        await runner.run(_refused, made)
    error = raised.value
    assert (error.message, error.hint, error.retry_after) == ("There is no such model.", "Try another.", 3)


async def test_plans_have_one_process_of_the_lowest_priority(made: TableAtTime) -> None:
    """So that answers and pages have the processors whenever they want them."""
    runner = PlanProcess()
    places = {await runner.run(_place, made) for _ in range(3)}
    ((pid, priority),) = places
    assert pid != os.getpid()
    assert priority == LOWEST_PRIORITY


async def test_a_sandbox_that_refuses_the_priority_refuses_no_plan(
    made: TableAtTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "setpriority", _priority_refused)
    assert await PlanProcess().run(_joined, made, "a") == f"{made.table.rows.height}: a"


async def test_work_that_is_given_up_ends_with_its_process(made: TableAtTime) -> None:
    """And the work that waits for its turn is not begun if it is given up as well."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(len(b"begun"))
        begun.set()
        await reader.read()  # Until the process at the other end is no more.
        ended.set()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    runner = PlanProcess()
    async with server, asyncio.timeout(PATIENCE):
        running = asyncio.create_task(runner.run(_endless, made, port))
        waiting = asyncio.create_task(runner.run(_endless, made, 1))
        await begun.wait()
        for task in (waiting, running):
            task.cancel()
        await asyncio.wait({running, waiting})
        await ended.wait()
        assert await runner.run(_joined, made, "next") == f"{made.table.rows.height}: next"


async def test_a_process_that_dies_is_said_and_another_takes_its_place(made: TableAtTime) -> None:
    """For one, where the machine is out of memory."""
    runner = PlanProcess()
    with pytest.raises(PlanProcessError, match="was ended"):
        await runner.run(_killed, made)
    assert await runner.run(_joined, made, "next") == f"{made.table.rows.height}: next"


async def test_a_table_is_sent_once_and_the_last_ones_are_held(
    made: TableAtTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    pickled = plan_process._pickled

    def noted(things: object) -> bytes:
        if isinstance(things, TableAtTime):
            sent.append(id(things))
        return pickled(things)

    monkeypatch.setattr(plan_process, "_pickled", noted)
    runner, tables = PlanProcess(), [replace(made) for _ in range(HELD + 1)]
    for table in (*tables, *tables[1:], tables[0]):
        assert await runner.run(_joined, table, "a") == f"{made.table.rows.height}: a"
    assert sent == [id(table) for table in (*tables, tables[0])]
    assert await runner.run(_held_tables, made) == HELD
