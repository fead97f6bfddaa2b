"""Example bodies of all operations, as the service answers them from the bundled sample."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import httpx
from docs.generator import api
from docs.generator.sample import ENVIRONMENT

from horde_model_reference.demo import SimulatedHorde, demo_clock, demo_settings
from horde_model_reference.demo.past import make_demo_history
from horde_model_reference.service.app import create_app

CATEGORY = "image_generation"
MODEL = "Umbra Noir"

QUERIES: dict[str, str] = {
    "read_v2_category_changes": "?limit=1",
    "read_v2_category_changes_atom": "?limit=1",
    "read_v2_category_deletion_risk": "?limit=1",
    "read_v2_category_deletion_risk_csv": "?limit=1",
    "read_v2_model_deletion_risk_history": "?days=1",
    "search_v2_references": "?limit=1",
    "search_v2_reference": "?limit=1",
    "read_v2_popular_models": "?limit=1&include_workers=true",
    "read_v2_category_usage": "?include_workers=true",
}
"""The queries of operations that are asked for less than everything."""

BY_NAME = frozenset({"read_v2_reference", "read_v2_category_usage"})
"""Operations whose body is an object by model, of which one is shown."""

MOST_LINES = 2
"""Lines of a text that are shown."""


def bodies() -> str:
    """Return the file of examples: media type and body by operation, lists cut to their first entry."""
    with patch.dict(os.environ, ENVIRONMENT):
        return json.dumps(asyncio.run(_ask_all()), indent=1, ensure_ascii=False) + "\n"


async def _ask_all() -> dict[str, Any]:
    app = create_app(demo_settings(), SimulatedHorde(), make_history=make_demo_history, clock=demo_clock())
    async with app.router.lifespan_context(app) as built:
        state = dict(built or {})

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": state.copy()}, receive, send)

        transport = httpx.ASGITransport(with_state)
        async with httpx.AsyncClient(transport=transport, base_url="http://sample", timeout=600) as client:
            return {
                operation["operationId"]: await _example(client, method, path, operation["operationId"])
                for path, item in api.openapi()["paths"].items()
                for method, operation in item.items()
            }


async def _example(client: httpx.AsyncClient, method: str, path: str, operation: str) -> dict[str, Any]:
    url = path.format(model_category_name=CATEGORY, model_name=quote(MODEL)) + QUERIES.get(operation, "")
    answer = await client.request(method, url)
    answer.raise_for_status()
    media_type = answer.headers["content-type"].partition(";")[0]
    if media_type == "application/json":
        return {"media_type": media_type, "body": shortened(answer.json(), by_name=operation in BY_NAME)}
    return {"media_type": media_type, "body": "\n".join(answer.text.splitlines()[:MOST_LINES]) + "\n"}


def shortened(value: Any, *, by_name: bool = False) -> Any:
    """Return a body whose lists have at most one entry; where it is an object by name, that has one, too."""
    if isinstance(value, dict):
        fields = list(value.items())[:1] if by_name else value.items()
        return {name: shortened(part) for name, part in fields}
    return [shortened(part) for part in value[:1]] if isinstance(value, list) else value
