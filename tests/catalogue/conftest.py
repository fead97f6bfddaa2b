"""A web server and a client for the tests of sources."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from horde_model_reference.http_client import make_client
from tests.support.file_server import FileServer


@pytest.fixture
async def server() -> AsyncIterator[FileServer]:
    async with FileServer() as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with make_client(5.0) as opened:
        yield opened
