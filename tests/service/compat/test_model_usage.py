"""Usage, workers and popularity over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.misbehaving_horde import IMAGE_ROUTES, NO_HEADERS
from tests.support.older_shapes import POPULAR, WITH_STATS, faults
from tests.support.service import STATISTICS, V2, BlockingClient, a_world, assert_problem

WITH_WORKERS = "include_workers=true"


def with_stats(category: str) -> str:
    return f"{STATISTICS}/{category}/with-stats"


@pytest.mark.parametrize("category", ["image_generation", "text_generation"])
@pytest.mark.parametrize(
    "query", ["", f"?{WITH_WORKERS}", "?include_backend_variations=true", "?min_worker_count=2&sort_by=usage_month"]
)
def test_section_13_usage_has_the_documented_shape(demo: BlockingClient, category: str, query: str) -> None:
    body = demo.get(f"{with_stats(category)}{query}").json()
    assert body
    assert faults(body, WITH_STATS) == []


@pytest.mark.parametrize("category", ["image_generation", "text_generation"])
@pytest.mark.parametrize("query", ["", f"?{WITH_WORKERS}&limit=3", "?sort_by=usage_total&limit=1000"])
def test_section_13_popular_models_have_the_documented_shape(demo: BlockingClient, category: str, query: str) -> None:
    body = demo.get(f"{V2}/{category}/popular{query}").json()
    assert body
    assert faults(body, POPULAR) == []


@pytest.mark.parametrize("category", ["image_generation", "text_generation"])
def test_rule_1_the_figures_are_those_of_the_deletion_risk_route(demo: BlockingClient, category: str) -> None:
    body = demo.get(with_stats(category)).json()
    rows = demo.get(f"{STATISTICS}/{category}/deletion-risk").json()["models"]
    assert body.keys() == {row["name"] for row in rows}
    for row in rows:
        found = body[row["name"]]
        told = (*found["usage_stats"].values(), found["worker_count"], found["queued_jobs"])
        assert told == tuple(
            row[figure] for figure in ("usage_day", "usage_month", "usage_total", "worker_count", "queued_jobs")
        )


def test_the_most_popular_are_the_first_rows(demo: BlockingClient) -> None:
    rows = demo.get(f"{STATISTICS}/image_generation/deletion-risk?sort=-usage_day&limit=4").json()["models"]
    popular = demo.get(f"{V2}/image_generation/popular?sort_by=usage_day&limit=4").json()
    assert [model["name"] for model in popular] == [row["name"] for row in rows]


def test_workers_are_named_where_somebody_wants_them(demo: BlockingClient) -> None:
    assert {found["worker_summaries"] for found in demo.get(with_stats("image_generation")).json().values()} == {None}
    body = demo.get(f"{with_stats('image_generation')}?{WITH_WORKERS}").json()
    (summary,) = [
        found for found in body["Marble Busts XL"]["worker_summaries"].values() if found["name"] == "Sunday Rig"
    ]
    assert (summary["online"], summary["trusted"], summary["uptime"]) == (True, True, 1213200)
    assert summary.keys() == {
        "id", "name", "online", "trusted", "maintenance_mode", "threads", "uptime", "performance"
    }  # fmt: skip


@pytest.mark.parametrize("url", [with_stats("lora"), f"{V2}/esrgan/popular"])
def test_a_category_without_usage_is_a_problem(demo: BlockingClient, url: str) -> None:
    assert_problem(demo.get(url), 400, "category_not_supported")
    assert_problem(demo.get(f"{url}?{WITH_WORKERS}"), 400, "category_not_supported")


@pytest.mark.parametrize(
    "url",
    [
        f"{with_stats('image_generation')}?min_worker_count=-1",
        f"{with_stats('image_generation')}?sort_by=nonsense",
        f"{V2}/image_generation/popular?limit=0",
        f"{V2}/image_generation/popular?limit=1001",
        f"{V2}/image_generation/popular?sort_by=name",
    ],
)
def test_section_14_work_is_bounded_before_it_is_done(demo: BlockingClient, url: str) -> None:
    assert_problem(demo.get(url), 422, "parameters_malformed")


def test_usage_is_answered_from_memory(demo: BlockingClient) -> None:
    for url in (with_stats("image_generation"), f"{V2}/text_generation/popular?{WITH_WORKERS}"):
        first = demo.get(url)
        assert first.headers["cache-control"].startswith("public, max-age=")
        again = demo.get(url, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_section_13_the_horde_is_asked_for_workers_only_when_somebody_wants_them(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.horde.workers["image"] = [{"id": "1", "name": "rig", "models": ["Deliberate"]}]
        url = with_stats("image_generation")
        await world.client.get(url)
        assert not [target for target in world.horde.targets if "workers" in target]
        for query in (WITH_WORKERS, f"{WITH_WORKERS}&sort_by=eta", WITH_WORKERS):
            body = (await world.client.get(f"{url}?{query}")).json()
            assert body["Deliberate"]["worker_summaries"]["1"]["name"] == "rig"
        assert len([target for target in world.horde.targets if "workers" in target]) == 1


async def test_rule_3_workers_that_cannot_be_had_are_unknown_and_asked_for_again(tmp_path: Path) -> None:
    async with a_world(tmp_path, horde_api_cache_ttl=0) as world:
        url = f"{with_stats('image_generation')}?{WITH_WORKERS}"
        lacking = await world.client.get(url)
        assert lacking.json()["Deliberate"]["worker_summaries"] is None
        assert lacking.json()["Deliberate"]["worker_count"] == 2
        assert "etag" not in lacking.headers, "nobody keeps an answer that lacks a part"
        world.horde.workers["image"] = []
        assert (await world.client.get(url)).json()["Deliberate"]["worker_summaries"] is None
        world.horde.workers["image"] = [{"id": "1", "name": "rig", "models": ["other"]}]
        assert (await world.client.get(url)).json()["Deliberate"]["worker_summaries"] == {}


async def test_without_the_horde_usage_is_a_problem(tmp_path: Path) -> None:
    async with a_world(tmp_path, horde_api_timeout=30, request_deadline_seconds=60) as world:
        world.horde.all_routes(NO_HEADERS)
        answer = await world.horde.outlast(world.client.get(with_stats("image_generation")), len(IMAGE_ROUTES), 30)
        assert_problem(answer, 502, "horde_unavailable")
        assert answer.headers["retry-after"]
