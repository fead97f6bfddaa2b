"""Asking one route of the Horde, over real sockets, on its good and bad days."""

from __future__ import annotations

import asyncio
import gzip
import math
import threading
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import stamina

from horde_model_reference.body_limits import BodyLimits
from horde_model_reference.categories import HordeModelType
from horde_model_reference.clock import Clock
from horde_model_reference.errors import HordeAPIError
from horde_model_reference.integrations.horde_api_client import (
    BREAKER_THRESHOLD,
    MAX_RETRY_AFTER,
    HordeAPIClient,
    retry_after_seconds,
)
from horde_model_reference.integrations.horde_api_routes import HordeRoute, stats_kind, status_kind
from tests.support.builders import FETCHED, stats_of
from tests.support.clock import SteeredClock
from tests.support.file_server import FileServer
from tests.support.misbehaving_horde import (
    BAD_GATEWAY,
    BAD_REQUEST,
    CUT,
    ENDLESS,
    GOOD,
    HANGING,
    HTML,
    NOT_FOUND,
    RESET,
    SECRET,
    SERVER_ERROR,
    TOO_MANY,
    TOO_MANY_WAIT,
    TRUNCATED,
    Behaviour,
    MisbehavingHorde,
    Route,
)

pytestmark = pytest.mark.usefixtures("no_pauses")

TEXT_STATS = stats_kind(HordeModelType.TEXT).route
IMAGE_STATS = stats_kind(HordeModelType.IMAGE).route
TEXT_STATUS = status_kind(HordeModelType.TEXT).route
IMAGE_STATUS = status_kind(HordeModelType.IMAGE).route


TIMEOUT = 60
"""Seconds of a limit that hanging answers run into."""


@asynccontextmanager
async def asking(
    horde: MisbehavingHorde, clock: Clock | None = None, **overrides: Any
) -> AsyncIterator[HordeAPIClient]:
    settings = horde.settings(**overrides)
    async with horde.client(settings) as client:
        yield HordeAPIClient(settings, client, clock or Clock())


async def failure(
    client: HordeAPIClient, route: HordeRoute = TEXT_STATS, outlasting: MisbehavingHorde | None = None
) -> HordeAPIError:
    """Ask, and return the error: one that names the route and keeps the body to itself.

    Args:
        client: The client under test.
        route: What is asked.
        outlasting: A Horde that hangs, whose time goes by.
    """
    asking = client.get_json(route)
    with pytest.raises(HordeAPIError) as caught:
        await (asking if outlasting is None else outlasting.outlast(asking, 1, TIMEOUT))
    assert str(route) in caught.value.message
    assert SECRET not in "".join(traceback.format_exception(caught.value)) + caught.value.hint
    return caught.value


async def test_every_route_is_asked_for_all_models(horde: MisbehavingHorde) -> None:
    """The Horde's own idea of known models is wrong for text, so ``model_state=all`` wherever there is one."""
    async with asking(horde) as client:
        for route in (IMAGE_STATUS, TEXT_STATUS, IMAGE_STATS, TEXT_STATS):
            await client.get_json(route)
    assert horde.targets == [
        "/api/v2/status/models?type=image&model_state=all",
        "/api/v2/status/models?type=text&model_state=all",
        "/api/v2/stats/img/models?model_state=all",
        "/api/v2/stats/text/models",
    ]


@pytest.mark.parametrize("slash", ["", "/"])
async def test_a_base_url_may_end_in_a_slash_or_not(horde: MisbehavingHorde, slash: str) -> None:
    async with asking(horde, ai_horde_url=horde.url.rstrip("/") + slash) as client:
        assert await client.get_json(TEXT_STATS) == horde.payloads[Route.TEXT_STATS]
        assert await client.get_json(IMAGE_STATUS) == horde.payloads[Route.IMAGE_STATUS]


@pytest.mark.parametrize(
    ("behaviour", "requests", "reason"),
    [
        (RESET, 3, "cannot be reached"),
        (CUT, 3, "cannot be reached"),
        (SERVER_ERROR, 3, "answered 500"),
        (BAD_GATEWAY, 3, "answered 502"),
        (TOO_MANY, 3, "answered 429"),
        (TOO_MANY_WAIT, 1, "answered 429"),
        (NOT_FOUND, 1, "answered 404"),
        (BAD_REQUEST, 1, "answered 400"),
        (TRUNCATED, 1, "no JSON"),
        (HTML, 1, "no JSON"),
        *((hanging, 1, "no answer in time") for hanging in HANGING),
    ],
    ids=str,
)
async def test_only_what_may_pass_is_tried_again(
    horde: MisbehavingHorde, behaviour: Behaviour, requests: int, reason: str
) -> None:
    """At most three tries; and whatever came, an error of ours that shows nothing of the body."""
    horde.all_routes(behaviour)
    async with asking(horde, horde_api_timeout=TIMEOUT) as client:
        error = await failure(client, outlasting=horde if behaviour in HANGING else None)
    assert reason in error.message
    assert error.retry_after is not None
    assert error.retry_after > 0
    assert horde.count() == requests


async def test_a_failure_that_is_kept_keeps_no_body(horde: MisbehavingHorde) -> None:
    """Design section 14: each route keeps its last failure, and with it would keep 16 MiB."""
    horde.payloads[Route.TEXT_STATS] = {"day": {f"model {number}": number for number in range(1_000)}}
    async with asking(horde, body_limits=BodyLimits(max_entries=100)) as client:
        error: BaseException | None = await failure(client)
    causes = []
    while error is not None and (error := error.__context__):
        causes.append(error)
    assert causes
    assert all(cause.__traceback__ is None for cause in causes)


async def test_a_try_that_succeeds_ends_the_retries(horde: MisbehavingHorde) -> None:
    horde.queue(Route.TEXT_STATS, SERVER_ERROR, RESET)
    async with asking(horde) as client:
        assert await client.get_json(TEXT_STATS) == horde.payloads[Route.TEXT_STATS]
        assert horde.count() == 3
        horde.queue(Route.TEXT_STATS, NOT_FOUND)
        await failure(client)
    assert horde.count() == 4


async def test_who_counts_or_logs_retries_is_told_neither_body_nor_password(horde: MisbehavingHorde) -> None:
    """stamina hands its hooks the error; by default it logs it whole."""
    told: list[str] = []
    stamina.instrumentation.set_on_retry_hooks([lambda details: told.append(repr(details))])
    try:
        nonsense = FileServer(raw=f'{{"message": "no user with key {SECRET}"}}\r\n\r\n'.encode())
        async with nonsense, asking(horde, ai_horde_url=nonsense.url) as client:
            await failure(client)
        horde.all_routes(SERVER_ERROR)
        async with asking(horde, ai_horde_url=horde.url.replace("http://", f"http://user:{SECRET}@")) as client:
            await failure(client)
    finally:
        stamina.instrumentation.set_on_retry_hooks(None)
    assert len(told) == 4
    assert "cannot be reached (RemoteProtocolError)" in told[0]
    assert "answered 500" in told[2]
    assert SECRET not in "".join(told)


async def test_a_large_answer_is_not_parsed_on_the_event_loop(
    horde: MisbehavingHorde, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(body: bytes, limits: BodyLimits) -> threading.Thread:
        return threading.current_thread()

    monkeypatch.setattr("horde_model_reference.integrations.horde_api_client.loads", parse)
    async with asking(horde) as client:
        assert await client.get_json(TEXT_STATS) is not threading.current_thread()


async def test_a_closed_port_is_an_error_until_it_opens(horde: MisbehavingHorde) -> None:
    async with asking(horde) as client:
        horde.close_port()
        assert "cannot be reached" in (await failure(client)).message
        await horde.open_port()
        assert await client.get_json(TEXT_STATS) == horde.payloads[Route.TEXT_STATS]


async def test_a_429_that_names_a_time_is_respected(horde: MisbehavingHorde) -> None:
    """One request, and none before the time is over, on any route that shares the budget."""
    clock = SteeredClock()
    horde.queue(Route.IMAGE_STATUS, TOO_MANY_WAIT)
    async with asking(horde, clock) as client:
        assert (await failure(client, IMAGE_STATUS)).retry_after == 30
        clock.wait(29)
        for route in (IMAGE_STATUS, TEXT_STATUS):
            assert (await failure(client, route)).retry_after == pytest.approx(1)
        assert horde.count() == 1
        await client.get_json(IMAGE_STATS)
        assert horde.count() == 2
        clock.wait(1)
        assert await client.get_json(IMAGE_STATUS) == horde.payloads[Route.IMAGE_STATUS]
        assert await client.get_json(TEXT_STATUS) == horde.payloads[Route.TEXT_STATUS]
    assert horde.count() == 4


@pytest.mark.parametrize("behaviour", [GOOD, SERVER_ERROR, NOT_FOUND, TRUNCATED], ids=str)
async def test_retry_after_means_nothing_on_any_other_status(horde: MisbehavingHorde, behaviour: Behaviour) -> None:
    """The Horde sends ``Retry-After: 60`` with every ordinary answer."""
    horde.queue(Route.TEXT_STATS, behaviour, *([behaviour] * 2 if behaviour is SERVER_ERROR else []))
    async with asking(horde, SteeredClock()) as client:
        if behaviour is GOOD:
            await client.get_json(TEXT_STATS)
        else:
            await failure(client)
        assert await client.get_json(TEXT_STATS) == horde.payloads[Route.TEXT_STATS]


IN_A_MINUTE = FETCHED + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        (" 30 ", 30),
        ("0", 0),
        ("9" * 400, MAX_RETRY_AFTER),
        (format_datetime(IN_A_MINUTE - timedelta(days=1), usegmt=True), 0),
        (format_datetime(IN_A_MINUTE + timedelta(days=1), usegmt=True), MAX_RETRY_AFTER),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e3", None),
        ("²", None),
        ("Thu, 99 Foo 2026 00:00:00 GMT", None),
        ("Tue, 24 Nov 2026 06:00:00 -0000", None),
    ],
)
def test_what_retry_after_says(header: str, seconds: float | None) -> None:
    assert retry_after_seconds(header, FETCHED) == seconds


def test_retry_after_may_be_a_date() -> None:
    assert retry_after_seconds(format_datetime(FETCHED + timedelta(seconds=600), usegmt=True), FETCHED) == 600


@pytest.fixture
def breaker_clock(monkeypatch: pytest.MonkeyPatch) -> SteeredClock:
    clock = SteeredClock()
    monkeypatch.setattr("circuitbreaker.monotonic", clock.monotonic)
    return clock


async def break_route(client: HordeAPIClient) -> None:
    for _ in range(BREAKER_THRESHOLD):
        await failure(client)


async def test_a_route_that_keeps_failing_is_left_alone_for_a_while(
    horde: MisbehavingHorde, breaker_clock: SteeredClock
) -> None:
    horde.always(Route.TEXT_STATS, NOT_FOUND)
    async with asking(horde, horde_api_breaker_reset_seconds=7) as client:
        await break_route(client)
        breaker_clock.wait(6.9)
        error = await failure(client)
        assert ("left alone" in error.message, error.retry_after) == (True, 7)
        assert horde.count(Route.TEXT_STATS) == BREAKER_THRESHOLD
        await client.get_json(IMAGE_STATS)  # the other routes are asked as ever

        breaker_clock.wait(0.2)
        await failure(client)  # asked once more, and closed again at once ...
        await failure(client)
        assert horde.count(Route.TEXT_STATS) == BREAKER_THRESHOLD + 1

        horde.always(Route.TEXT_STATS, GOOD)
        breaker_clock.wait(7.1)
        for _ in range(2):  # ... until it answers, which ends the matter.
            assert await client.get_json(TEXT_STATS) == horde.payloads[Route.TEXT_STATS]
        horde.queue(Route.TEXT_STATS, NOT_FOUND)
        await failure(client)
        assert await client.get_json(TEXT_STATS) == horde.payloads[Route.TEXT_STATS]


async def test_a_success_in_between_starts_the_count_anew(horde: MisbehavingHorde) -> None:
    async with asking(horde) as client:
        for _ in range(BREAKER_THRESHOLD):
            horde.queue(Route.TEXT_STATS, *[NOT_FOUND] * (BREAKER_THRESHOLD - 1))
            for _ in range(BREAKER_THRESHOLD - 1):
                await failure(client)
            assert await client.get_json(TEXT_STATS) == horde.payloads[Route.TEXT_STATS]


PACKED = Behaviour("compressed", lambda _: gzip.compress(b" " * 10**6), headers=(("Content-Encoding", "gzip"),))


@pytest.mark.parametrize("behaviour", [GOOD, ENDLESS, PACKED], ids=str)
async def test_an_answer_over_the_size_limit_is_not_read_to_its_end(
    horde: MisbehavingHorde, behaviour: Behaviour
) -> None:
    horde.payloads[Route.TEXT_STATS] = stats_of({f"model {at}": 1 for at in range(1000)})
    horde.always(Route.TEXT_STATS, behaviour)
    async with asking(horde, horde_api_timeout=60, body_limits=BodyLimits(max_bytes=5000)) as client:
        assert "more than 5,000 bytes" in (await failure(client)).message
    assert horde.count() == 1


@pytest.mark.parametrize("behaviour", HANGING, ids=str)
@pytest.mark.parametrize("short", ["horde_api_timeout", "request_deadline_seconds"])
async def test_either_limit_of_time_ends_the_waiting(horde: MisbehavingHorde, behaviour: Behaviour, short: str) -> None:
    horde.always(Route.TEXT_STATS, behaviour)
    limits: dict[str, Any] = {"horde_api_timeout": 600, "request_deadline_seconds": 600} | {short: TIMEOUT}
    async with asking(horde, **limits) as client:
        assert "no answer in time" in (await failure(client, outlasting=horde)).message


@pytest.mark.parametrize("behaviour", HANGING[:2], ids=str)
async def test_an_answer_that_is_late_but_in_time_is_taken(horde: MisbehavingHorde, behaviour: Behaviour) -> None:
    horde.always(Route.TEXT_STATS, behaviour)
    async with asking(horde, horde_api_timeout=60) as client:
        answer = asyncio.create_task(client.get_json(TEXT_STATS))
        await horde.asked(Route.TEXT_STATS)
        horde.release.set()
        assert await answer == horde.payloads[Route.TEXT_STATS]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\xfd" + SECRET.encode(),
        b"\xef\xbb\xbf" + SECRET.encode(),
        b"[] []",
        b"\0",
    ],
    ids=["nothing", "no UTF-8", "a BOM", "two values", "a NUL"],
)
async def test_a_body_that_cannot_be_read_is_an_error(horde: MisbehavingHorde, body: bytes) -> None:
    horde.always(Route.TEXT_STATS, Behaviour("odd", lambda _: body))
    async with asking(horde) as client:
        assert "no JSON" in (await failure(client)).message


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000, b"[" + b"{}," * 2_000_000], ids=len)
async def test_a_body_that_would_become_too_many_objects_is_refused_with_the_setting(
    horde: MisbehavingHorde, body: bytes
) -> None:
    horde.always(Route.TEXT_STATS, Behaviour("a bomb", lambda _: body))
    async with asking(horde) as client:
        assert "the limit is the setting HORDE_MODEL_REFERENCE_BODY_LIMITS__MAX_" in (await failure(client)).message
    assert horde.count() == 1


async def test_a_number_of_any_length_costs_one_entry_and_not_the_route(horde: MisbehavingHorde) -> None:
    body = b'{"day": {"a": ' + b"9" * 5000 + b', "b": 7}}'
    horde.always(Route.TEXT_STATS, Behaviour("a long number", lambda _: body))
    async with asking(horde) as client:
        assert await client.get_json(TEXT_STATS) == {"day": {"a": math.inf, "b": 7}}


async def test_a_compressed_body_that_is_broken_is_an_error(horde: MisbehavingHorde) -> None:
    horde.always(Route.TEXT_STATS, replace(PACKED, change=lambda _: SECRET.encode()))
    async with asking(horde) as client:
        assert "cannot be read" in (await failure(client)).message
