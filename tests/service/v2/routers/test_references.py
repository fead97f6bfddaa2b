"""The catalogue itself, and the older address of the deletion-risk route."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.demo import DATA
from tests.support.builders import TEXT, record
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.service import STATISTICS, V2, BlockingClient, a_world, assert_problem, catalogue_bytes


@pytest.mark.parametrize(
    "rest",
    [
        "image_generation/deletion-risk",
        "text_generation/deletion-risk?group_text_models=true&sort=removal&limit=5",
        "text_generation/deletion-risk?include_backend_variations=true&preset=low_usage",
    ],
)
def test_the_older_address_gives_the_same_bytes(demo: BlockingClient, rest: str) -> None:
    old, new = demo.get(f"{V2}/{rest}"), demo.get(f"{STATISTICS}/{rest}")
    assert (old.status_code, old.content) == (200, new.content)
    assert old.headers["content-type"] == new.headers["content-type"]


def test_the_categories_are_all_listed(demo: BlockingClient) -> None:
    assert demo.get(f"{V2}/model_categories").json() == [category.value for category in MODEL_REFERENCE_CATEGORY]


def test_every_category_has_its_records(demo: BlockingClient) -> None:
    """Also those that the Horde reports no usage for, and those without records."""
    for category in MODEL_REFERENCE_CATEGORY:
        records = demo.get(f"{V2}/{category}").json()
        assert all(served["name"] == name for name, served in records.items())
        assert bool(records) == (category in {"image_generation", "text_generation", "controlnet", "esrgan"})


def test_a_legacy_catalogue_is_served_in_the_v2_format(demo: BlockingClient) -> None:
    """Rule 11: the sample is legacy; checksums stand beside the addresses they belong to."""
    legacy = json.loads((DATA / "stable_diffusion.json").read_bytes())
    served = demo.get(f"{V2}/image_generation").json()
    assert set(served) == set(legacy)
    assert {"stable diffusion 1"} <= {old["baseline"] for old in legacy.values()}
    assert not {"stable diffusion 1", "stable diffusion 2"} & {new["baseline"] for new in served.values()}
    assert not any({"type", "available", "download_all"} & new.keys() for new in served.values())
    name = next(name for name, old in legacy.items() if old["config"]["files"][0].get("sha256sum"))
    assert served[name]["config"]["download"][0]["sha256sum"] == legacy[name]["config"]["files"][0]["sha256sum"]


def test_one_record_is_the_one_of_its_category(demo: BlockingClient) -> None:
    for category in ("image_generation", "text_generation", "esrgan"):
        for name, listed in demo.get(f"{V2}/{category}").json().items():
            assert demo.get(f"{V2}/{category}/{name}").json() == listed


async def test_a_v2_record_is_served_with_all_that_it_says(tmp_path: Path) -> None:
    fields = record(
        name="a/b", trigger=["x"], parameters=7, metadata={"schema_version": "2.0.0", "more": {"deep": [1]}}
    )
    served = fields | {"text_model_group": "b"}
    async with a_world(tmp_path, text=catalogue_bytes({"a/b": fields})) as world:
        for path in ("a/b", "a%2Fb", "model/a/b", "model/a%2Fb"):
            assert (await world.client.get(f"{V2}/text_generation/{path}")).json() == served


async def test_names_are_inert_and_read_back(tmp_path: Path) -> None:
    """Rule 13."""
    models = {name: {"description": name} for name in HOSTILE_NAMES.values()}
    async with a_world(tmp_path, text=catalogue_bytes(models)) as world:
        answers = [await world.client.get(f"{V2}/text_generation{name}") for name in ("", "/abc%E2%80%AEtxt.exe")]
    assert not [answer for answer in answers if ACTIVE.search(answer.text)]
    listed, one = (answer.json() for answer in answers)
    assert {record["description"] for record in listed.values()} == models.keys()
    assert one["description"] == HOSTILE_NAMES["right to left"]


async def test_every_record_is_found_by_its_path(tmp_path: Path) -> None:
    """Its history too, and its page."""
    with_line_feeds = ["ends with a line feed\n", "a\n/b", "\n"]
    models = {name: {"description": name} for name in (*HOSTILE_NAMES.values(), *with_line_feeds)}
    async with a_world(tmp_path, image=catalogue_bytes(models)) as world:
        for name in models:
            found = await world.client.get(f"{V2}/image_generation/{quote(name, safe='')}")
            assert found.json()["description"] == name
        for name in with_line_feeds:
            path = quote(name, safe="")
            past = await world.client.get(f"{STATISTICS}/image_generation/deletion-risk-history/{path}")
            assert_problem(past, 404, "history_off")  # and not model_unknown
            assert (await world.client.get(f"/model/image_generation/{path}")).status_code == 200


@pytest.mark.parametrize("name", ["nope", "", "a/b", "deliberate", "%1B[31m"])
def test_an_unknown_record_is_404_with_the_closest_names(demo: BlockingClient, name: str) -> None:
    body = assert_problem(demo.get(f"{V2}/image_generation/{name}"), 404, "model_unknown")
    assert "The closest names are: " in body["detail"]
    assert "\x1b" not in body["detail"]


def test_where_a_category_has_no_records_none_are_proposed(demo: BlockingClient) -> None:
    body = assert_problem(demo.get(f"{V2}/lora/nope"), 404, "model_unknown")
    assert body["detail"] == "Category lora has no model 'nope'."


async def test_a_changed_catalogue_is_served_when_it_is_looked_at_again(tmp_path: Path) -> None:
    async with a_world(tmp_path, cache_ttl_seconds=0) as world:
        world.write(TEXT, catalogue_bytes(["new", "newer"]))
        assert set((await world.client.get(f"{V2}/text_generation")).json()) == {"new", "newer"}
        world.write(TEXT, b"{broken")
        kept = await world.client.get(f"{V2}/text_generation")
        assert (kept.status_code, set(kept.json())) == (200, {"new", "newer"})
