"""Statistics over HTTP, and the former address of the deletion-risk route."""

from __future__ import annotations

import pytest

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from tests.support.older_shapes import STATISTICS as SHAPE
from tests.support.older_shapes import faults
from tests.support.service import STATISTICS, V2, BlockingClient, assert_problem


@pytest.mark.parametrize("category", MODEL_REFERENCE_CATEGORY)
@pytest.mark.parametrize("query", ["", "?group_text_models=true", "?limit=2&offset=1"])
def test_section_13_statistics_have_the_documented_shape(demo: BlockingClient, category: str, query: str) -> None:
    body = demo.get(f"{STATISTICS}/{category}{query}").json()
    assert faults(body, SHAPE) == []
    assert body["category"] == category


def test_counts_are_those_of_the_records(demo: BlockingClient) -> None:
    for category in ("image_generation", "text_generation"):
        body, records = demo.get(f"{STATISTICS}/{category}").json(), demo.get(f"{V2}/{category}").json()
        assert body["total_models"] == len(records)
        assert body["nsfw_count"] == sum(bool(record["nsfw"]) for record in records.values())
        by_baseline = {name: share["count"] for name, share in body["baseline_distribution"].items()}
        named = [record["baseline"] for record in records.values() if record.get("baseline")]
        assert by_baseline == {baseline: named.count(baseline) for baseline in set(named)}


def test_families_are_those_of_the_deletion_risk_route(demo: BlockingClient) -> None:
    families = demo.get(f"{STATISTICS}/text_generation/deletion-risk?group_text_models=true").json()["total_count"]
    assert demo.get(f"{STATISTICS}/text_generation?group_text_models=true").json()["total_models"] == families


def test_statistics_are_answered_from_memory(demo: BlockingClient) -> None:
    first = demo.get(f"{STATISTICS}/image_generation")
    assert first.headers["cache-control"].startswith("public, max-age=")
    again = demo.get(f"{STATISTICS}/image_generation", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("query", ["?limit=0", "?offset=-1", "?limit=x"])
def test_a_malformed_page_is_a_problem(demo: BlockingClient, query: str) -> None:
    assert_problem(demo.get(f"{STATISTICS}/image_generation{query}"), 422, "parameters_malformed")


@pytest.mark.parametrize("query", ["", "?preset=critical&limit=3"])
def test_section_13_the_former_address_leads_to_the_deletion_risk_route(demo: BlockingClient, query: str) -> None:
    answer = demo.get(f"{STATISTICS}/image_generation/audit{query}")
    assert answer.status_code == 308
    followed = demo.get(f"{STATISTICS}/image_generation/audit{query}", follow_redirects=True)
    assert followed.json() == demo.get(f"{STATISTICS}/image_generation/deletion-risk{query}").json()
    assert_problem(demo.get(f"{STATISTICS}/nonsense/audit"), 422, "parameters_malformed")
