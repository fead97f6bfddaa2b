"""Asking for one link of a server that misbehaves in every way (design section 12)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from horde_model_reference.links.link import Link, LinkOutcome
from horde_model_reference.links.probing import MOST_REDIRECTS, MOST_WAITS
from tests.support.clock import steered_timers
from tests.support.link_host import HASH, OTHER, LinkHost


@pytest.fixture
async def host() -> AsyncIterator[LinkHost]:
    async with LinkHost() as running:
        yield running


async def outcome(host: LinkHost, path: str, *, sha256: str = "", size: int | None = None) -> LinkOutcome:
    async with host.prober() as prober:
        return (await prober.probe(Link(host.url(path), sha256, size))).outcome


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/ok", LinkOutcome.OK),
        ("/moved", LinkOutcome.OK),
        ("/to-other", LinkOutcome.OK),
        ("/no-head", LinkOutcome.OK),
        ("/endless", LinkOutcome.OK),
        ("/busy", LinkOutcome.OK),
        ("/gone", LinkOutcome.GONE),
        ("/login-needed", LinkOutcome.LOGIN),
        ("/private", LinkOutcome.LOGIN),
        ("/to-login", LinkOutcome.LOGIN),
        ("/loop", LinkOutcome.UNREACHABLE),
        ("/broken", LinkOutcome.UNREACHABLE),
        ("/error", LinkOutcome.UNREACHABLE),
        ("/to-user", LinkOutcome.REFUSED),
        ("/to-file", LinkOutcome.REFUSED),
        ("/always-busy", LinkOutcome.BUSY),
        ("/busy-for-long", LinkOutcome.BUSY),
        ("/busy-for-ever", LinkOutcome.BUSY),
    ],
)
async def test_each_kind_of_answer_has_its_outcome(host: LinkHost, path: str, expected: LinkOutcome) -> None:
    assert await outcome(host, path) is expected


@pytest.mark.parametrize(
    ("path", "sha256", "size", "expected"),
    [
        ("/ok", "", 1000, LinkOutcome.OK),
        ("/ok", "", 999, LinkOutcome.WRONG_SIZE),
        ("/ok", HASH, None, LinkOutcome.OK),  # A plain server tells no hash.
        ("/no-head", "", 1001, LinkOutcome.WRONG_SIZE),
        ("/hub", HASH, 1000, LinkOutcome.OK),
        ("/hub", OTHER, 1000, LinkOutcome.WRONG_HASH),
        ("/hub", HASH, 1001, LinkOutcome.WRONG_SIZE),
        ("/endless", "", 5, LinkOutcome.OK),
    ],
)
async def test_size_and_hash_are_held_against_the_record(
    host: LinkHost, path: str, sha256: str, size: int | None, expected: LinkOutcome
) -> None:
    assert await outcome(host, path, sha256=sha256, size=size) is expected


async def test_a_host_that_does_not_answer_is_given_up(host: LinkHost) -> None:
    async with host.prober(timeout_seconds=60) as prober:
        with steered_timers() as wait:
            asking = asyncio.create_task(prober.probe(Link(host.url("/slow"))))
            await host.hanging.acquire()
            wait(60)
            result = await asking
    assert (result.outcome, result.detail) == (LinkOutcome.UNREACHABLE, "no answer in time")


async def test_a_closed_port_is_unreachable(host: LinkHost) -> None:
    async with host.prober() as prober:
        result = await prober.probe(Link("http://files.example:1/x"))
    assert result.outcome is LinkOutcome.UNREACHABLE


@pytest.mark.parametrize("address", ["ftp://files.example/x", "http://user:secret@files.example/x", "x", "http://", ""])
async def test_addresses_that_may_not_be_asked_are_refused(host: LinkHost, address: str) -> None:
    async with host.prober() as prober:
        assert (await prober.probe(Link(address))).outcome is LinkOutcome.REFUSED
    assert host.log == []


async def test_head_comes_first_and_redirects_and_waits_are_bounded(host: LinkHost) -> None:
    await outcome(host, "/ok")
    await outcome(host, "/no-head")
    assert [found.method for found in host.log] == ["HEAD", "HEAD", "GET"]
    for path, most in (("/loop", MOST_REDIRECTS + 1), ("/always-busy", MOST_WAITS + 1)):
        host.log.clear()
        await outcome(host, path)
        assert len(host.log) == most


async def test_the_agent_names_the_project_and_the_contact(host: LinkHost) -> None:
    async with host.prober(contact="https://example.org/contact\r\nX: y") as prober:
        await prober.probe(Link(host.url("/ok")))
    (asked,) = host.log
    assert asked.agent.startswith("horde-model-reference/")
    assert asked.agent.endswith(r"(check of links; https://example.org/contact\r\nX: y)")
