"""Limits of a request, and what every answer carries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from horde_model_reference.catalogue.formats import parse_catalogue
from horde_model_reference.service.app import create_service
from horde_model_reference.service.guard import GRACE, MAX_BODY_BYTES, MOST_BODY_VALUES, Guard
from horde_model_reference.settings import Settings, load_settings
from tests.support.builders import TEXT
from tests.support.clock import steered_timers
from tests.support.misbehaving_horde import NO_HEADERS, Route
from tests.support.service import (
    IMAGE_RISK,
    TEXT_RISK,
    V2,
    BlockingClient,
    a_world,
    assert_problem,
    serving,
    write_catalogues,
)

ORIGIN = "https://curators.example"
PLAN = f"{V2}/image_generation/deletion-plan"
FORM = "application/x-www-form-urlencoded"
SECURITY_HEADERS = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer"}


class Inner:
    """An app that answers when told to, or breaks."""

    def __init__(self, *, starts: bool = True, breaks: bool = False) -> None:
        self.starts = starts
        self.breaks = breaks
        self.arrivals = asyncio.Semaphore(0)
        self.go_on = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.arrivals.release()
        if self.starts:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        if self.breaks:
            raise RuntimeError("a surprise")
        await self.go_on.wait()
        if not self.starts:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


def guarded(inner: Inner, settings: Settings) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(Guard(inner, settings)), base_url="http://test")


# Limits.


@pytest.mark.parametrize("path", ["/api/heartbeat", IMAGE_RISK, "/nowhere"])
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
async def test_a_url_that_is_too_long_is_refused(tmp_path: Path, path: str, method: str) -> None:
    settings = load_settings(sources=write_catalogues(tmp_path), max_url_bytes=300)
    async with serving(create_service(settings, hydrate=False)) as client:
        for url in (f"{path}?search={'x' * 300}", f"{path}/{'x' * 300}", f"{path}?a={'%20' * 100}"):
            answer = await client.request(method, url)
            assert answer.status_code == 414
            if method != "HEAD":
                assert "300" in assert_problem(answer, 414, "url_too_long")["detail"]


@pytest.mark.parametrize(("length", "status"), [(256, 200), (257, 414)])
async def test_a_url_may_be_as_long_as_the_setting_says(length: int, status: int) -> None:
    inner = Inner()
    inner.go_on.set()
    url = "/x?" + "y" * (length - 2)  # the mark between path and query does not count
    async with guarded(inner, load_settings(max_url_bytes=256)) as client:
        assert (await client.get(url)).status_code == status


async def in_pieces(content: bytes) -> AsyncIterator[bytes]:
    """A body whose length is not told beforehand."""
    for at in range(0, len(content), 2**16):
        yield content[at : at + 2**16]


@pytest.mark.parametrize("sent", [lambda content: content, in_pieces], ids=["told", "in pieces"])
@pytest.mark.parametrize(
    ("path", "media_type"),
    [(PLAN, "application/json"), ("/plan/image_generation", FORM), ("/plan/image_generation/deletion-plan.zip", FORM)],
)
async def test_a_body_that_is_too_long_is_refused(tmp_path: Path, sent: Any, path: str, media_type: str) -> None:
    """And the longest that is not, is read."""
    async with a_world(tmp_path) as world:

        async def answer(length: int) -> httpx.Response:
            headers = {"Content-Type": media_type}
            return await world.client.post(path, content=sent(b" " * length), headers=headers)

        problem = assert_problem(await answer(MAX_BODY_BYTES + 1), 413, "body_too_large")
        assert f"{MAX_BODY_BYTES:,}" in problem["detail"]
        assert (await answer(MAX_BODY_BYTES)).status_code != 413


async def test_a_body_whose_length_is_told_is_refused_unread(tmp_path: Path) -> None:
    """What would be read here is short."""
    headers = {"Content-Type": "application/json", "Content-Length": str(MAX_BODY_BYTES + 1)}
    async with a_world(tmp_path) as world:
        answer = await world.client.post(PLAN, content=in_pieces(b"{}"), headers=headers)
    assert_problem(answer, 413, "body_too_large")


@pytest.mark.parametrize("sent", [lambda content: content, in_pieces], ids=["told", "in pieces"])
async def test_a_body_of_too_many_values_is_refused_before_it_is_parsed(tmp_path: Path, sent: Any) -> None:
    """Design section 14: half a second of parsing is half a second in which nobody else is answered."""
    async with a_world(tmp_path) as world:

        async def answer(values: int) -> httpx.Response:
            headers = {"Content-Type": "application/json"}
            return await world.client.post(PLAN, content=sent(b"[]," * (values // 2)), headers=headers)

        problem = assert_problem(await answer(MOST_BODY_VALUES + 2), 413, "body_too_large")
        assert f"{MOST_BODY_VALUES:,} values" in problem["detail"]
        assert (await answer(MOST_BODY_VALUES)).status_code == 422


async def test_a_form_that_is_too_long_is_told_to_people(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        form = {"select": "x" * MAX_BODY_BYTES}
        page = await world.client.post("/plan/image_generation", data=form, headers={"Accept": "text/html"})
    assert page.status_code == 413
    assert "<code>body_too_large</code>" in page.text


def test_the_plan_of_every_real_model_is_short_enough(shared_data: Path) -> None:
    """With a reason beside each, in the longer of the two forms that a plan is asked in."""
    content = (shared_data / "catalogue" / "models.csv").read_bytes()
    names = parse_catalogue(content, TEXT, "models.csv").records
    fields = [field for name in names for field in (("select", name), (f"override:{name}", "a reason " * 5))]
    assert len(urlencode(fields)) < MAX_BODY_BYTES / 5


async def test_too_many_requests_at_once_are_refused_and_none_after(tmp_path: Path) -> None:
    """What is answered from memory does not count, and that the service lives is told all the same."""
    patient: dict[str, Any] = {"horde_api_timeout": 60, "request_deadline_seconds": 60}
    async with a_world(tmp_path, max_concurrent_requests=2, **patient) as world:
        assert (await world.client.get(TEXT_RISK)).status_code == 200
        world.horde.always(Route.IMAGE_STATS, NO_HEADERS)
        waiting = [asyncio.create_task(world.client.get(f"{IMAGE_RISK}?limit={limit}")) for limit in (1, 2)]
        await world.horde.asked(Route.IMAGE_STATS)
        for url in (IMAGE_RISK, "/api/readiness"):
            refused = await world.client.get(url)
            assert_problem(refused, 503, "service_busy")
            assert int(refused.headers["retry-after"]) >= 1
        for url in ("/api/heartbeat", "/api/metrics"):
            assert (await world.client.get(url)).status_code == 200
        assert (await world.client.get(TEXT_RISK)).status_code == 200
        world.horde.release.set()
        assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [200, 200]
        assert (await world.client.get("/api/heartbeat")).status_code == 200


async def test_a_request_that_breaks_or_is_given_up_makes_room_for_the_next() -> None:
    inner = Inner(starts=False)
    async with guarded(inner, load_settings(max_concurrent_requests=1)) as client:
        given_up = asyncio.create_task(client.get("/x"))
        await inner.arrivals.acquire()
        given_up.cancel()
        await asyncio.wait([given_up])
        inner.breaks = True
        with pytest.raises(RuntimeError):
            await client.get("/x")
        inner.breaks = False
        inner.go_on.set()
        assert (await client.get("/x")).status_code == 200


async def overdue(inner: Inner) -> httpx.Response:
    """Ask for something, and let all the time go by that a request has."""
    settings = load_settings(request_deadline_seconds=60)
    async with guarded(inner, settings) as client:
        with steered_timers() as wait:
            asking = asyncio.create_task(client.get("/x"))
            await inner.arrivals.acquire()
            wait(60 + GRACE)
            return await asking


async def test_a_request_that_never_ends_is_ended() -> None:
    answer = await overdue(Inner(starts=False))
    assert_problem(answer, 503, "deadline_exceeded")
    assert int(answer.headers["retry-after"]) >= 1
    assert SECURITY_HEADERS.items() <= answer.headers.items()


async def test_an_answer_that_has_begun_is_not_begun_again() -> None:
    with pytest.raises(TimeoutError):  # the server then breaks the connection
        await overdue(Inner(starts=True))


async def test_what_breaks_halfway_is_left_to_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    async with guarded(Inner(starts=True, breaks=True), load_settings()) as client:
        with pytest.raises(RuntimeError):
            await client.get("/x")


# Headers.


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("GET", "/api/heartbeat", 200),
        ("HEAD", "/api/heartbeat", 200),
        ("GET", IMAGE_RISK, 200),
        ("GET", f"{TEXT_RISK}.csv", 200),
        ("GET", "/api/metrics", 200),
        ("GET", "/api/docs", 200),
        ("GET", "/api/docs/assets/swagger-ui.css", 200),
        ("GET", "/api/openapi.json", 200),
        ("GET", "/nowhere", 404),
        ("POST", IMAGE_RISK, 405),
        ("OPTIONS", IMAGE_RISK, 405),
        ("GET", f"{IMAGE_RISK}?limit=0", 422),
        ("GET", f"{IMAGE_RISK}?sort=nonsense", 400),
        ("GET", f"{IMAGE_RISK}?search={'x' * 9000}", 414),
    ],
)
def test_every_answer_carries_the_security_headers(demo: BlockingClient, method: str, url: str, status: int) -> None:
    """And none twice; and no script may run in any of them but the documentation page's own."""
    for answer in (demo.request(method, url), demo.request(method, url)):
        assert answer.status_code == status
        assert SECURITY_HEADERS.items() <= answer.headers.items()
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert ("script-src" in answer.headers["content-security-policy"]) == (url == "/api/docs")
        names = [name.lower() for name, _ in answer.headers.multi_items()]
        assert len(names) == len(set(names))
        assert "server" not in names


@pytest.mark.parametrize("url", [IMAGE_RISK, f"{TEXT_RISK}.csv"])
def test_that_nothing_has_changed_carries_them_too(demo: BlockingClient, url: str) -> None:
    whole = demo.get(url)
    unchanged = demo.get(url, headers={"If-None-Match": whole.headers["etag"]})
    assert unchanged.status_code == 304
    of_the_body = {"content-type", "content-length", "content-encoding", "content-disposition", "date", "x-request-id"}
    assert set(unchanged.headers) == set(whole.headers) - of_the_body
    assert all(unchanged.headers[name] == whole.headers[name] for name in unchanged.headers if name != "cache-control")


async def test_every_answer_of_the_framework_has_its_own_request_id(tmp_path: Path) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise RuntimeError("a surprise")

    settings = load_settings(sources=write_catalogues(tmp_path))
    async with serving(create_service(settings, httpx.MockTransport(broken), hydrate=False)) as client:
        answers = [await client.get(url) for url in ("/api/heartbeat", "/api/heartbeat", "/nowhere", IMAGE_RISK)]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 500]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == 4
    assert all(len(each) == 32 for each in ids)
    assert SECURITY_HEADERS.items() <= answers[-1].headers.items()


# Other sites' pages.


@pytest.mark.parametrize("origin", [ORIGIN, "https://evil.example", "null"])
def test_no_page_of_another_site_may_read_by_default(demo: BlockingClient, origin: str) -> None:
    for url in (IMAGE_RISK, IMAGE_RISK, "/api/heartbeat", "/nowhere"):
        answer = demo.get(url, headers={"Origin": origin})
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    preflight = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    assert demo.request("OPTIONS", IMAGE_RISK, headers=preflight).status_code == 405


async def test_only_pages_of_configured_origins_may_read(tmp_path: Path) -> None:
    """Also what is answered from memory, whoever asked for it first, and errors."""
    async with a_world(tmp_path, cors_allowed_origins=(ORIGIN,)) as world:
        for origin, allowed in ((ORIGIN, ORIGIN), ("https://evil.example", None), (None, None)) * 2:
            for url, status in ((IMAGE_RISK, 200), ("/api/heartbeat", 200), (f"{IMAGE_RISK}/none", 404)):
                answer = await world.client.get(url, headers={"Origin": origin} if origin else {})
                assert answer.status_code == status
                assert answer.headers.get("access-control-allow-origin") == allowed
                assert "access-control-allow-credentials" not in answer.headers
                if origin is not None:
                    assert "Origin" in answer.headers["vary"]
        readable = answer.headers
        etag = (await world.client.get(IMAGE_RISK, headers={"Origin": ORIGIN})).headers["etag"]
        unchanged = await world.client.get(IMAGE_RISK, headers={"Origin": ORIGIN, "If-None-Match": etag})
        assert unchanged.status_code == 304
        assert unchanged.headers["access-control-allow-origin"] == ORIGIN
        conditional = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"}
        assert (await world.client.options(IMAGE_RISK, headers={"Origin": ORIGIN} | conditional)).status_code == 200
        assert {"etag", "retry-after"} <= set(unchanged.headers["access-control-expose-headers"].lower().split(", "))
        assert readable is not None
        for method, status in (("GET", 200), ("DELETE", 400)):
            preflight = {"Origin": ORIGIN, "Access-Control-Request-Method": method}
            assert (await world.client.options(IMAGE_RISK, headers=preflight)).status_code == status


@pytest.mark.parametrize(("origin", "status"), [(ORIGIN, 200), ("https://evil.example", 400)])
async def test_pages_of_configured_origins_may_ask_for_plans(tmp_path: Path, origin: str, status: int) -> None:
    preflight = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    async with a_world(tmp_path, cors_allowed_origins=(ORIGIN,)) as world:
        assert (await world.client.options(PLAN, headers=preflight)).status_code == status
        plan = await world.client.post(PLAN, json={}, headers={"Origin": origin})
        refused = await world.client.post(PLAN, json={"select": ["nobody"]}, headers={"Origin": origin})
    assert (plan.status_code, refused.status_code) == (200, 404)
    assert (plan.headers.get("access-control-allow-origin") == ORIGIN) is (status == 200)
    assert (refused.headers.get("access-control-allow-origin") == ORIGIN) is (status == 200)


@pytest.mark.parametrize("origin", [ORIGIN, "https://evil.example", None])
async def test_every_answer_says_once_that_it_depends_on_the_origin(tmp_path: Path, origin: str | None) -> None:
    """First what the framework answers, then the same from memory; and what is never kept."""
    headers = {"Origin": origin} if origin else {}
    async with a_world(tmp_path, cors_allowed_origins=(ORIGIN,)) as world:
        for url in (IMAGE_RISK, IMAGE_RISK, "/plan/image_generation"):
            answer = await world.client.get(url, headers=headers)
            assert answer.headers.get_list("vary") == ["Accept-Encoding, Origin"]
        for url in ("/api/heartbeat", "/nowhere"):
            assert (await world.client.get(url, headers=headers)).headers.get_list("vary") == ["Origin"]
