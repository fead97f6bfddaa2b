"""Answers from memory: the same bytes as the framework's, for as long as their table is in service, within a bound."""

from __future__ import annotations

import asyncio
import gc
import random
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from horde_model_reference.demo import SimulatedHorde, demo_settings
from horde_model_reference.service import app as service_app
from horde_model_reference.service.app import create_app, create_service
from horde_model_reference.service.cacheable import ORIGIN, Origin
from horde_model_reference.service.encodings import ENCODERS
from horde_model_reference.service.metrics import Instruments
from horde_model_reference.service.response_cache import ResponseCache, matches
from horde_model_reference.service.response_store import RETRY_STALE_AFTER
from horde_model_reference.service.tables import ServedTable
from tests.service.test_encodings import DECODERS
from tests.support.builders import IMAGE, catalogue_of, observation_of, stats_of, table_of
from tests.support.clock import SteeredClock
from tests.support.curation import made_of
from tests.support.misbehaving_horde import NO_HEADERS, Route
from tests.support.service import (
    IMAGE_RISK,
    STATISTICS,
    TEXT_RISK,
    V2,
    BlockingClient,
    a_world,
    catalogue_bytes,
    serving_blocking,
    without_times,
)
from tests.support.waiting import eventually

NOW = 1_800_000_000.0
PLAIN = {"Accept-Encoding": "identity"}


async def raw(client: httpx.AsyncClient, url: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """An answer with its body as it was sent."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.stream("GET", url, headers=PLAIN | sent) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])


# The whole service.


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[BlockingClient, list[str]]]:
    """A client of the service on the bundled sample, and the URLs of the requests that reach the framework."""
    urls: list[str] = []

    def create_counted(*args: Any, **options: Any) -> ASGIApp:
        app = create_app(*args, **options)

        async def counting(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                urls.append(scope["path"] + ("?" + scope["query_string"].decode() if scope["query_string"] else ""))
            await app(scope, receive, send)

        return counting

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service_app, "create_app", create_counted)
        app = create_service(demo_settings(), SimulatedHorde(), hydrate=False)
    with serving_blocking(app) as client:
        yield client, urls


@pytest.fixture(scope="module")
def bare() -> Iterator[BlockingClient]:
    """A client of the app without any layer."""
    with serving_blocking(create_app(demo_settings(), SimulatedHorde())) as client:
        yield client


KEPT = [
    IMAGE_RISK,
    f"{TEXT_RISK}?group_text_models=true",
    f"{TEXT_RISK}?include_backend_variations=true&limit=1",
    f"{IMAGE_RISK}?preset=low_usage&sort=removal",
    f"{IMAGE_RISK}?search=",
    f"{TEXT_RISK}.csv",
    f"{IMAGE_RISK}/Lantern",
    f"{STATISTICS}/text_generation/attribution",
    f"{V2}/image_generation/deletion-risk",
    f"{V2}/text_generation",
    f"{V2}/image_generation/model/Lantern",
    f"{V2}/text_generation/search?tags_any=chat",
    f"{V2}/image_generation/popular?include_workers=true",
    f"{STATISTICS}/esrgan",
    f"{STATISTICS}/image_generation/with-stats",
]


@pytest.mark.parametrize("url", KEPT)
def test_the_second_answer_comes_from_memory_and_is_the_frameworks_own(
    service: tuple[BlockingClient, list[str]], bare: BlockingClient, url: str
) -> None:
    client, reached = service
    reached.clear()
    first, again = client.get(url, headers=PLAIN), client.get(url, headers=PLAIN)
    assert reached == [url]
    plain = bare.get(url)
    assert first.status_code == again.status_code == plain.status_code == 200
    assert first.content == again.content
    assert without_times(again.content) == without_times(plain.content)
    plain.headers.pop("content-length")  # Times are written in more or fewer digits.
    assert plain.headers.items() <= again.headers.items()
    assert int(again.headers["content-length"]) == len(again.content)
    assert first.headers["etag"] == again.headers["etag"]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (f"{IMAGE_RISK}?search=a", 200),
        (f"{IMAGE_RISK}.csv?search=a", 200),
        (f"{IMAGE_RISK}/no such model", 404),
        (f"{IMAGE_RISK}?preset=nonsense", 400),
        (f"{IMAGE_RISK}?limit=0", 422),
        (f"{STATISTICS}/clip/deletion-risk", 400),
        (f"{V2}/image_generation/search?name_contains=a", 200),
        (f"{V2}/search", 200),
        ("/api/heartbeat", 200),
        ("/api/metrics", 200),
        ("/api/openapi.json", 200),
        ("/api/docs", 200),
        ("/nowhere", 404),
    ],
)
def test_what_is_not_worth_keeping_is_asked_of_the_framework(
    service: tuple[BlockingClient, list[str]], url: str, status: int
) -> None:
    """Free-text searches would fill the memory; errors and the service's own figures must be of the moment."""
    client, reached = service
    reached.clear()
    assert [client.get(url).status_code for _ in range(2)] == [status] * 2
    assert len(reached) == 2


async def test_first_requests_at_once_cause_one_fetch_a_route_and_one_computation(tmp_path: Path) -> None:
    async with a_world(tmp_path, horde_api_timeout=60, request_deadline_seconds=60) as world:
        world.horde.all_routes(NO_HEADERS)
        urls = [f"{IMAGE_RISK}?limit={limit}" for limit in range(1, 5)] * 4
        asking = [asyncio.create_task(world.client.get(url)) for url in urls]
        for route in (Route.IMAGE_STATS, Route.IMAGE_STATUS, Route.TEXT_STATUS):
            await world.horde.asked(route)
        world.horde.release.set()
        answers = await asyncio.gather(*asking)
        figures = (await world.client.get("/api/metrics")).text
        assert world.horde.count() == 3
    assert {answer.status_code for answer in answers} == {200}
    assert 'table_computation_seconds_count{category="image_generation"} 1.0' in figures


def test_a_search_is_sent_like_any_answer(demo: BlockingClient) -> None:
    url = f"{IMAGE_RISK}?search=a"
    found = demo.get(url, headers={"Accept-Encoding": "gzip"})
    assert found.json()["total_count"] > 0
    assert found.headers["content-encoding"] == "gzip"
    again = demo.get(url, headers={"Accept-Encoding": "gzip", "If-None-Match": found.headers["etag"]})
    assert again.status_code == 304


async def test_new_figures_and_a_changed_catalogue_reach_who_asks_again(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"horde_api_cache_ttl": 0, "deletion_risk_cache_ttl": 0, "cache_ttl_seconds": 0}
    async with a_world(tmp_path, **settings) as world:
        first = await world.client.get(IMAGE_RISK)
        world.horde.payloads[Route.IMAGE_STATS] = stats_of({"Deliberate": 4711})
        second = await world.client.get(IMAGE_RISK, headers={"If-None-Match": first.headers["etag"]})
        world.write(IMAGE, catalogue_bytes(["Deliberate", "newer"]))
        third = await world.client.get(IMAGE_RISK)
    assert [answer.json()["models"][0]["usage_month"] for answer in (first, second, third)] == [20, 4711, 4711]
    assert [answer.json()["total_count"] for answer in (first, second, third)] == [1, 1, 2]


# The layer alone, before a framework of the test's.


def _nothing() -> None:
    pass


def publication(*, stale: bool = False, left: float = 100, serves_for: float | None = None) -> ServedTable:
    table = table_of(catalogue_of(["a"]), observation_of(stats_of({"a": 1})))
    table = replace(table, data_as_of=replace(table.data_as_of, stale=stale))
    serve_until = NOW + (left if serves_for is None else serves_for)
    return ServedTable(
        made=made_of(table, NOW),
        due_at=NOW + left,
        serve_until=serve_until,
        usable_until=NOW + 3600,
        renew=_nothing,
        renew_at=NOW + left,
    )


class Framework:
    """Answers every path with a body of its own, made from a publication."""

    def __init__(self, body: Callable[[str], bytes] = str.encode) -> None:
        self.publication = publication()
        self.body = body
        self.asked: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        url = scope["path"] + scope["query_string"].decode()
        self.asked.append(url)
        assert scope["method"] == "GET"
        origin = Origin(self.publication, keep=True)
        headers = [(b"content-type", b"text/plain"), (b"x-request-id", b"%d" % len(self.asked))]
        await send({"type": "http.response.start", "status": 200, "headers": headers, ORIGIN: origin})
        body = self.body(url)
        await send({"type": "http.response.body", "body": body[:3], "more_body": True})
        await send({"type": "http.response.body", "body": body[3:]})


@pytest.fixture
def clock() -> SteeredClock:
    return SteeredClock(seconds=NOW)


@pytest.fixture
def framework() -> Framework:
    return Framework()


def layer(framework: ASGIApp, clock: SteeredClock, max_bytes: int = 2**20) -> httpx.AsyncClient:
    hot = ResponseCache(framework, max_bytes=max_bytes, instruments=Instruments(), clock=clock)
    return httpx.AsyncClient(transport=httpx.ASGITransport(hot), base_url="http://test")


@pytest.mark.parametrize("encoding", ENCODERS)
async def test_every_encoding_has_its_own_strong_tag(framework: Framework, clock: SteeredClock, encoding: str) -> None:
    framework.body = lambda url: url.encode() * 500
    async with layer(framework, clock) as client:
        plain, body = await raw(client, "/x")
        encoded, encoded_body = await raw(client, "/x", Accept_Encoding=encoding)
        again, again_body = await raw(client, "/x", Accept_Encoding=encoding)
    assert framework.asked == ["/x"]
    assert DECODERS[encoding](encoded_body) == body == b"/x" * 500
    assert again_body == encoded_body
    assert encoded.headers.get("content-encoding", "identity") == encoding
    assert encoded.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert int(encoded.headers["content-length"]) == len(encoded_body)
    assert encoded.headers["etag"] == again.headers["etag"]
    assert encoded.headers["etag"].startswith('"')
    assert (encoded.headers["etag"] == plain.headers["etag"]) == (encoding == "identity")


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
async def test_who_asks_at_once_for_an_encoding_causes_one_compression(
    framework: Framework, clock: SteeredClock, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compressed: list[bytes] = []
    compress = ENCODERS[encoding]

    def counted(body: bytes) -> bytes:
        compressed.append(body)
        return compress(body)

    monkeypatch.setitem(ENCODERS, encoding, counted)
    async with layer(framework, clock) as client:
        answers = await asyncio.gather(*(client.get("/x", headers={"Accept-Encoding": encoding}) for _ in range(8)))
        answers += [await client.get("/x", headers={"Accept-Encoding": encoding}) for _ in range(2)]
    assert {answer.text for answer in answers} == {"/x"}
    assert compressed == [b"/x"]


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("{etag}", 304),
        ("W/{etag}", 304),
        ('"other", {etag}', 304),
        ('W/"other",W/{etag} , "more"', 304),
        ("*", 304),
        ("", 200),
        ('"other"', 200),
        ("{etag}x", 200),
        ("nonsense", 200),
    ],
)
async def test_who_has_it_already_is_told_so(
    framework: Framework, clock: SteeredClock, header: str, status: int, method: str, warm: bool
) -> None:
    async with layer(framework, clock) as client:
        etag = (await client.get("/x", headers=PLAIN)).headers["etag"]
    async with layer(framework, clock) as client:
        if warm:
            await client.get("/x", headers=PLAIN)
        sent = PLAIN | {"If-None-Match": header.format(etag=etag)}
        answer = await client.request(method, "/x", headers=sent)
    assert answer.status_code == status
    assert answer.headers["etag"] == etag
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"].startswith("public, max-age=100,")
    assert answer.content == (b"/x" if (status, method) == (200, "GET") else b"")
    assert ("content-type" in answer.headers) == (status == 200)


async def test_a_tag_of_another_encoding_is_another_thing(framework: Framework, clock: SteeredClock) -> None:
    async with layer(framework, clock) as client:
        tags = {
            encoding: (await client.get("/x", headers={"Accept-Encoding": encoding})).headers["etag"]
            for encoding in ENCODERS
        }
        for encoding, etag in tags.items():
            for other in ENCODERS:
                sent = {"Accept-Encoding": other, "If-None-Match": etag}
                assert (await client.get("/x", headers=sent)).status_code == (304 if other == encoding else 200)
            everything = {"Accept-Encoding": encoding, "If-None-Match": ", ".join(tags.values())}
            assert (await client.get("/x", headers=everything)).status_code == 304


async def test_header_lines_of_one_name_are_read_as_one(framework: Framework, clock: SteeredClock) -> None:
    async with layer(framework, clock) as client:
        etag = (await client.get("/x", headers={"Accept-Encoding": "gzip"})).headers["etag"]
        lines = [("Accept-Encoding", "gzip"), ("Accept-Encoding", "br"), ("If-None-Match", etag)]
        answer = await client.get("/x", headers=[*lines, ("If-None-Match", '"other"')])
    assert answer.status_code == 304


@pytest.mark.parametrize(
    ("header", "matched"), [(b'"a"', True), (b'"b"', False), (b"a", False), (b'"a', False), (b"", False), (b"*", True)]
)
def test_tags_are_compared_whole(header: bytes, matched: bool) -> None:
    assert matches(header, b'"a"') == matched


async def test_head_is_the_head_of_get(framework: Framework, clock: SteeredClock) -> None:
    async with layer(framework, clock) as client:
        cold = await client.head("/x", headers=PLAIN)
        get = await client.get("/x", headers=PLAIN)
        warm = await client.head("/x", headers=PLAIN)
    assert framework.asked == ["/x"], "an answer to HEAD is as good as one to GET"
    cold.headers.pop("x-request-id")
    assert cold.headers == get.headers == warm.headers
    assert cold.headers["content-length"] == "2"
    assert (cold.content, get.content, warm.content) == (b"", b"/x", b"")


async def test_the_request_id_is_of_the_request_that_the_framework_answered(
    framework: Framework, clock: SteeredClock
) -> None:
    async with layer(framework, clock) as client:
        answers = [await client.get(url) for url in ("/x", "/x", "/y")]
    assert [answer.headers.get("x-request-id") for answer in answers] == ["1", None, "2"]


# Who asks while the framework answers the same question.

ASKING = 8


class Slow:
    """A framework whose answers begin, and end, when they are told to.

    Attributes:
        status: What it answers with; any but 200 has no origin.
        origin: What its answer was made from, if it says so.
    """

    def __init__(self, status: int = 200, origin: Origin | None = None) -> None:
        self.status = status
        self.origin = origin
        self.asked = 0
        self.reached = asyncio.Event()
        self.begin = asyncio.Event()
        self.end = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        number = b"%d" % self.asked
        self.reached.set()
        await self.begin.wait()
        origin = {} if self.origin is None else {ORIGIN: self.origin}
        headers = [(b"content-type", b"text/plain"), (b"retry-after", b"5"), (b"x-request-id", number)]
        await send({"type": "http.response.start", "status": self.status, "headers": headers, **origin})
        await self.end.wait()
        await send({"type": "http.response.body", "body": b"answer " + number})


async def asked_at_once(slow: Slow, service: httpx.AsyncClient) -> list[httpx.Response]:
    """Ask for one thing from many sides; the first has reached the framework before the others come."""
    async with service as client:
        asking = [asyncio.create_task(client.get("/x"))]
        await slow.reached.wait()
        asking += [asyncio.create_task(client.get("/x")) for _ in range(ASKING - 1)]
        await asyncio.sleep(0)
        slow.begin.set()
        slow.end.set()
        return await asyncio.gather(*asking)


async def shared_by_all(slow: Slow, clock: SteeredClock) -> list[httpx.Response]:
    """Ask at once for what is asked of the framework once, under the first one's id."""
    answers = await asked_at_once(slow, layer(slow, clock))
    assert slow.asked == 1
    assert [answer.headers.get("x-request-id") for answer in answers] == ["1"] + [None] * (ASKING - 1)
    return answers


@pytest.mark.parametrize("keep", [True, False])
async def test_who_asks_meanwhile_gets_the_same_answer(clock: SteeredClock, keep: bool) -> None:
    """Also of a search, which is not kept for those who come later."""
    slow = Slow(origin=Origin(publication(), keep=keep))
    answers = await shared_by_all(slow, clock)
    assert {(answer.status_code, answer.text, answer.headers["etag"]) for answer in answers} == {
        (200, "answer 1", answers[0].headers["etag"])
    }


async def test_who_asks_meanwhile_gets_the_same_problem(clock: SteeredClock) -> None:
    """Else each would wait for the deadline in turn while the Horde is away."""
    slow = Slow(status=502)
    answers = await shared_by_all(slow, clock)
    assert {(answer.status_code, answer.text, answer.headers["retry-after"]) for answer in answers} == {
        (502, "answer 1", "5")
    }


@pytest.mark.parametrize("status", [200, 502])
async def test_what_a_layer_in_front_writes_into_an_answer_is_in_nobody_elses(clock: SteeredClock, status: int) -> None:
    """CORS headers are those of who asks."""
    slow = Slow(status, Origin(publication(), keep=True) if status == 200 else None)
    hot = ResponseCache(slow, max_bytes=2**20, instruments=Instruments(), clock=clock)

    async def in_front(scope: Scope, receive: Receive, send: Send) -> None:
        async def writing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"seen-by", b"layer")]
            await send(message)

        await hot(scope, receive, writing)

    answers = await asked_at_once(
        slow, httpx.AsyncClient(transport=httpx.ASGITransport(in_front), base_url="http://test")
    )
    assert slow.asked == 1
    assert [answer.headers.get_list("seen-by") for answer in answers] == [["layer"]] * ASKING


async def test_a_problem_is_not_kept_for_who_comes_later(clock: SteeredClock) -> None:
    slow = Slow(status=502)
    slow.begin.set()
    slow.end.set()
    async with layer(slow, clock) as client:
        assert [(await client.get("/x")).text for _ in range(2)] == ["answer 1", "answer 2"]


@pytest.mark.parametrize("status", [200, 304])
async def test_an_answer_that_depends_on_more_than_the_question_is_nobody_elses(
    clock: SteeredClock, status: int
) -> None:
    """Nobody waits for it longer than until it begins: the others have theirs before the first one ends."""
    slow = Slow(status=status)
    async with layer(slow, clock) as client:
        asking = [asyncio.create_task(client.get("/x"))]
        await slow.reached.wait()
        asking += [asyncio.create_task(client.get("/x")) for _ in range(ASKING - 1)]
        await asyncio.sleep(0)
        assert slow.asked == 1
        slow.begin.set()
        await eventually(lambda: slow.asked == ASKING)
        slow.end.set()
        answers = await asyncio.gather(*asking)
    assert {answer.headers["x-request-id"] for answer in answers} == {str(number + 1) for number in range(ASKING)}


async def test_an_answer_from_a_table_that_went_out_meanwhile_is_nobody_elses(clock: SteeredClock) -> None:
    """Somebody who asks now may have seen its successor already."""
    old = publication()
    slow = Slow(origin=Origin(old, keep=True))
    old.retired = True
    await asked_at_once(slow, layer(slow, clock))
    assert slow.asked == ASKING


async def test_the_end_of_the_one_request_is_not_the_end_of_the_others(clock: SteeredClock) -> None:
    slow = Slow(origin=Origin(publication(), keep=True))
    async with layer(slow, clock) as client:
        first = asyncio.create_task(client.get("/x"))
        await slow.reached.wait()
        others = [asyncio.create_task(client.get("/x")) for _ in range(ASKING)]
        await asyncio.sleep(0)
        first.cancel()
        others[0].cancel()
        slow.begin.set()
        slow.end.set()
        done = await asyncio.gather(*others[1:])
    assert {answer.status_code for answer in done} == {200}


async def test_a_new_table_turns_no_reader_away(tmp_path: Path) -> None:
    """All ask at once when the table goes that they were answered from: more than the framework takes at once."""
    always_due: dict[str, Any] = {"horde_api_cache_ttl": 0, "deletion_risk_cache_ttl": 0, "cache_ttl_seconds": 0}
    async with a_world(tmp_path, max_concurrent_requests=2, **always_due) as world:
        for count in range(2, 5):
            world.write(IMAGE, catalogue_bytes([f"model {number}" for number in range(count)]))
            answers = await asyncio.gather(*(world.client.get(IMAGE_RISK) for _ in range(20)))
            assert {answer.status_code for answer in answers} == {200}
            assert {answer.json()["total_count"] for answer in answers} == {count}


# For how long.


@pytest.mark.parametrize(
    ("passed", "stale", "max_age"),
    [
        (0, False, 100),
        (1, False, 99),
        (99.5, False, 0),
        (150, False, 0),
        (0, True, RETRY_STALE_AFTER),
        (97, True, 3),
        (150, True, 0),
    ],
)
async def test_caches_may_keep_an_answer_for_what_is_left_of_its_tables_time(
    framework: Framework, clock: SteeredClock, passed: float, stale: bool, max_age: int
) -> None:
    """Little where the data is stale, so that the recovery is seen soon."""
    framework.publication = publication(stale=stale, left=100, serves_for=3600)
    async with layer(framework, clock) as client:
        await client.get("/x")
        clock.wait(passed)
        answer = await client.get("/x")
        clock.wait(0.25)
        unchanged = await client.get("/x", headers={"If-None-Match": answer.headers["etag"]})
    assert answer.headers["cache-control"] == f"public, max-age={max_age}, stale-while-revalidate=300"
    assert unchanged.status_code == 304
    assert unchanged.headers["cache-control"].startswith("public, max-age=")
    assert framework.asked == ["/x"]


async def test_a_table_that_is_found_unchanged_gives_its_answers_more_time(
    framework: Framework, clock: SteeredClock
) -> None:
    async with layer(framework, clock) as client:
        await client.get("/x")
        clock.wait(90)
        framework.publication.due_at = framework.publication.serve_until = clock.seconds + 50
        clock.wait(20)
        answer = await client.get("/x")
    assert answer.headers["cache-control"].startswith("public, max-age=30,")
    assert framework.asked == ["/x"]


@pytest.mark.parametrize(("passed", "asked"), [(99, 1), (100, 2)])
async def test_an_answer_is_not_sent_beyond_its_tables_time(
    framework: Framework, clock: SteeredClock, passed: float, asked: int
) -> None:
    async with layer(framework, clock) as client:
        await client.get("/x")
        clock.wait(passed)
        await client.get("/x")
    assert len(framework.asked) == asked


async def test_answers_die_with_their_table(framework: Framework, clock: SteeredClock) -> None:
    async with layer(framework, clock) as client:
        for url in ("/x", "/y"):
            await client.get(url)
        old = framework.publication
        table = weakref.ref(old.table)
        framework.publication, framework.body = publication(), lambda url: b"new " + url.encode()
        old.retired = True
        answer = await client.get("/x", headers={"If-None-Match": "nothing"})
        assert answer.text == "new /x"
        assert (await client.get("/x")).text == "new /x"
        assert framework.asked == ["/x", "/y", "/x"]
        del old
        gc.collect()
        assert table() is None, "neither its answers nor the table itself are held on to"


async def test_an_answer_made_from_a_table_that_went_out_meanwhile_is_not_used_again(
    framework: Framework, clock: SteeredClock
) -> None:
    async with layer(framework, clock) as client:
        framework.publication.retired = True
        assert (await client.get("/x")).text == "/x"
        framework.publication, framework.body = publication(), lambda url: b"new"
        assert (await client.get("/x")).text == "new"


# Within which bound.

BODY = 10_000


def noise(url: str) -> bytes:
    """A body that no encoding makes shorter."""
    return random.Random(url).randbytes(BODY)


async def held(client: httpx.AsyncClient, framework: Framework, urls: list[str]) -> set[str]:
    """Which of these are answered from memory; what is asked first matters least for what is then dropped."""
    found = set()
    for url in urls:
        before = len(framework.asked)
        await client.get(url, headers=PLAIN)
        if len(framework.asked) == before:
            found.add(url)
    return found


async def test_what_was_used_longest_ago_goes_first(framework: Framework, clock: SteeredClock) -> None:
    framework.body = noise
    async with layer(framework, clock, max_bytes=4 * BODY) as client:  # room for three, with what surrounds them
        for url in ("/a", "/b", "/c"):
            await client.get(url, headers=PLAIN)
        await client.get("/a", headers=PLAIN)
        await client.get("/d", headers=PLAIN)
        assert await held(client, framework, ["/d", "/a", "/c"]) == {"/d", "/a", "/c"}
        assert await held(client, framework, ["/b"]) == set()


async def test_unknown_parameters_cannot_fill_the_memory(framework: Framework, clock: SteeredClock) -> None:
    framework.body = noise
    urls = [f"/x?{number}=1" for number in range(60)]
    async with layer(framework, clock, max_bytes=10 * BODY) as client:
        for url in urls:
            await client.get(url, headers=PLAIN)
        kept = await held(client, framework, urls[::-1][:20])
    assert 5 <= len(kept) <= 10
    assert set(urls[-5:]) <= kept


async def test_long_urls_count_as_what_they_occupy(framework: Framework, clock: SteeredClock) -> None:
    urls = [f"/x?{number}{'y' * BODY}" for number in range(20)]
    framework.body = lambda url: b"small"
    async with layer(framework, clock, max_bytes=10 * BODY) as client:
        for url in urls:
            await client.get(url, headers=PLAIN)
        assert len(await held(client, framework, urls[::-1])) <= 10


async def test_encodings_count_whenever_they_are_made(framework: Framework, clock: SteeredClock) -> None:
    framework.body = noise
    urls = [f"/{number}" for number in range(4)]
    async with layer(framework, clock, max_bytes=5 * BODY) as client:
        for url in urls:
            await client.get(url, headers=PLAIN)
        assert await held(client, framework, urls) == set(urls)
        await client.get(urls[-1], headers={"Accept-Encoding": "gzip"})
        assert await held(client, framework, urls[1:]) == set(urls[1:]), "the fourth takes the place of two"
        assert await held(client, framework, urls[:1]) == set()


async def test_what_was_dropped_makes_room_for_as_much_as_it_took(framework: Framework, clock: SteeredClock) -> None:
    """Many rounds of growing and dropping must neither lose room nor find some."""
    framework.body = noise
    async with layer(framework, clock, max_bytes=5 * BODY) as client:
        for number in range(30):
            for encoding in ("identity", "gzip", "zstd"):
                await client.get(f"/{number}", headers={"Accept-Encoding": encoding})
        urls = [f"/after {number}" for number in range(10)]
        for url in urls:
            await client.get(url, headers=PLAIN)
        assert await held(client, framework, urls[::-1][:8]) == set(urls[-4:])


async def test_what_never_fits_leaves_the_others_in_peace(framework: Framework, clock: SteeredClock) -> None:
    framework.body = lambda url: noise(url) * (10 if "big" in url else 1)
    async with layer(framework, clock, max_bytes=5 * BODY) as client:
        for url in ("/a", "/b", "/big"):
            assert (await client.get(url, headers=PLAIN)).content == framework.body(url)
        assert await held(client, framework, ["/a", "/b"]) == {"/a", "/b"}
        assert await held(client, framework, ["/big"]) == set()


async def test_a_service_without_room_answers_all_the_same(framework: Framework, clock: SteeredClock) -> None:
    async with layer(framework, clock, max_bytes=0) as client:
        assert [(await client.get("/x")).text for _ in range(3)] == ["/x"] * 3
    assert len(framework.asked) == 3


async def test_a_reader_from_memory_starts_the_refresh_of_a_table_that_is_due(
    framework: Framework, clock: SteeredClock
) -> None:
    """Else nobody would, where the background looks less often than ``DELETION_RISK_CACHE_TTL``."""
    started: list[float] = []
    framework.publication = publication(left=100, serves_for=3600)
    framework.publication.renew = lambda: started.append(clock.seconds - NOW)
    async with layer(framework, clock) as client:
        for passed in (0, 99, 1, 1, 3, 1, 1):
            clock.wait(passed)
            await client.get("/x")
    assert started == [100, 105]
    assert framework.asked == ["/x"]
