"""The names under which the service answers."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse

from horde_model_reference.service.allowed_hosts import AllowedHosts, hosts_of
from tests.support.service import IMAGE_RISK, a_world, assert_problem


@pytest.mark.parametrize(
    ("allowed", "host", "status"),
    [
        (("a.example",), "a.example", 200),
        (("a.example",), "A.Example:8080", 200),
        (("a.example",), "a.example.", 200),
        (("a.example",), "b.a.example", 421),
        (("*.a.example",), "c.b.a.example", 200),
        (("*.a.example",), "a.example", 421),
        (("*.a.example",), "ba.example", 421),
        (("::1",), "[::1]", 200),
        (("[::1]",), "[::1]:80", 200),
        (("::1",), "[::2]", 421),
        (("a.example",), "\xff", 421),
        (("a.example",), "", 421),
        (("a.example", "*"), "anything", 200),
        ((), "anything", 200),
    ],
)
async def test_hosts_that_are_not_allowed_are_misdirected(
    tmp_path: Path, allowed: tuple[str, ...], host: str, status: int
) -> None:
    """Whatever is asked for, be it in memory or not."""
    async with a_world(tmp_path, allowed_hosts=allowed) as world:
        for url in ("/api/heartbeat", IMAGE_RISK, IMAGE_RISK):
            answer = await world.client.get(url, headers=[(b"Host", host.encode("latin-1"))])
            assert answer.status_code == status
            if status == 421:
                assert_problem(answer, 421, "host_not_allowed")


async def test_what_is_remembered_is_bounded() -> None:
    app = AllowedHosts(PlainTextResponse("here"), ["*.a.example"], most_known=2)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        for host, status in [*((f"{at}.a.example", 200) for at in range(5)), ("b.example", 421), ("0.a.example", 200)]:
            assert (await client.get("/", headers={"Host": host})).status_code == status


@pytest.mark.parametrize(
    ("bound", "hosts"),
    [
        ("127.0.0.1", {"localhost", "127.0.0.1", "::1"}),
        ("192.0.2.7", {"localhost", "127.0.0.1", "::1", "192.0.2.7"}),
        ("0.0.0.0", {"*"}),
        ("::", {"*"}),
    ],
)
def test_the_default_follows_the_bound_address(bound: str, hosts: set[str]) -> None:
    assert set(hosts_of(bound)) == hosts
