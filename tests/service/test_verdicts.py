"""Verdicts over HTTP: in rows, in details, on pages, and in plans, all by the service's policy."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import IMAGE, stats_of, status_of
from tests.support.markup import Markup
from tests.support.misbehaving_horde import Route
from tests.support.service import IMAGE_RISK, V2, World, a_world, assert_problem, catalogue_bytes

ALWAYS_LOOK: dict[str, Any] = {"deletion_risk_cache_ttl": 0, "cache_ttl_seconds": 0}
LIKED = [f"liked {at:02}" for at in range(20)]
QUIET = ["quiet 1", "quiet 2", "quiet 3"]
RECORDS = {name: {"style": "generalist"} for name in (*LIKED, *QUIET)}
PAYLOADS: dict[Route, Any] = {
    Route.IMAGE_STATS: stats_of({name: 1000 + at for at, name in enumerate(LIKED)} | dict.fromkeys(QUIET, 0)),
    Route.IMAGE_STATUS: status_of(dict.fromkeys(LIKED, 1)),
}


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, str]:
    """No styles, and models that are dated by a file."""
    ages = {name: {"date_added": 1_700_000_000} for name in RECORDS}
    for name, content in {"styles": {}, "categories": {}, "ages": ages}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return {"styles": str(tmp_path / "styles.json"), "image_history": str(tmp_path / "ages.json")}


async def judged(world: World) -> dict[str, tuple[Any, Any]]:
    """Verdict and codes of every row, by name."""
    rows = (await world.client.get(IMAGE_RISK)).json()["models"]
    return {row["name"]: (row["verdict"], row["verdict_reasons"]) for row in rows}


def write_policy(folder: Path, most: int) -> Path:
    file = folder / "policy.toml"
    file.write_text(f"[limits]\nmax_models = {most}\n", encoding="utf-8")
    return file


async def test_rows_details_pages_and_plans_tell_the_verdict_of_the_services_policy(
    tmp_path: Path, sources: dict[str, str]
) -> None:
    policy = write_policy(tmp_path, 1)
    image = catalogue_bytes(RECORDS)
    async with a_world(tmp_path, image=image, payloads=PAYLOADS, more_sources=sources, policy=policy) as world:
        rows = await judged(world)
        plan = (await world.client.post(f"{V2}/image_generation/deletion-plan", json={})).json()
        assert plan["policy"]["limits"]["max_models"] == 1
        assert rows == {
            found["name"]: (found["verdict"], list(dict.fromkeys(reason["code"] for reason in found["reasons"])))
            for found in plan["verdicts"]
        }
        assert [rows[name] for name in QUIET] == [
            ("remove", ["candidate"]),
            ("keep", ["limit_reached"]),
            ("keep", ["limit_reached"]),
        ]
        detail = (await world.client.get(f"{IMAGE_RISK}/quiet 1")).json()
        assert (detail["verdict"], detail["verdict_reasons"]) == rows["quiet 1"]
        text = (await world.client.get(f"{IMAGE_RISK}.csv?sort=verdict")).text
        table = list(csv.DictReader(io.StringIO(text)))
        assert {row["name"]: row["verdict"] for row in table} == {name: verdict for name, (verdict, _) in rows.items()}
        assert [row["verdict"] for row in table] == sorted(row["verdict"] for row in table)
        page = (await world.client.get("/model/image_generation/quiet 2")).text
        assert "limits.max_models is 1" in page
        ticked = (await world.client.get("/plan/image_generation")).text
        boxes = Markup(ticked).all("input", type="checkbox", name="select")
        assert [box["value"] for box in boxes if "checked" in box] == [QUIET[0]]


async def test_a_table_whose_verdicts_change_is_a_new_one(tmp_path: Path, sources: dict[str, str]) -> None:
    """Nothing of the rows changes but the verdicts, and readers of the old ones are told."""
    image, ages = catalogue_bytes(RECORDS), tmp_path / "ages.json"
    async with a_world(tmp_path, image=image, payloads=PAYLOADS, more_sources=sources, **ALWAYS_LOOK) as world:
        first = await world.client.get(IMAGE_RISK)
        again = await world.client.get(IMAGE_RISK, headers={"If-None-Match": first.headers["etag"]})
        ages.write_text("{}", encoding="utf-8")
        after = await world.client.get(IMAGE_RISK, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, after.status_code) == (200, 304, 200)
    (row,) = (row for row in after.json()["models"] if row["name"] == "quiet 1")
    assert (row["verdict"], row["verdict_reasons"]) == ("unknown", ["age_unknown"])


async def test_rule_11_of_a_shrunk_catalogue_the_verdicts_are_unknown(tmp_path: Path, sources: dict[str, str]) -> None:
    """The model page copes, and says why; plans are refused."""
    image = catalogue_bytes(RECORDS)
    async with a_world(tmp_path, image=image, payloads=PAYLOADS, more_sources=sources, **ALWAYS_LOOK) as world:
        assert (await judged(world))["quiet 1"] == ("remove", ["candidate"])
        world.write(IMAGE, catalogue_bytes({name: RECORDS[name] for name in QUIET}))
        assert set((await judged(world)).values()) == {(None, None)}
        detail = (await world.client.get(f"{IMAGE_RISK}/quiet 1")).json()
        assert (detail["verdict"], detail["verdict_reasons"]) == (None, None)
        page = await world.client.get("/model/image_generation/quiet 1")
        assert page.status_code == 200
        assert "The verdict is unknown.</strong> The catalogue has shrunk" in page.text
        assert_problem(await world.client.post(f"{V2}/image_generation/deletion-plan"), 409, "plan_refused")
