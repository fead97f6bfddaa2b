"""Time is a value: one clock, made by the entry point, and ages that do not depend on what the wall clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.clock import Clock, FixedClock
from horde_model_reference.service.app import create_service
from tests.support.builders import FETCHED, stats_of
from tests.support.clock import SteeredClock
from tests.support.misbehaving_horde import MisbehavingHorde, Route
from tests.support.service import IMAGE_RISK, serving, write_catalogues

STEPS = [timedelta(days=-2), timedelta(days=2), timedelta(seconds=-90), timedelta(days=-400)]


def test_the_clock_tells_the_time_in_utc() -> None:
    clock = Clock()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()


def test_a_fixed_clock_stands_still_while_its_seconds_go_on() -> None:
    moment = datetime(2028, 2, 29, 23, 59, tzinfo=UTC)
    clock = FixedClock(moment)
    before = clock.monotonic()
    assert {clock.now() for _ in range(3)} == {moment}
    assert before <= clock.monotonic()


def max_age(headers: Any) -> int:
    return int(headers["cache-control"].split("max-age=")[1].split(",")[0])


@pytest.mark.parametrize("step", STEPS, ids=str)
async def test_when_the_wall_clock_steps_data_is_refreshed_within_one_interval(tmp_path: Path, step: timedelta) -> None:
    """Design, section 3: time is a value. Caches are told no more than the interval, too."""
    clock = SteeredClock()
    sources = write_catalogues(tmp_path)
    async with MisbehavingHorde() as horde:
        settings = horde.settings(sources=sources, data_dir=tmp_path / "data", cache_ttl_seconds=300)
        async with serving(create_service(settings, hydrate=False, clock=clock)) as client:
            await client.get(IMAGE_RISK)
            asked = horde.count(Route.IMAGE_STATS)
            clock.step(step)
            horde.payloads[Route.IMAGE_STATS] = stats_of({"Deliberate": 4711})
            held = await client.get(IMAGE_RISK)
            assert (held.json()["models"][0]["usage_month"], max_age(held.headers)) == (20, 300)
            assert (await client.get("/api/readiness")).status_code == 200
            clock.wait(299)
            assert max_age((await client.get(IMAGE_RISK)).headers) == 1
            assert horde.count(Route.IMAGE_STATS) == asked
            clock.wait(1)
            fresh = await client.get(IMAGE_RISK)
            figures = await client.get("/api/metrics")
    assert fresh.json()["models"][0]["usage_month"] == 4711
    assert fresh.json()["data_as_of"]["stats_fetched_at"] == (FETCHED + step + timedelta(seconds=300)).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )
    assert max_age(fresh.headers) == 300
    assert 'table_age_seconds{category="image_generation"} 0.0' in figures.text
