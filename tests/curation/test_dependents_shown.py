"""Who relies on a model is shown wherever the model is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.categories import USAGE, has_styles
from horde_model_reference.engine import open_engine
from horde_model_reference.reports.terminal import explanation
from horde_model_reference.service.app import create_service
from tests.support.builders import FETCHED, IMAGE, TEXT, stats_of
from tests.support.misbehaving_horde import MisbehavingHorde, Route
from tests.support.screens import screen
from tests.support.service import IMAGE_RISK, TEXT_RISK, catalogue_bytes, serving, write_catalogues

STYLES = {"a": {"model": "Named"}, "b": {"model": "Named"}, "lost": {"model": "Gone"}}
CATEGORIES = {"only": ["a", "b"], "more": ["only", "lost"]}


def sources(folder: Path, styles: object) -> dict[str, str]:
    found = write_catalogues(folder, image=catalogue_bytes(["Named", "Unnamed"]))
    (folder / "categories.json").write_text(json.dumps(CATEGORIES))
    if styles is not None:
        (folder / "styles.json").write_text(json.dumps(styles))
    return found | {"styles": str(folder / "styles.json")}


@asynccontextmanager
async def served(folder: Path, styles: object = STYLES) -> AsyncIterator[httpx.AsyncClient]:
    async with MisbehavingHorde({Route.IMAGE_STATS: stats_of({"Named": 3, "Unnamed": 4})}) as horde:
        settings = horde.settings(sources=sources(folder, styles), data_dir=folder / "data")
        async with serving(create_service(settings, hydrate=False)) as client:
            yield client


async def detail_of(client: httpx.AsyncClient, name: str, url: str = IMAGE_RISK) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"{url}/{name}")).json()
    return found


async def test_the_detail_names_styles_and_categories(tmp_path: Path) -> None:
    async with served(tmp_path) as client:
        named, unnamed = await detail_of(client, "Named"), await detail_of(client, "Unnamed")
    assert named["dependents"] == {"styles": ["a", "b"], "emptied_style_categories": ["only"]}
    assert unnamed["dependents"] == {"styles": [], "emptied_style_categories": []}


async def test_the_answer_and_the_csv_count_the_styles(tmp_path: Path) -> None:
    async with served(tmp_path) as client:
        body = (await client.get(IMAGE_RISK)).json()
        table = (await client.get(f"{IMAGE_RISK}.csv?sort=-style_count")).text
    assert {row["name"]: row["style_count"] for row in body["models"]} == {"Named": 2, "Unnamed": 0}
    rows = list(csv.DictReader(io.StringIO(table.lstrip("\ufeff"))))
    assert [(row["name"], row["style_count"]) for row in rows] == [("Named", "2"), ("Unnamed", "0")]


@pytest.mark.parametrize("styles", [None, [], {"a": {"prompt": "x"}}])
async def test_rule_3_what_could_not_be_read_is_unknown_never_none(tmp_path: Path, styles: object) -> None:
    async with served(tmp_path, styles) as client:
        body = (await client.get(IMAGE_RISK)).json()
        detail = await detail_of(client, "Named")
        table = (await client.get(f"{IMAGE_RISK}.csv")).text
    assert {row["style_count"] for row in body["models"]} == {None}
    assert detail["dependents"] is None
    assert "styles_unknown" in {warning["code"] for warning in body["warnings"]}
    assert {row["style_count"] for row in csv.DictReader(io.StringIO(table.lstrip("\ufeff")))} == {""}


async def test_text_models_have_no_styles(tmp_path: Path) -> None:
    assert [category for category in USAGE if has_styles(category)] == [IMAGE]
    async with served(tmp_path) as client:
        body = (await client.get(TEXT_RISK)).json()
        detail = await detail_of(client, "Sao10K/Stheno", TEXT_RISK)
    assert {row["style_count"] for row in body["models"]} == {None}
    assert detail["dependents"] is None
    assert body["warnings"] == []


@pytest.mark.parametrize(
    ("styles", "name", "words"),
    [
        (STYLES, "Named", ["2 styles name it: a, b.", "only"]),
        (STYLES, "Unnamed", ["No style names it."]),
        (None, "Named", ["Which styles name it is unknown."]),
    ],
)
async def test_the_explanation_says_so(tmp_path: Path, styles: object, name: str, words: list[str]) -> None:
    async with (
        MisbehavingHorde({Route.IMAGE_STATS: stats_of({"Named": 3})}) as horde,
        open_engine(horde.settings(sources=sources(tmp_path, styles), data_dir=tmp_path / "data")) as engine,
    ):
        detail = await engine.model_detail(IMAGE, await engine.table(IMAGE), name)
    now: datetime = FETCHED
    shown = screen(explanation(detail, now))
    assert all(word in shown for word in words), shown


async def test_new_styles_make_a_new_table(tmp_path: Path) -> None:
    """What is said of a model is never older than what is known."""
    async with (
        MisbehavingHorde({Route.IMAGE_STATS: stats_of({"Named": 3})}) as horde,
        open_engine(
            horde.settings(sources=sources(tmp_path, STYLES), data_dir=tmp_path / "data", cache_ttl_seconds=0)
        ) as engine,
    ):
        counts = []
        for styles in (STYLES, STYLES | {"c": {"model": "Named"}}):
            (tmp_path / "styles.json").write_text(json.dumps(styles))
            rows = respond(await engine.table(IMAGE), RiskQuery()).models
            counts.append({row.name: row.style_count for row in rows})
        text = await engine.curation_facts(TEXT)
    assert counts == [{"Named": 2, "Unnamed": 0}, {"Named": 3, "Unnamed": 0}]
    assert text[0].styles is not None
    assert text[0].styles.models == {}
