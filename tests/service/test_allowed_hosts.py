"""The names under which the service answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from horde_model_reference.service import allowed_hosts
from horde_model_reference.service.allowed_hosts import hosts_of
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


async def test_what_is_remembered_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowed_hosts, "MOST_KNOWN", 2)
    async with a_world(tmp_path, allowed_hosts=("*.a.example",)) as world:
        for at in range(5):
            headers = {"Host": f"{at}.a.example"}
            assert (await world.client.get("/api/heartbeat", headers=headers)).status_code == 200


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
