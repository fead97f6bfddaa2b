"""The history as the engine holds it: absent, away, late, or there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.clock import Clock
from horde_model_reference.errors import HistoryError, NoHistoryError
from horde_model_reference.history.database import open_in_memory
from horde_model_reference.history.history import AWAY, NoHistory
from horde_model_reference.history.kept_history import FILE, RETRY_AFTER, KeptHistory, make_history
from horde_model_reference.history.store import HistoryStore, store_on
from horde_model_reference.settings import Settings, load_settings
from tests.support.builders import catalogue_of, observation_of, stats_of, status_of
from tests.support.clock import SteeredClock, steered_timers

CATALOGUE = catalogue_of(["a"])
CLOCK = SteeredClock()
SEEN = observation_of(stats_of({"a": 3}), status_of({"a": 1}))


async def test_without_a_history_nothing_is_known_and_nothing_is_made(tmp_path: Path) -> None:
    for history in (NoHistory(), make_history(load_settings(data_dir=tmp_path / "data"), CLOCK)):
        assert history.state == "off"
        assert await history.usage(CATALOGUE, 1) == (None, ())
        with pytest.raises(NoHistoryError):
            await history.of_models(CATALOGUE, ["a"], 30)
        await history.aclose()
    assert not (tmp_path / "data").exists()


async def test_it_can_be_switched_off(tmp_path: Path) -> None:
    history = make_history(load_settings(data_dir=tmp_path, history={"enabled": False}), CLOCK)
    await history.collect(SEEN)
    assert history.state == "off"
    assert not (tmp_path / FILE).exists()


async def test_collecting_begins_one(tmp_path: Path) -> None:
    history = make_history(load_settings(data_dir=tmp_path), CLOCK)
    await history.collect(SEEN)
    await history.collect(SEEN)
    assert history.state == "ok"
    usage, warnings = await history.usage(CATALOGUE, 30)
    assert usage is not None
    assert warnings == ()
    assert [str(day) for day in usage.recent.frame.row(0)[:2]] == ["2026-11-23", "2026-11-23"]
    assert len((await history.of_models(CATALOGUE, ["a"], 30))["points"]) == 2
    await history.aclose()


@pytest.mark.parametrize("stats", [stats_of({}), stats_of({"a": 3, "b": 0}) | {"day": {}}], ids=["no rows", "no day"])
async def test_an_unknown_observation_stores_nothing(tmp_path: Path, stats: Any) -> None:
    """Rule 3: of a day that is unknown nobody could tell later which names had no use."""
    history = make_history(load_settings(data_dir=tmp_path), CLOCK)
    await history.collect(observation_of(stats, []))
    assert await history.usage(CATALOGUE, 30) == (None, ())
    assert (await history.of_models(CATALOGUE, ["a"], 30))["points"] == []
    await history.aclose()


class Failing:
    """Opens a history in memory, and fails or hangs when told to."""

    def __init__(self) -> None:
        self.fails = True
        self.opened = 0
        self.begun = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def __call__(self, _: Settings, clock: Clock) -> HistoryStore:
        self.opened += 1
        self.begun.set()
        await self.goes_on.wait()
        if self.fails:
            raise HistoryError("It is away.")
        return store_on(await open_in_memory(), clock)


async def test_a_database_that_is_away_is_left_alone_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    opener, clock = Failing(), SteeredClock()
    history = KeptHistory(load_settings(), clock, opener)
    for _ in range(3):
        assert await history.usage(CATALOGUE, 1) == (None, (AWAY,))
    with pytest.raises(HistoryError):
        await history.of_models(CATALOGUE, ["a"], 30)
    assert (opener.opened, history.state, len(caplog.messages)) == (1, "away", 1)
    opener.fails = False
    clock.wait(RETRY_AFTER)
    await history.collect(SEEN)
    assert history.state == "ok"
    assert (await history.usage(CATALOGUE, 30))[0] is not None
    await history.aclose()


async def test_collecting_never_raises() -> None:
    history = KeptHistory(load_settings(), CLOCK, Failing())
    await history.collect(SEEN)
    assert history.state == "away"
    await history.aclose()


async def test_who_waits_too_long_goes_on_without(caplog: pytest.LogCaptureFixture) -> None:
    opener, clock = Failing(), SteeredClock()
    opener.fails = False
    opener.goes_on.clear()
    history = KeptHistory(load_settings(), clock, opener)
    assert await history.usage(CATALOGUE, 0) == (None, (AWAY,))
    assert await history.usage(CATALOGUE, 600) == (None, (AWAY,))  # at once
    assert (history.state, len(caplog.messages)) == ("away", 1)
    opener.goes_on.set()
    clock.wait(RETRY_AFTER)
    assert await history.usage(CATALOGUE, 30) == (None, ())
    assert (history.state, opener.opened) == ("ok", 1)
    await history.aclose()


async def test_a_route_that_waits_too_long_says_that_it_is_away() -> None:
    opener = Failing()
    opener.goes_on.clear()
    history = KeptHistory(load_settings(request_deadline_seconds=60), CLOCK, opener)
    with steered_timers() as wait:
        asking = asyncio.create_task(history.of_models(CATALOGUE, ["a"], 30))
        await opener.begun.wait()
        wait(60)
        with pytest.raises(HistoryError, match="in time"):
            await asking
    assert history.state == "away"
    await history.aclose()


async def test_what_was_only_late_is_not_away_any_more_when_it_is_there() -> None:
    opener = Failing()
    opener.fails = False
    opener.goes_on.clear()
    history = KeptHistory(load_settings(), CLOCK, opener)
    await history.usage(CATALOGUE, 0)
    opener.goes_on.set()
    await history.collect(SEEN)
    assert history.state == "ok"
    assert (await history.usage(CATALOGUE, 30))[0] is not None
    await history.aclose()


class Hurrying(SteeredClock):
    """A clock that is far ahead whenever somebody looks."""

    def monotonic(self) -> float:
        self.wait(RETRY_AFTER)
        return self.seconds


@pytest.mark.parametrize(
    "ask",
    [lambda history: history.usage(CATALOGUE, 1), lambda history: history.collect(SEEN)],
    ids=["read", "collect"],
)
async def test_a_failure_is_noted_once(
    ask: Callable[[KeptHistory], Awaitable[object]], caplog: pytest.LogCaptureFixture
) -> None:
    """Were it noted again, that would be said again: this clock leaves nothing alone for long."""
    history = KeptHistory(load_settings(), Hurrying(), Failing())
    await ask(history)
    assert len(caplog.messages) == 1
    await history.aclose()


async def test_looks_of_many_processes_are_as_those_of_one(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, history={"collect_interval_seconds": 600})
    one, other = make_history(settings, CLOCK), make_history(settings, CLOCK)
    for history in (one, other, one):
        await history.collect(SEEN)
    await other.collect(observation_of(stats_of({"a": 3}), status_of({"a": 2}), status_fetched_at=SEEN.fetched_at))
    points = (await one.of_models(CATALOGUE, ["a"], 30))["points"]
    assert [point["worker_threads"]["looks"] for point in points if point["worker_threads"]] == [1]
    await one.aclose()
    await other.aclose()
