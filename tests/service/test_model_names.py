"""Names of models in paths (rule 13)."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from horde_model_reference.service.model_names import ANY_TEXT


@pytest.mark.parametrize("name", ["a/b", "a//b", "/a", "a/", "a\nb", "50%41", "?x#y", "ä b"])
async def test_a_path_carries_any_name(name: str) -> None:
    app = FastAPI()

    @app.get(f"/model/{{name:{ANY_TEXT}}}")
    async def model(name: str) -> str:
        return name

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        assert (await client.get(f"/model/{quote(name, safe='')}")).json() == name
