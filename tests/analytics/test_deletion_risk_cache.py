"""Tables are computed once per key, failures are not kept, and old tables fall out."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable

import pytest

from horde_model_reference.analytics.deletion_risk_cache import DeletionRiskCache
from horde_model_reference.analytics.risk_table import RiskTable
from tests.support.builders import catalogue_of, observation_of, stats_of, table_of

TABLE = table_of(catalogue_of(["a"]), observation_of(stats_of({"a": 1})))


class Maker:
    """Makes tables and counts how often; waits for leave where it is told to, and fails as often as it is told to."""

    def __init__(self, *, failures: int = 0, at_once: bool = True) -> None:
        self.calls: Counter[str] = Counter()
        self.started = threading.Event()
        self.leave = threading.Event()
        self.failures = failures
        self.thread: int | None = None
        if at_once:
            self.leave.set()

    def of(self, key: str) -> Callable[[], RiskTable]:
        return lambda: self._make(key)

    def _make(self, key: str) -> RiskTable:
        self.calls[key] += 1
        self.thread = threading.get_ident()
        self.started.set()
        assert self.leave.wait(10)
        if self.failures:
            self.failures -= 1
            raise ZeroDivisionError(key)
        return TABLE


async def started(maker: Maker) -> None:
    assert await asyncio.to_thread(maker.started.wait, 10)


async def test_concurrent_callers_share_one_computation() -> None:
    cache, maker = DeletionRiskCache(), Maker(at_once=False)
    callers = [asyncio.create_task(cache.get("k", maker.of("k"))) for _ in range(20)]
    await started(maker)
    late = asyncio.create_task(cache.get("k", maker.of("k")))
    maker.leave.set()
    assert all(table is TABLE for table in await asyncio.gather(*callers, late))
    assert await cache.get("k", maker.of("k")) is TABLE
    assert maker.calls == {"k": 1}


async def test_the_event_loop_is_free_meanwhile() -> None:
    """The table is made in another thread."""
    cache, maker = DeletionRiskCache(), Maker()
    await cache.get("k", maker.of("k"))
    assert maker.thread != threading.get_ident()


async def test_other_keys_are_other_computations() -> None:
    cache, maker = DeletionRiskCache(), Maker()
    await asyncio.gather(*(cache.get(key, maker.of(key)) for key in "aab"))
    assert maker.calls == {"a": 1, "b": 1}


async def test_a_failure_reaches_all_and_is_not_kept() -> None:
    cache, maker = DeletionRiskCache(), Maker(failures=1, at_once=False)
    callers = [asyncio.create_task(cache.get("k", maker.of("k"))) for _ in range(3)]
    await started(maker)
    maker.leave.set()
    found = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(error) for error in found] == [ZeroDivisionError] * 3
    assert await cache.get("k", maker.of("k")) is TABLE
    assert maker.calls == {"k": 2}


async def test_a_caller_that_gives_up_takes_nothing_from_the_others() -> None:
    cache, maker = DeletionRiskCache(), Maker(at_once=False)
    impatient, patient = (asyncio.create_task(cache.get("k", maker.of("k"))) for _ in range(2))
    await started(maker)
    impatient.cancel()
    maker.leave.set()
    assert await patient is TABLE
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert maker.calls == {"k": 1}


async def test_the_least_recently_used_table_falls_out() -> None:
    """The cache is bounded: two categories, each with its present table and one that is going out of use."""
    cache, maker = DeletionRiskCache(max_tables=2), Maker()
    for key in "abacab":
        await cache.get(key, maker.of(key))
    assert maker.calls == {"a": 1, "b": 2, "c": 1}


async def test_eight_tables_are_held_by_default() -> None:
    cache, maker = DeletionRiskCache(), Maker()
    for key in "abcdefghabcdefghiha":
        await cache.get(key, maker.of(key))
    assert maker.calls == dict.fromkeys("bcdefghi", 1) | {"a": 2}
