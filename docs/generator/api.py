"""The HTTP API, read off its OpenAPI document, and an example answer."""

from __future__ import annotations

import asyncio
import json
import re
from functools import lru_cache
from typing import Any

from docs.generator import sample
from docs.generator.markup import code, fenced, table

from horde_model_reference.analytics.risk_query import BY_REMOVAL, RiskQuery
from horde_model_reference.analytics.risk_response import respond, respond_for_model
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.demo import SimulatedHorde, demo_clock, demo_settings
from horde_model_reference.demo.engine import open_demo_engine
from horde_model_reference.reports.json_report import to_json
from horde_model_reference.service.app import create_app
from horde_model_reference.service.metrics import Instruments
from horde_model_reference.service.tables import CurrentTables

STATISTICS = "/api/model_references/statistics"
RISK = f"{STATISTICS}/{{model_category_name}}/deletion-risk"
EXAMPLE_MODEL = "Umbra Noir"


@lru_cache
def openapi() -> dict[str, Any]:
    """Return the OpenAPI document."""
    return create_app(demo_settings(), SimulatedHorde()).openapi()


def routes() -> str:
    """Return every public route."""
    rows = [
        (f"{method.upper()} {code(path)}", f"{operation['summary']}.")
        for path, operations in openapi()["paths"].items()
        for method, operation in operations.items()
    ]
    return table(("route", "answer"), rows)


def parameters() -> str:
    """Return the parameters of the deletion-risk route."""
    rows = []
    for parameter in openapi()["paths"][RISK]["get"]["parameters"]:
        schema = parameter["schema"]
        default = "" if schema.get("default") is None else code(json.dumps(schema["default"]).strip('"'))
        where = "path" if parameter["in"] == "path" else ""
        rows.append((code(parameter["name"]), where or _type(schema), default, parameter["description"]))
    return table(("parameter", "type", "default", "meaning"), rows)


def _type(schema: dict[str, Any]) -> str:
    """Return a JSON schema's type in words."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(_type, schema["anyOf"])))
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        found = openapi()["components"]["schemas"][name]
        return "string" if found.get("type") == "string" else f"[{name}](#{name.lower()})"
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if schema.get("format") == "date-time":
        return "time"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_type(schema['additionalProperties'])}"
    return str(schema["type"])


def shown_schemas() -> list[str]:
    """Return the names of all schemas that answers consist of, the deletion-risk route's first."""
    paths = openapi()["paths"]
    operations = [operation for path in (RISK, *paths) for operation in paths[path].values()]
    ahead = [name for operation in operations for name in _named(operation["responses"].get("200", {}))]
    found: list[str] = []
    while ahead:
        name = ahead.pop(0)
        schema = openapi()["components"]["schemas"][name]
        if name not in found and "properties" in schema:
            found.append(name)
            ahead = [*_named(schema["properties"]), *ahead]
    return found


def _named(value: object) -> list[str]:
    """Return the names of the schemas that a part of the document refers to, in order."""
    return re.findall(r"#/components/schemas/(\w+)", json.dumps(value))


def schemas() -> str:
    """Return the fields of every answer."""
    return "\n\n".join(map(_schema, shown_schemas()))


def _schema(name: str) -> str:
    schema = openapi()["components"]["schemas"][name]
    fields = dict(schema["properties"])
    above = _extended(name)
    if above:
        fields = {field: kind for field, kind in fields.items() if field not in schema_fields(above)}
    rows = [(code(field), _type(kind), kind.get("description", "")) for field, kind in fields.items()]
    says = f"{schema.get('description', '')}{f' All fields of [{above}](#{above.lower()}), and:' if above else ''}"
    return f"### {name}\n\n{says}\n\n{table(('field', 'type', 'meaning'), rows)}"


def _extended(name: str) -> str:
    return "ModelDeletionRiskInfo" if name == "ModelDeletionRiskDetail" else ""


def schema_fields(name: str) -> list[str]:
    """Return the names of a schema's fields."""
    return list(openapi()["components"]["schemas"][name]["properties"])


def example_answer() -> str:
    """Return one row of the sample as the endpoint answers it, laid out for reading."""
    query = RiskQuery(preset="zero_usage", sort=BY_REMOVAL, limit=1)
    answer = respond(sample.table(MODEL_REFERENCE_CATEGORY.image_generation), query)
    return fenced("json", _laid_out(json.loads(to_json(answer))))


def example_detail() -> str:
    """Return what the detail of a model adds to its row."""
    detail = respond_for_model(sample.table(MODEL_REFERENCE_CATEGORY.image_generation), EXAMPLE_MODEL)
    body = json.loads(to_json(detail))
    shown = {"name": body["name"], "risk_level": body["risk_level"]}
    shown |= {field: body[field] for field in ("evidence", "api_names")}
    return fenced("json", _laid_out(shown))


def _laid_out(value: object, depth: int = 0, room: int = 100) -> str:
    """Return JSON with every object that fits on a line on one."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + 2 * depth <= room or not isinstance(value, dict | list) or not value:
        return flat
    pad, end = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        lines = [f"{pad}{json.dumps(key)}: {_laid_out(found, depth + 1)}" for key, found in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{end}}}"
    return "[\n" + ",\n".join(f"{pad}{_laid_out(found, depth + 1)}" for found in value) + f"\n{end}]"


def metrics() -> str:
    """Return every figure of ``/api/metrics``."""

    async def scrape() -> str:
        async with open_demo_engine() as engine:
            tables = CurrentTables(engine.settings, demo_clock(), refreshed_in_background=False)
            return Instruments().exposition(engine, tables).decode()

    kinds: dict[str, str] = {}
    sentences: dict[str, str] = {}
    for line in asyncio.run(scrape()).splitlines():
        _, word, name, *rest = line.split(" ", 3) if line.startswith("# ") else ("", "", "", "")
        if word == "HELP":
            sentences[name] = rest[0]
        elif word == "TYPE":
            kinds[name] = rest[0]
    rows = [(code(name), kinds[name], says) for name, says in sentences.items() if not name.endswith("_created")]
    return table(("figure", "kind", "meaning"), rows)
