"""The service as its clients see it: the app with its lifespan run, asked over ASGI, in a world of a test's making."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.clock import Clock
from horde_model_reference.demo import SimulatedHorde, demo_clock, demo_settings
from horde_model_reference.demo.past import make_demo_history
from horde_model_reference.service.app import create_service
from horde_model_reference.service.problems import MEDIA_TYPE
from horde_model_reference.settings import ENV_PREFIX
from tests.support.builders import MODIFIED, record
from tests.support.misbehaving_horde import MisbehavingHorde, Route

STATISTICS = "/api/model_references/statistics"
V2 = "/api/model_references/v2"
IMAGE_RISK = f"{STATISTICS}/image_generation/deletion-risk"
TEXT_RISK = f"{STATISTICS}/text_generation/deletion-risk"

NOTHING_ELSE = {"styles": "", "image_history": ""}
"""Sources that are no catalogues, and that would be read from the network."""

PROBLEM_KEYS = {"type", "title", "status", "detail", "code"}


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """Run an app's lifespan, as a server does, and give a client of it."""
    async with _running(app) as running:
        transport = httpx.ASGITransport(running, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


class BlockingClient:
    """A client that waits for every answer, for the many tests that can share one service."""

    def __init__(self, client: httpx.AsyncClient, runner: asyncio.Runner) -> None:
        self._client = client
        self._runner = runner

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Ask for something; the parameters are those of httpx."""
        return self._runner.run(self._client.request(method, url, **options))

    def get(self, url: str, **options: Any) -> httpx.Response:
        """Ask by GET."""
        return self.request("GET", url, **options)


@contextmanager
def serving_blocking(app: ASGIApp) -> Iterator[BlockingClient]:
    """Do what :func:`serving` does, for tests without an event loop."""
    with asyncio.Runner() as runner:
        service = serving(app)
        client = runner.run(service.__aenter__())
        try:
            yield BlockingClient(client, runner)
        finally:
            runner.run(service.__aexit__(None, None, None))


@contextmanager
def serving_the_sample() -> Iterator[BlockingClient]:
    """Serve the bundled sample as ``serve --demo`` does, whatever the environment says."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(ENV_PREFIX)]:
            patch.delenv(name)
        service = create_service(
            demo_settings(), SimulatedHorde(), hydrate=False, make_history=make_demo_history, clock=demo_clock()
        )
    with serving_blocking(service) as client:
        yield client


@asynccontextmanager
async def _running(app: ASGIApp) -> AsyncIterator[ASGIApp]:
    """Speak the lifespan protocol, and hand the app's state to every request."""
    state: dict[str, Any] = {}
    said_to, said_by = asyncio.Queue[Message](), asyncio.Queue[Message]()

    async def live() -> None:
        await app({"type": "lifespan", "state": state}, said_to.get, said_by.put)

    async def phase(name: str) -> None:
        await said_to.put({"type": f"lifespan.{name}"})
        answer = await said_by.get()
        assert answer["type"] == f"lifespan.{name}.complete", answer.get("message")

    async def request(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": state.copy()}, receive, send)

    lifespan = asyncio.create_task(live())
    await phase("startup")
    try:
        yield request
    finally:
        await phase("shutdown")
        await lifespan


@dataclass(frozen=True)
class World:
    """A service, the Horde it asks, and the folder its catalogues are in."""

    client: httpx.AsyncClient
    horde: MisbehavingHorde
    folder: Path

    def write(self, category: MODEL_REFERENCE_CATEGORY, content: bytes) -> None:
        """Change a category's catalogue."""
        (self.folder / f"{category.value}.json").write_bytes(content)


@asynccontextmanager
async def a_world(
    folder: Path,
    *,
    image: bytes | None = None,
    text: bytes | None = None,
    payloads: Mapping[Route, Any] | None = None,
    more_sources: Mapping[str, str] | None = None,
    clock: Clock | None = None,
    **settings: Any,
) -> AsyncIterator[World]:
    """Run what ``serve`` runs, without the background, on these catalogues (by default of one model) and this Horde."""
    sources = write_catalogues(folder, image=image, text=text) | dict(more_sources or {})
    async with MisbehavingHorde(payloads) as horde:
        built = horde.settings(sources=sources, data_dir=folder / "data", **settings)
        async with serving(create_service(built, hydrate=False, clock=clock)) as client:
            yield World(client, horde, folder)


def catalogue_bytes(models: Mapping[str, Mapping[str, Any]] | list[str]) -> bytes:
    """Return a v2 catalogue file of these models; a list of names makes each a sound record."""
    records = models if isinstance(models, Mapping) else {name: {} for name in models}
    return json.dumps({name: record(**fields) for name, fields in records.items()}).encode()


def write_catalogues(folder: Path, *, image: bytes | None = None, text: bytes | None = None) -> dict[str, str]:
    """Write a catalogue of ``MODIFIED`` for every category, empty but for these two, and return the sources."""
    contents = dict.fromkeys((category.value for category in MODEL_REFERENCE_CATEGORY), b"{}") | {
        "image_generation": catalogue_bytes(["Deliberate"]) if image is None else image,
        "text_generation": catalogue_bytes(["Sao10K/Stheno"]) if text is None else text,
    }
    for category, content in contents.items():
        path = folder / f"{category}.json"
        path.write_bytes(content)
        os.utime(path, (MODIFIED.timestamp(), MODIFIED.timestamp()))
    return {category: str(folder / f"{category}.json") for category in contents} | NOTHING_ELSE


def without_times(body: bytes) -> bytes:
    """Return a JSON body without the times at which the Horde was asked."""
    return re.sub(rb'"(status|stats)_fetched_at":"[^"]+"', rb'"\1_fetched_at":""', body)


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is this problem, in the shape of RFC 9457, and return its body."""
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body.get("code")) == (status, code), body
    assert answer.headers["content-type"].partition(";")[0] == MEDIA_TYPE
    assert PROBLEM_KEYS <= body.keys() <= PROBLEM_KEYS | {"errors"}
    assert body["status"] == status
    assert all(isinstance(body[key], str) and body[key] for key in PROBLEM_KEYS - {"status"})
    assert ("errors" in body) == (status == 422)
    return body
