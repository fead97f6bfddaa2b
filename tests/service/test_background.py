"""Work in the background: it ends with its block, and no failure ends it."""

from __future__ import annotations

import asyncio

import pytest

from horde_model_reference.errors import CatalogueError
from horde_model_reference.service.background import attempt, in_background


async def test_the_work_ends_with_its_block() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with in_background(work(), work()):
        await begun.wait()
        assert not ended.is_set()
    assert ended.is_set()


async def test_a_known_failure_is_one_line_without_control_characters(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        raise CatalogueError("It is\x1b away.")

    await attempt("nothing was read", work())
    (line,) = caplog.messages
    assert line.startswith("nothing was read: It is")
    assert "\x1b" not in line
    assert caplog.records[0].exc_info is None


async def test_an_unexpected_failure_is_logged_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        raise ZeroDivisionError

    await attempt("nothing was read", work())
    assert caplog.messages == ["nothing was read, unexpectedly"]
    assert caplog.records[0].exc_info is not None
