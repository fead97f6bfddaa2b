"""A file of aliases under a running service (rule 2b)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import stats_of, status_of
from tests.support.misbehaving_horde import Route
from tests.support.service import STATISTICS, TEXT_RISK, World, a_world, catalogue_bytes

ATTRIBUTION = f"{STATISTICS}/text_generation/attribution"
PAYLOADS = {
    Route.TEXT_STATS: stats_of({"ollama/harbor:3b": 40, "koboldcpp/Harbor-3B": 2, "Other-7B": 1}),
    Route.TEXT_STATUS: status_of({"ollama/harbor:3b": 1}),
}
MODELS = catalogue_bytes(["Northwind/Harbor-3B", "Northwind/Harbor-3B-Instruct", "Other-7B"])


async def usage(world: World) -> dict[str, Any]:
    answer = await world.client.get(TEXT_RISK)
    assert answer.status_code == 200, answer.text
    return {row["name"]: row["usage_month"] for row in answer.json()["models"]}


async def warnings(world: World) -> dict[str, str]:
    return {found["code"]: found["message"] for found in (await world.client.get(TEXT_RISK)).json()["warnings"]}


async def test_rule_2b_a_file_of_aliases_is_read_kept_fresh_and_shown(tmp_path: Path) -> None:
    file = tmp_path / "aliases.toml"
    file.write_text('[models]\n"ollama/harbor:3b" = "Northwind/Harbor-3B"\n"gone" = "Nobody/X"\n', encoding="utf-8")
    more = {"aliases": str(file)}
    async with a_world(tmp_path, text=MODELS, payloads=PAYLOADS, more_sources=more, cache_ttl_seconds=0) as world:
        assert (await usage(world))["Northwind/Harbor-3B"] == 42
        names = {name["api_name"]: name for name in (await world.client.get(ATTRIBUTION)).json()["api_names"]}
        assert names["ollama/harbor:3b"]["model"] == "Northwind/Harbor-3B"
        assert names["ollama/harbor:3b"]["reason"] == "By alias, aliases.toml line 2."
        assert (await warnings(world))["alias_target_unknown"].startswith("aliases.toml line 3: the alias 'gone'")

        file.write_text('[models]\n"ollama/harbor:3b" = "Northwind/Harbor-3B-Instruct"\n', encoding="utf-8")
        assert (await usage(world))["Northwind/Harbor-3B-Instruct"] == 40, "another file, another table"

        file.write_text("[models\n", encoding="utf-8")
        assert (await usage(world))["Northwind/Harbor-3B-Instruct"] == 40, "the last good copy"
        assert "aliases.toml" in (await warnings(world))["catalogue_source_failed"]


async def test_rule_2b_a_file_that_never_could_be_read_is_an_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Without its aliases a used model would look unused; the operator reads where and why, clients do not."""
    (tmp_path / "aliases.toml").write_text("[models]\na = 7\n", encoding="utf-8")
    more = {"aliases": str(tmp_path / "aliases.toml")}
    async with a_world(tmp_path, text=MODELS, payloads=PAYLOADS, more_sources=more) as world:
        answer = await world.client.get(TEXT_RISK)
        assert answer.json()["code"] == "catalogue_unavailable"
        assert "aliases.toml line 2: 'a'" in caplog.text


async def test_rule_2b_curated_families_win(tmp_path: Path) -> None:
    (tmp_path / "aliases.toml").write_text(
        '[families]\n"harbor" = "Everything"\nOther = "Everything"\n', encoding="utf-8"
    )
    more = {"aliases": str(tmp_path / "aliases.toml")}
    async with a_world(tmp_path, text=MODELS, payloads=PAYLOADS, more_sources=more) as world:
        rows = (await world.client.get(f"{TEXT_RISK}?group_text_models=true")).json()["models"]
        assert [(row["name"], len(row["members"]), row["usage_month"]) for row in rows] == [("Everything", 3, 3)]


async def test_the_bundled_aliases_can_be_turned_off(tmp_path: Path) -> None:
    models = catalogue_bytes(["TheDrummer/Skyfall-31B-v4.2"])
    payloads = {Route.TEXT_STATS: stats_of({"koboldcpp/Skyfall-31B-v4y-Q4_K_M": 5})}
    for bundled, month in ((True, 5), (False, 0)):
        async with a_world(tmp_path, text=models, payloads=payloads, bundled_aliases=bundled) as world:
            assert await usage(world) == {"TheDrummer/Skyfall-31B-v4.2": month}
