"""The parts put together: the order of failures, deadlines, and that new data is never answered from old results."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.engine import WAITED_FOR, Engine, open_engine
from horde_model_reference.errors import (
    CatalogueFormatError,
    CatalogueSourceError,
    EmptyCategoryError,
    HordeAPIDegradedError,
    UnsupportedCategoryError,
)
from horde_model_reference.settings import load_settings
from tests.support.builders import IMAGE, TEXT, stats_of
from tests.support.clock import steered_timers
from tests.support.file_server import FileServer
from tests.support.misbehaving_horde import NO_HEADERS, NOT_FOUND, MisbehavingHorde, Route
from tests.support.service import catalogue_bytes, write_catalogues

ALWAYS_LOOK: dict[str, Any] = {"deletion_risk_cache_ttl": 0, "horde_api_cache_ttl": 0, "cache_ttl_seconds": 0}
"""Settings under which nothing is used again without asking."""


@asynccontextmanager
async def an_engine(folder: Path, **settings: Any) -> AsyncIterator[tuple[Engine, MisbehavingHorde]]:
    """An engine on catalogues of one model each, with its Horde on loopback."""
    sources = write_catalogues(folder) | settings.pop("sources", {})
    async with MisbehavingHorde() as horde, open_engine(horde.settings(sources=sources, **settings)) as engine:
        yield engine, horde


async def test_a_category_without_usage_is_refused_before_any_work() -> None:
    async with open_engine(load_settings()) as engine:
        for category in set(MODEL_REFERENCE_CATEGORY) - set(USAGE):
            with pytest.raises(UnsupportedCategoryError, match=category):
                await engine.table(category)


async def test_the_catalogue_is_looked_at_before_the_horde_is_asked(tmp_path: Path) -> None:
    async with an_engine(tmp_path) as (engine, horde):
        horde.all_routes(NOT_FOUND)
        for content, error in ((b"nonsense", CatalogueFormatError), (b"{}", EmptyCategoryError)):
            (tmp_path / "text_generation.json").write_bytes(content)
            async with open_engine(engine.settings) as fresh:
                with pytest.raises(error):
                    await fresh.table(TEXT)
        assert horde.count() == 0
        with pytest.raises(HordeAPIDegradedError):
            await engine.table(IMAGE)


async def test_the_same_data_is_the_same_table(tmp_path: Path) -> None:
    """One computation serves every view; nothing is asked twice."""
    async with an_engine(tmp_path) as (engine, horde):
        tables = [await engine.table(IMAGE) for _ in range(3)]
        assert all(table is tables[0] for table in tables)
        assert horde.count() == 3


async def test_new_usage_and_new_records_make_new_tables(tmp_path: Path) -> None:
    async with an_engine(tmp_path, **ALWAYS_LOOK) as (engine, horde):
        first = await engine.table(IMAGE)
        horde.payloads[Route.IMAGE_STATS] = stats_of({"Deliberate": (1, 21, 300)})
        second = await engine.table(IMAGE)
        (tmp_path / "image_generation.json").write_bytes(catalogue_bytes({"Deliberate": {"description": ""}}))
        third = await engine.table(IMAGE)
    assert [table.rows["usage_month"].to_list() for table in (first, second, third)] == [[20], [21], [21]]
    assert [table.rows["missing_description"].to_list() for table in (first, second, third)] == [
        [False],
        [False],
        [True],
    ]
    assert len({table.key for table in (first, second, third)}) == 3


@pytest.mark.parametrize(("threshold", "low"), [(0.0065, False), (9.9, False), (10.1, True), (100, True)])
async def test_the_thresholds_are_those_of_the_settings(tmp_path: Path, threshold: float, low: bool) -> None:
    async with an_engine(tmp_path, low_usage_threshold_percentage=threshold) as (engine, horde):
        horde.payloads[Route.IMAGE_STATS] = stats_of({"Deliberate": 1, "Other": 9})
        (tmp_path / "image_generation.json").write_bytes(catalogue_bytes(["Deliberate", "Other"]))
        assert (await engine.table(IMAGE)).rows["low_usage"].to_list() == [low, threshold > 90]


async def test_a_horde_that_hangs_costs_no_more_than_the_deadline(tmp_path: Path) -> None:
    async with an_engine(tmp_path, horde_api_timeout=600, request_deadline_seconds=60) as (engine, horde):
        horde.always(Route.IMAGE_STATS, NO_HEADERS)
        with pytest.raises(HordeAPIDegradedError) as refused:
            await horde.outlast(engine.table(IMAGE), 1, 60)
        assert refused.value.retry_after


async def test_a_catalogue_that_hangs_costs_no_more_than_the_deadline(tmp_path: Path) -> None:
    async with FileServer(catalogue_bytes(["Late"])) as server:
        server.answering.clear()
        sources = {"image_generation": server.url}
        limits = {"catalogue_timeout": 600, "horde_api_timeout": 600, "request_deadline_seconds": 60}
        async with an_engine(tmp_path, sources=sources, **limits) as (engine, horde):
            with steered_timers() as wait:
                asking = asyncio.create_task(engine.table(IMAGE))
                await server.asked()
                wait(60)
                with pytest.raises(CatalogueSourceError):
                    await asking
            assert horde.count() == 0
            server.answering.set()
            await engine.manager.get_catalogue(IMAGE)
            assert (await engine.table(IMAGE)).rows["name"].to_list() == ["Late"]


@pytest.mark.parametrize("source", ["styles", "image_history"])
async def test_who_is_served_does_not_wait_for_what_a_plan_can_do_without(tmp_path: Path, source: str) -> None:
    """What is not there in time is unknown, and said; the next one does not wait for it at all."""
    async with FileServer(b"{}") as server:
        server.answering.clear()
        aside = {"styles": "", "image_history": ""} | {source: server.url}
        async with an_engine(tmp_path, sources=aside, request_deadline_seconds=60) as (engine, _):
            for _ in range(2):
                with steered_timers() as wait:
                    asking = asyncio.create_task(engine.table_at_time(IMAGE))
                    if not server.requests:
                        await server.asked()
                    wait(60 * max(WAITED_FOR.values()))
                    made = await asking
                table, facts = made.table, made.facts
                assert not (facts.styles if source == "styles" else facts.listings)
            codes = [warning.code for warning in (*table.warnings, *facts.warnings)]
            assert {"styles": "styles_unknown", "image_history": "age_unknown"}[source] in codes
            server.answering.set()


async def test_at_the_end_nothing_is_left_under_way(tmp_path: Path) -> None:
    """A fetch that nobody waits for any more ends with the engine, not after it."""
    async with an_engine(tmp_path, horde_api_timeout=600, request_deadline_seconds=60) as (engine, horde):
        horde.all_routes(NO_HEADERS)
        async with open_engine(engine.settings) as inner:
            with pytest.raises(HordeAPIDegradedError):
                await horde.outlast(inner.table(TEXT), 2, 60)
        under_way = [task for task in asyncio.all_tasks() if "HordeAPI" in repr(task)]
    assert under_way == []
