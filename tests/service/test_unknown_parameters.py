"""Query parameters that a route does not have."""

from __future__ import annotations

from typing import Any

import pytest

from horde_model_reference.service.problems import MOST_FAULTS
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.service import IMAGE_RISK, STATISTICS, TEXT_RISK, V2, BlockingClient, assert_problem

TELLING = (IMAGE_RISK, TEXT_RISK, f"{STATISTICS}/image_generation/attribution", f"{V2}/search", f"{V2}/lora/search")
"""Routes whose body has warnings."""
SILENT = (
    f"{IMAGE_RISK}.csv",
    f"{IMAGE_RISK}/Lantern",
    f"{STATISTICS}/image_generation",
    f"{STATISTICS}/image_generation/with-stats",
    f"{STATISTICS}/image_generation/changes",
    f"{V2}/image_generation/popular",
    f"{V2}/image_generation",
    f"{V2}/model_categories",
)


@pytest.mark.parametrize("url", TELLING)
def test_an_unknown_parameter_is_a_warning_that_proposes_the_nearest(demo: BlockingClient, url: str) -> None:
    plain, warned = demo.get(url).json(), demo.get(f"{url}?stritc=true&zzzzzz=1").json()
    told = warned["warnings"][len(plain["warnings"]) :]
    assert [warning["code"] for warning in told] == ["parameter_unknown"] * 2
    assert told[0]["message"] == "There is no parameter 'stritc'; the nearest is strict."
    assert told[1]["message"] == "There is no parameter 'zzzzzz'."
    told_of_request: dict[str, Any] = {"warnings": [], "next": None}
    assert plain | told_of_request == warned | told_of_request, "a parameter that does not exist changes nothing"


@pytest.mark.parametrize("url", [*TELLING, *SILENT])
def test_a_strict_request_with_an_unknown_parameter_is_malformed(demo: BlockingClient, url: str) -> None:
    assert demo.get(f"{url}?strict=true").status_code == 200
    assert demo.get(f"{url}?stritc=true").status_code == 200
    body = assert_problem(demo.get(f"{url}?strict=true&offsett=1"), 422, "parameters_malformed")
    assert body["errors"][0]["parameter"] == "offsett"
    assert "There is no parameter 'offsett'" in body["detail"]


def test_every_parameter_that_is_documented_is_known(demo: BlockingClient) -> None:
    asked = "limit=1&offset=0&group_text_models=true&preset=&sort=name&search=&risk_level=&baseline=&host="
    assert demo.get(f"{TEXT_RISK}?{asked}&strict=true").status_code == 200
    assert demo.get(f"{V2}/lora/search?tags_any=a&tags_any=b&sort_desc=true&strict=true").status_code == 200


@pytest.mark.parametrize("name", HOSTILE_NAMES.values())
def test_rule_13_hostile_names_are_told_inert(demo: BlockingClient, name: str) -> None:
    answer = demo.get(IMAGE_RISK, params={name: "1"})
    assert answer.status_code == 200
    assert not ACTIVE.search(answer.text)


def test_section_14_a_bounded_number_is_told(demo: BlockingClient) -> None:
    plain = len(demo.get(IMAGE_RISK).json()["warnings"])
    query = "&".join(f"x{number}=1" for number in range(3 * MOST_FAULTS))
    assert len(demo.get(f"{IMAGE_RISK}?{query}").json()["warnings"]) == plain + MOST_FAULTS
