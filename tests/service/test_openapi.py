"""The OpenAPI document: whole, without doubles, and true."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from horde_model_reference.service.app import create_app
from horde_model_reference.service.openapi import HEADERS, SERVERS, examples
from horde_model_reference.settings import load_settings
from tests.support.service import BlockingClient

DOCUMENT: dict[str, Any] = create_app(load_settings()).openapi()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
VARIED = frozenset({"Link", "Retry-After", "X-Request-ID"})
"""Headers that an answer has only where there is something to say; one from memory has no identity in the log."""


def properties() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, schema in SCHEMAS.items():
        for field, found in schema.get("properties", {}).items():
            yield f"{name}.{field}", found


def described(schema: dict[str, Any]) -> bool:
    """Whether a schema says what it is, itself or where it refers to."""
    shared = SCHEMAS.get(schema.get("$ref", "").rpartition("/")[2], {})
    return bool(schema.get("description", "").strip() or shared.get("description", "").strip())


def test_every_field_has_a_description() -> None:
    assert [name for name, found in properties() if not described(found)] == []


def test_every_schema_has_a_description() -> None:
    assert [name for name, schema in SCHEMAS.items() if not schema.get("description", "").strip()] == []


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_parameter_has_a_description(operation: str) -> None:
    _, _, found = OPERATIONS[operation]
    assert [one["name"] for one in found.get("parameters", []) if not one.get("description", "").strip()] == []


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_has_an_example_that_fits_its_schema(operation: str) -> None:
    _, _, found = OPERATIONS[operation]
    (content,) = found["responses"]["200"]["content"].values()
    assert content["example"]
    schema = content.get("schema", {}) | {"components": DOCUMENT["components"]}
    assert [error.message for error in Draft202012Validator(schema).iter_errors(content["example"])] == []


def test_examples_are_those_of_operations() -> None:
    assert examples().keys() == OPERATIONS.keys()


def test_a_body_that_is_sent_has_an_example() -> None:
    bodies = [found["requestBody"]["content"] for _, _, found in OPERATIONS.values() if "requestBody" in found]
    assert bodies
    assert re.search(r'"examples"', json.dumps(SCHEMAS["PlanRequest"]))


def _meaning(schema: dict[str, Any]) -> str:
    """A schema without its words."""
    return json.dumps({key: value for key, value in schema.items() if key not in {"title", "description"}})


def test_one_meaning_has_one_schema() -> None:
    """Neither do two schemas have the same fields, nor is a list of words written out in a parameter."""
    alike = defaultdict(list)
    for name, schema in SCHEMAS.items():
        alike[_meaning(schema)].append(name)
    assert [names for names in alike.values() if len(names) > 1] == []
    assert [name for name in SCHEMAS if name.endswith(("-Input", "-Output"))] == []


def test_lists_of_words_are_written_once() -> None:
    written = [one["schema"] for _, _, found in OPERATIONS.values() for one in found.get("parameters", [])]
    assert not [schema for schema in written if "enum" in json.dumps(schema)]
    assert {"UsageCategory", "PresetChoice", "SortChoice", "RiskLevelChoice", "RecordSort"} <= SCHEMAS.keys()


def test_json_and_csv_take_the_same_parameters() -> None:
    _, _, as_json = OPERATIONS["read_v2_category_deletion_risk"]
    _, _, as_csv = OPERATIONS["read_v2_category_deletion_risk_csv"]
    assert as_json["parameters"] == as_csv["parameters"]


def test_the_servers_are_named() -> None:
    assert DOCUMENT["servers"] == SERVERS


def test_every_header_that_is_named_is_described() -> None:
    assert DOCUMENT["components"]["headers"].keys() == HEADERS.keys()
    named = set(re.findall(r"#/components/headers/([\w-]+)", json.dumps(DOCUMENT["paths"])))
    assert named == HEADERS.keys()


@pytest.mark.parametrize("operation", [name for name, (method, *_) in OPERATIONS.items() if method == "get"])
def test_answers_carry_the_headers_of_the_document(demo: BlockingClient, operation: str) -> None:
    _, path, found = OPERATIONS[operation]
    url = path.format(model_category_name="image_generation", model_name="Umbra Noir")
    answer = demo.get(url)
    assert answer.status_code == 200
    assert {name.lower() for name in found["responses"]["200"]["headers"]} - {name.lower() for name in VARIED} <= set(
        answer.headers
    )
    cached = "304" in found["responses"]
    assert cached == answer.headers.get("cache-control", "").startswith("public")


def test_lists_that_come_in_pages_lead_to_the_next(demo: BlockingClient) -> None:
    for operation, (_, path, found) in OPERATIONS.items():
        if "Link" in found["responses"]["200"].get("headers", {}):
            answer = demo.get(path.format(model_category_name="image_generation"), params={"limit": 1})
            assert 'rel="next"' in answer.headers["link"], operation
