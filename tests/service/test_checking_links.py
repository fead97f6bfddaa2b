"""The check of links under ``serve`` (design section 12): at its interval, by one process of all, beside requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from horde_model_reference.engine import Engine, open_engine
from horde_model_reference.history.link_turn import link_turn
from horde_model_reference.history.store import open_store
from horde_model_reference.links.link_check import LinkState
from horde_model_reference.service.app import create_app
from horde_model_reference.service.checking_links import JITTER, START_DELAY, checking_links
from horde_model_reference.settings import Settings
from tests.support.builders import IMAGE, record, stats_of
from tests.support.clock import SteeredClock
from tests.support.link_host import LinkHost
from tests.support.misbehaving_horde import MisbehavingHorde, Route
from tests.support.service import serving, write_catalogues
from tests.support.waiting import eventually

HOURS = 24.0


@dataclass
class Pauses:
    """Pauses that a test ends; each takes its time of the clock.

    Attributes:
        clock: The time.
        begun: The seconds of every pause so far.
        ends: Holds a value for each pause that may end.
    """

    clock: SteeredClock
    begun: list[float] = field(default_factory=list)
    ends: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def __call__(self, seconds: float) -> None:
        self.begun.append(seconds)
        await self.ends.get()
        self.clock.wait(seconds)

    async def end(self) -> None:
        """End the present pause, and wait for the next one."""
        number = len(self.begun)
        self.ends.put_nowait(None)
        await eventually(lambda: len(self.begun) > number)


@pytest.fixture
async def host() -> AsyncIterator[LinkHost]:
    async with LinkHost() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, host: LinkHost) -> Callable[..., Settings]:
    """Settings with a catalogue that lists a model for each path of the host."""

    def made(*paths: str, hours: float = HOURS, horde: str = "http://127.0.0.1:9/api/") -> Settings:
        listed = {
            path: record(config={"download": [{"file_name": "x", "file_url": host.url(path, "127.0.0.1")}]})
            for path in paths
        }
        sources = write_catalogues(tmp_path, image=json.dumps(listed).encode())
        links = {"allow_private_addresses": True, "pause_seconds": 0, "check_interval_hours": hours}
        return MisbehavingHorde().settings(sources=sources, data_dir=tmp_path / "data", links=links, ai_horde_url=horde)

    return made


@asynccontextmanager
async def checked(settings: Settings, clock: SteeredClock) -> AsyncIterator[tuple[Engine, Pauses]]:
    """Check links in the background of an engine, in its first pause."""
    pauses = Pauses(clock)
    async with open_engine(settings, clock=clock) as engine, checking_links(engine, pauses):
        await eventually(lambda: pauses.begun)
        yield engine, pauses


def break_catalogue(settings: Settings) -> None:
    Path(settings.sources.image_generation).write_bytes(b"{")


async def states(engine: Engine) -> dict[str, LinkState]:
    found, _ = await engine.history.link_checks(await engine.manager.get_catalogue(IMAGE))
    return {address.rpartition("/")[2]: check.state for address, check in found.items()}


async def test_all_links_are_checked_at_the_interval(settings: Callable[..., Settings], host: LinkHost) -> None:
    async with checked(settings("/ok", "/login-needed"), SteeredClock()) as (engine, pauses):
        for _ in range(3):
            await pauses.end()
        assert sorted(asked.path for asked in host.log) == ["/login-needed"] * 3 + ["/ok"] * 3
        assert await states(engine) == {"ok": LinkState.WORKING, "login-needed": LinkState.GATED}
    first, *others = pauses.begun
    assert first == START_DELAY
    assert all(abs(pause / 3600 / HOURS - 1) <= JITTER for pause in others)


async def test_failures_on_three_days_are_found(settings: Callable[..., Settings]) -> None:
    async with checked(settings("/gone", hours=30), SteeredClock()) as (engine, pauses):
        await pauses.end()
        assert await states(engine) == {"gone": LinkState.SUSPECT}
        for _ in range(2):
            await pauses.end()
        engine.manager.look_again(IMAGE)
        assert await states(engine) == {"gone": LinkState.DEAD}


async def test_a_second_worker_does_not_ask_again(settings: Callable[..., Settings], host: LinkHost) -> None:
    one, clock = settings("/ok", "/other"), SteeredClock()
    async with checked(one, clock) as (_, pauses), checked(one, clock) as (_, others):
        await pauses.end()
        await others.end()
    assert sorted(asked.path for asked in host.log) == ["/ok", "/other"]


async def test_while_another_process_checks_nothing_is_asked(settings: Callable[..., Settings], host: LinkHost) -> None:
    one, clock = settings("/ok"), SteeredClock()
    store = await open_store(one, clock)
    async with checked(one, clock) as (_, pauses):
        async with link_turn(store) as free:
            assert free
            await pauses.end()
        assert host.log == []
        await pauses.end()
        assert [asked.path for asked in host.log] == ["/ok"]
    await store.aclose()


async def test_a_check_under_way_holds_up_no_table_and_ends_with_the_service(
    settings: Callable[..., Settings], host: LinkHost
) -> None:
    async with MisbehavingHorde({Route.IMAGE_STATS: stats_of({"/slow": 7})}) as horde:
        one, clock = settings("/slow", horde=horde.url), SteeredClock()
        pauses = Pauses(clock)
        async with open_engine(one, clock=clock) as engine, checking_links(engine, pauses):
            pauses.ends.put_nowait(None)
            await eventually(lambda: host.log)
            assert (await engine.table(IMAGE)).rows.height == 1
    assert len(pauses.begun) == 1
    store = await open_store(one, clock)
    async with link_turn(store) as free:
        assert free
    await store.aclose()


async def test_failures_are_one_line_each_and_end_nothing(
    settings: Callable[..., Settings], host: LinkHost, caplog: pytest.LogCaptureFixture
) -> None:
    one = settings("/ok")
    break_catalogue(one)
    async with checked(one, SteeredClock()) as (_, pauses):
        await pauses.end()
        await pauses.end()
    lines = [message for message in caplog.messages if "links of image_generation" in message]
    assert len(lines) == 2
    assert lines[0].startswith("the links of image_generation were not checked: ")
    assert "\n" not in lines[0]
    assert host.log == []


async def test_a_database_that_is_away_is_one_line(
    settings: Callable[..., Settings], host: LinkHost, caplog: pytest.LogCaptureFixture
) -> None:
    one = settings("/ok")
    one.data_dir.write_text("no folder", encoding="utf-8")
    async with checked(one, SteeredClock()) as (_, pauses):
        await pauses.end()
    (line,) = [message for message in caplog.messages if "links" in message]
    assert line.startswith("no links were checked: ")
    assert host.log == []


@pytest.mark.parametrize(("hours", "working"), [(0.0, False), (HOURS, True)])
async def test_the_service_checks_only_where_an_interval_is_set(
    settings: Callable[..., Settings], *, hours: float, working: bool
) -> None:
    one = settings("/ok", hours=hours)
    async with serving(create_app(one, hydrate=True)):
        running = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]
    assert ("_check_for_ever" in running) is working
