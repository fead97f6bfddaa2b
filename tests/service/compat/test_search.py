"""Searches over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.service.compat.search import LONGEST_TEXT, MOST_RECORDS, MOST_TAGS
from tests.support.misbehaving_horde import NOT_FOUND
from tests.support.older_shapes import SEARCH, faults
from tests.support.service import V2, BlockingClient, a_world, assert_problem, catalogue_bytes

IMAGES, TEXTS = f"{V2}/image_generation/search", f"{V2}/text_generation/search"


@pytest.mark.parametrize("url", [f"{V2}/search", IMAGES, TEXTS, f"{V2}/lora/search", f"{V2}/esrgan/search?limit=1"])
def test_section_13_a_search_has_the_documented_shape(demo: BlockingClient, url: str) -> None:
    body = demo.get(url).json()
    assert faults(body, SEARCH) == []
    assert (body["limit"], body["offset"]) == (1 if "limit" in url else 50, 0)
    assert body["has_more"] == (body["total"] > len(body["results"]))


def test_pages_lead_from_one_to_the_next_until_all_records_are_read(demo: BlockingClient) -> None:
    records = demo.get(f"{V2}/text_generation").json()
    found, following = [], f"{TEXTS}?limit=7"
    while following:
        answer = demo.get(following)
        body = answer.json()
        assert body["has_more"] == (body["next"] is not None)
        assert answer.links.get("next", {}).get("url") == body["next"]
        found += body["results"]
        following = body["next"]
    assert found == [records[name] for name in sorted(records)]


def test_all_parameters_are_taken_together(demo: BlockingClient) -> None:
    asked: dict[str, Any] = {
        "nsfw": "false",
        "name_contains": "a",
        "tags_none": ["nothing", "else"],
        "sort_by": "size_on_disk_bytes",
        "sort_desc": "true",
        "limit": 5,
        "offset": 1,
        "inpainting": "false",
        "exclude_backend_variations": "true",
        "quantized": "false",
        "source": "horde",
    }
    body = demo.get(IMAGES, params=asked).json()
    sizes = [record["size_on_disk_bytes"] for record in body["results"]]
    assert len(sizes) == 5
    assert sizes == sorted(sizes, reverse=True)
    assert not any(record["nsfw"] or record["inpainting"] for record in body["results"])


def test_a_backend_s_models_are_those_that_the_horde_reports_for_it(demo: BlockingClient) -> None:
    usage = demo.get("/api/model_references/statistics/text_generation/with-stats?include_backend_variations=true")
    known = {name for name, found in usage.json().items() if "koboldcpp" in found["backend_variations"]}
    found = demo.get(f"{TEXTS}?backend=koboldcpp&limit=1000").json()
    assert known
    assert {record["name"] for record in found["results"]} == known
    assert_problem(demo.get(f"{V2}/lora/search?backend=koboldcpp"), 400, "category_not_supported")


def test_tags_are_searched_for(demo: BlockingClient) -> None:
    tag = next(record["tags"][0] for record in demo.get(f"{V2}/text_generation").json().values() if record["tags"])
    having = demo.get(TEXTS, params={"tags_any": tag.upper(), "limit": 1000}).json()
    lacking = demo.get(TEXTS, params={"tags_none": tag, "limit": 1000}).json()
    assert all(tag in record["tags"] for record in having["results"])
    assert having["total"] + lacking["total"] == demo.get(TEXTS).json()["total"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": MOST_RECORDS + 1},
        {"offset": -1},
        {"sort_by": "usage"},
        {"name_contains": "x" * (LONGEST_TEXT + 1)},
        {"tags_any": ["x" * (LONGEST_TEXT + 1)]},
        {"tags_none": ["x"] * (MOST_TAGS + 1)},
        {"backend": "vllm"},
        {"source": "elsewhere"},
    ],
    ids=lambda query: str(query)[:20],
)
def test_section_14_work_is_bounded_before_it_is_done(demo: BlockingClient, query: dict[str, Any]) -> None:
    assert_problem(demo.get(IMAGES, params=query), 422, "parameters_malformed")


def test_searches_are_answered_from_memory_but_for_free_texts(demo: BlockingClient) -> None:
    for url in (IMAGES, f"{IMAGES}?name_contains=a", f"{V2}/search"):
        first = demo.get(url)
        assert first.headers["cache-control"].startswith("public, max-age=")
        again = demo.get(url, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_a_category_that_cannot_be_read_is_left_out_with_a_warning(tmp_path: Path) -> None:
    async with a_world(tmp_path, image=catalogue_bytes(["a"]), text=b"{broken") as world:
        world.horde.all_routes(NOT_FOUND)
        answer = await world.client.get(f"{V2}/search")
        assert [record["name"] for record in answer.json()["results"]] == ["a"]
        assert [warning["code"] for warning in answer.json()["warnings"]] == ["category_left_out"]
        assert "etag" not in answer.headers, "nobody keeps an answer that lacks a part"
        assert_problem(await world.client.get(f"{V2}/text_generation/search"), 500, "catalogue_unavailable")


async def test_searches_do_not_need_the_horde(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        for url in (f"{V2}/search", IMAGES, f"{V2}/image_generation", "/api/model_references/statistics/lora"):
            assert (await world.client.get(url)).status_code == 200
        assert world.horde.count() == 0
