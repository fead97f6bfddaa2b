"""The real catalogues and captured answers of the Horde, through the endpoint."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.demo.engine import open_demo_engine
from horde_model_reference.service.app import create_service
from tests.support.misbehaving_horde import MisbehavingHorde, Route
from tests.support.service import IMAGE_RISK, STATISTICS, TEXT_RISK, V2, serving, write_catalogues
from tests.support.waiting import PATIENCE

CAPTURES = {
    Route.IMAGE_STATUS: "status_models_image_all.json",
    Route.TEXT_STATUS: "status_models_text_all.json",
    Route.IMAGE_STATS: "stats_img_models_all.json",
    Route.TEXT_STATS: "stats_text_models.json",
}
STHENO = "Sao10K/L3-8B-Stheno-v3.2"
REPEATED = [
    "Casual-Autopsy/Maginum-Cydoms-24B",
    "Sao10K/Llama-3.1-8B-Stheno-v3.4",
    "lightblue/Karasu-Mixtral-8x22B-v0.1",
    "mistralai/Ministral-3-14B-Instruct-2512",
]


@pytest.fixture
def captured(shared_data: Path) -> dict[Route, Any]:
    """What the Horde said when it was captured."""
    return {route: json.loads((shared_data / "horde-api" / name).read_bytes()) for route, name in CAPTURES.items()}


@pytest.fixture
async def client(shared_data: Path, captured: dict[Route, Any], tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The service on the real catalogues and a Horde that replays its answers."""
    real = {
        "image_generation": str(shared_data / "catalogue" / "stable_diffusion.json"),
        "text_generation": str(shared_data / "catalogue" / "models.csv"),
    }
    async with MisbehavingHorde(captured) as horde:
        settings = horde.settings(sources=write_catalogues(tmp_path) | real, horde_api_timeout=PATIENCE)
        async with serving(create_service(settings, hydrate=False)) as opened:
            yield opened


@pytest.mark.parametrize(("url", "count"), [(IMAGE_RISK, 161), (TEXT_RISK, 719)])
async def test_every_model_is_answered_for(client: httpx.AsyncClient, url: str, count: int) -> None:
    body = (await client.get(url)).json()
    assert body["category_model_count"] == body["total_count"] == len(body["models"]) == count
    assert len({row["name"] for row in body["models"]}) == count
    assert all(row["usage_known"] for row in body["models"])
    assert sum(body["summary"]["models_by_level"].values()) == count


async def test_the_four_repeated_names_are_warned_of(client: httpx.AsyncClient) -> None:
    """Rule 11: and nothing else is wrong with the catalogue."""
    warnings = [(warning["code"], warning["message"]) for warning in (await client.get(TEXT_RISK)).json()["warnings"]]
    repeated = [message for code, message in warnings if code == "name_repeated"]
    assert len(repeated) == len(REPEATED)
    assert all(any(repr(name) in message for message in repeated) for name in REPEATED)
    assert {code for code, _ in warnings} == {"name_repeated"}


async def test_one_models_usage_comes_from_three_backends(
    client: httpx.AsyncClient, captured: dict[Route, Any]
) -> None:
    """Rule 2: five API names are one model, and another model of the family has none of them."""
    body = (await client.get(f"{TEXT_RISK}?search={STHENO}&include_backend_variations=true")).json()
    assert [row["name"] for row in body["models"]] == [STHENO]
    row = body["models"][0]
    by_backend = {variation["backend"]: variation["usage_month"] for variation in row["backend_variations"]}
    assert by_backend == {"aphrodite": 7939, "canonical": 5194, "koboldcpp": 52841}
    assert row["usage_month"] == 65974
    names = [name["api_name"] for name in (await client.get(f"{TEXT_RISK}/{STHENO}")).json()["api_names"]]
    assert sum(captured[Route.TEXT_STATS]["month"].get(name, 0) for name in names) == 65974


@pytest.mark.parametrize(
    ("category", "route"), [("image_generation", Route.IMAGE_STATS), ("text_generation", Route.TEXT_STATS)]
)
async def test_rule_1_every_request_is_counted_once(
    client: httpx.AsyncClient, captured: dict[Route, Any], category: str, route: Route
) -> None:
    url = f"{STATISTICS}/{category}/deletion-risk"
    body = (await client.get(f"{url}?include_backend_variations=true")).json()
    grouped = (await client.get(f"{url}?group_text_models=true")).json()
    for period, sums in body["attribution"].items():
        figure = f"usage_{period}"
        assert sums["reported"] == sum(captured[route][period].values())
        assert sums["reported"] == sums["attributed"] + sums["ambiguous"] + sums["unattributed"]
        for answer in (body, grouped):
            assert sums["attributed"] == sum(row[figure] for row in answer["models"])
        for row in body["models"]:
            assert row["backend_variations"] is None or row[figure] == sum(
                variation[figure] for variation in row["backend_variations"]
            )


async def test_there_are_about_400_families(client: httpx.AsyncClient) -> None:
    """Rule 9: they hold every model once."""
    families = (await client.get(f"{TEXT_RISK}?group_text_models=true")).json()["models"]
    assert 350 <= len(families) <= 450
    members = [member for family in families for member in family["members"]]
    assert len(members) == len(set(members)) == 719


@pytest.mark.parametrize(("category", "count"), [("image_generation", 161), ("text_generation", 719)])
async def test_the_records_are_those_of_the_v2_catalogue(
    client: httpx.AsyncClient, shared_data: Path, category: str, count: int
) -> None:
    served = (await client.get(f"{V2}/{category}")).json()
    (v2,) = [
        json.loads(path.read_bytes())
        for path in (shared_data / "catalogue-v2").iterdir()
        if path.suffix == ".json" and ("text" in path.stem) == category.startswith("text")
    ]
    assert len(served) == count
    assert served.keys() == v2.keys()
    assert {name: record.get("baseline") or "" for name, record in served.items()} == {
        name: record.get("baseline") or "" for name, record in v2.items()
    }


@pytest.mark.parametrize("category", ["image_generation", "text_generation"])
async def test_no_model_of_the_bundled_sample_is_real(client: httpx.AsyncClient, category: str) -> None:
    real = {name.lower() for name in (await client.get(f"{V2}/{category}")).json()}
    async with open_demo_engine() as engine:
        sample = await engine.manager.get_model_names(MODEL_REFERENCE_CATEGORY(category))
    assert not real & {name.lower() for name in sample}


async def test_rule_2c_names_of_no_model_are_possible_use(client: httpx.AsyncClient) -> None:
    """They are counted for no model, but shown, with the models that they could be, those with most use first."""
    rows = {row["name"]: row for row in (await client.get(TEXT_RISK)).json()["models"]}
    llama = [name for name in rows if "Llama-3.2-3B" in name and rows[name]["possible_usage_month"]]
    assert llama
    assert all(rows[name]["possible_usage_month"] == 1320 for name in llama)
    tiefighter = (await client.get(f"{TEXT_RISK}/KoboldAI/LLaMA2-13B-Tiefighter")).json()
    assert [name["api_name"] for name in tiefighter["possible_api_names"]] == ["KoboldCpp/Tiefighter-13B"]
    attribution = (await client.get(f"{STATISTICS}/text_generation/attribution")).json()["api_names"]
    unattributed = [name for name in attribution if name["outcome"] == "unattributed"]
    assert attribution[: len(unattributed)] == unattributed or attribution[0]["outcome"] == "ambiguous"
    months = [name["usage_month"] for name in unattributed]
    assert months == sorted(months, reverse=True)
    assert {name["api_name"]: name["likely_models"] for name in unattributed}["ollama/llama3.2:3b"] == llama
