"""The public front end of the older implementation: the requests that it makes of our service, and the fields it reads.

The sequence and the fields were taken from watching it; see docs/how-to/connect-a-front-end.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.older_shapes import (
    HEARTBEAT,
    RECORDS,
    REPLICATE_MODE,
    STATISTICS,
    TEXT_RECORDS,
    WITH_STATS,
    Schema,
    faults,
)
from tests.support.service import BlockingClient

ROOT = "/api/model_references"


@dataclass
class FrontEnd:
    """A front end: it keeps what it read, and computes its tiles and rows from that."""

    client: BlockingClient
    asked: list[str] = field(default_factory=list)

    def read(self, path: str, schema: Schema, **params: str) -> Any:
        answer = self.client.get(path, params=params, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.text)
        assert "degraded" not in answer.headers
        body = answer.json()
        assert faults(body, schema) == []
        self.asked.append(path)
        return body

    def online(self) -> bool:
        """Whether it leaves its "Degraded Mode"."""
        mode = self.read("/api/replicate_mode", REPLICATE_MODE)
        heartbeat = self.read("/api/heartbeat", HEARTBEAT)
        assert (mode["replicate_mode"], mode["canonical_format"], mode["writable"]) == ("REPLICA", "v2", False)
        return heartbeat["status"] == "ok" and not heartbeat["ai_horde"]["degraded"]

    def rows(self, category: str) -> list[dict[str, Any]]:
        """The rows of its table: records joined with usage by name."""
        records = self.read(f"{ROOT}/v2/{category}", TEXT_RECORDS if category == "text_generation" else RECORDS)
        usage = self.read(f"{ROOT}/statistics/{category}/with-stats", WITH_STATS, include_backend_variations="true")
        return [record | {"usage": usage[name]} for name, record in records.items()]

    def tiles(self, category: str, **params: str) -> Mapping[str, float]:
        """Its tiles, which take null for 0 and must not be NaN."""
        found = self.read(f"{ROOT}/statistics/{category}", STATISTICS, **params)
        downloads = found["download_stats"] or {}
        shares = {
            name: share["count"] / found["total_models"] * 100 for name, share in found["baseline_distribution"].items()
        }
        return {
            "nsfw": found["nsfw_count"] / found["total_models"] * 100,
            "bytes": float(downloads.get("total_size_bytes") or 0),
            **shares,
        }

    def risks(self, category: str, **params: str) -> list[dict[str, Any]]:
        """The rows of its page of risks, asked for at the former address."""
        body = self.read(f"{ROOT}/statistics/{category}/audit", {"required": ["models", "summary"]}, **params)
        for row in body["models"]:
            assert {"deletion_risk_flags", "risk_score", "usage_trend", "is_critical", "has_warning"} <= row.keys()
        assert body["summary"]["total_models"] == len(body["models"])
        models: list[dict[str, Any]] = body["models"]
        return models


@pytest.fixture
def front_end(demo: BlockingClient) -> FrontEnd:
    return FrontEnd(demo)


@pytest.mark.parametrize("category", ["image_generation", "text_generation"])
def test_section_13_it_shows_the_ungrouped_pages(front_end: FrontEnd, category: str) -> None:
    assert front_end.online()
    rows = front_end.rows(category)
    risks = front_end.risks(category, include_backend_variations="true")
    assert {row["name"] for row in rows} == {row["name"] for row in risks}
    by_name = {row["name"]: row for row in rows}
    for risk in risks:
        assert by_name[risk["name"]]["usage"]["usage_stats"]["month"] == risk["usage_month"]
    assert all(math.isfinite(value) for value in front_end.tiles(category).values())
    assert len(front_end.asked) == 6


def test_section_13_it_joins_the_grouped_page_by_text_model_group(front_end: FrontEnd) -> None:
    rows = front_end.rows("text_generation")
    families = {row["name"]: row for row in front_end.risks("text_generation", group_text_models="true")}
    assert {row["text_model_group"] for row in rows} == families.keys()
    for name, family in families.items():
        members = [row for row in rows if row["text_model_group"] == name]
        assert [row["name"] for row in sorted(members, key=lambda row: str(row["name"]))] == family["members"]
        month = sum(row["usage"]["usage_stats"]["month"] for row in members)
        assert month == family["usage_month"]
    tiles = front_end.tiles("text_generation", group_text_models="true")
    assert all(math.isfinite(value) for value in tiles.values())


def test_section_13_it_opens_one_model_and_searches(front_end: FrontEnd) -> None:
    for category in ("image_generation", "text_generation"):
        name = front_end.rows(category)[0]["name"]
        record = front_end.read(f"{ROOT}/v2/{category}/model/{name}", {"required": ["name"]})
        assert record["name"] == name
        search = f"{ROOT}/v2/{category}/search"
        found = front_end.read(search, {"required": ["results", "total", "has_more"]}, name_contains=name)
        assert name in {each["name"] for each in found["results"]}
