"""Parameters of routes: OpenAPI lists what they take, and the API takes what OpenAPI lists."""

from __future__ import annotations

from typing import Any

import pytest

from horde_model_reference.analytics.filter_presets import PRESETS
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import PARAMETERS, SORTS
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.demo import SimulatedHorde, demo_settings
from horde_model_reference.service.app import create_app
from horde_model_reference.service.parameters import OF_API, OF_PAGES

RISK = "/api/model_references/statistics/{model_category_name}/deletion-risk"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(demo_settings(), SimulatedHorde()).openapi()


@pytest.fixture(scope="module")
def schemas(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The schemas of the route's parameters, those of choices looked up."""
    shared = document["components"]["schemas"]
    found = {one["name"]: one["schema"] for one in document["paths"][RISK]["get"]["parameters"]}
    return {name: shared.get(schema.get("$ref", "").rpartition("/")[2], schema) for name, schema in found.items()}


@pytest.mark.parametrize("suffix", ["", ".csv"])
def test_every_parameter_of_queries_is_one_of_the_route(document: dict[str, Any], suffix: str) -> None:
    found = document["paths"][RISK + suffix]["get"]["parameters"]
    asked = [one["name"] for one in found if one["in"] == "query" and one["name"] != "strict"]
    assert asked == [parameter.name for parameter in PARAMETERS]
    assert all(one["description"] for one in found)


def test_the_choices_are_listed(schemas: dict[str, dict[str, Any]]) -> None:
    assert schemas["preset"]["enum"] == ["", *sorted(PRESETS)]
    assert schemas["sort"]["enum"] == list(SORTS)
    assert schemas["risk_level"]["enum"] == ["", *(level.value for level in reversed(RiskLevel))]


def test_routes_of_usage_list_the_categories_with_usage_alone(document: dict[str, Any]) -> None:
    asked = {
        path: (operation, next(one for one in operation["parameters"] if one["name"] == "model_category_name"))
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if "{model_category_name}" in path
    }
    schemas = {path: one["schema"]["$ref"].rpartition("/")[2] for path, (_, one) in asked.items()}
    refusing = {path for path, (operation, _) in asked.items() if "400" in operation["responses"]}
    with_usage = {path for path, name in schemas.items() if name == "UsageCategory"}
    # A search refuses a category without usage only where it asks for a backend.
    assert with_usage == refusing - {path for path in asked if path.endswith("/search")}
    assert set(schemas.values()) == {"UsageCategory", "MODEL_REFERENCE_CATEGORY"}
    assert document["components"]["schemas"]["UsageCategory"]["enum"] == [category.value for category in USAGE]
    assert document["components"]["schemas"]["MODEL_REFERENCE_CATEGORY"]["enum"] == list(MODEL_REFERENCE_CATEGORY)


def test_bounds_are_those_of_the_declaration(schemas: dict[str, dict[str, Any]]) -> None:
    assert schemas["offset"]["minimum"] == 0
    assert schemas["limit"]["anyOf"][0]["minimum"] == 1


def test_a_page_takes_the_parameters_of_the_api() -> None:
    assert [found.name for found in OF_PAGES] == [found.name for found in OF_API]
