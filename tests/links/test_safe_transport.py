"""Connections to public addresses alone, as they were checked (no rebinding)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from horde_model_reference.clock import Clock
from horde_model_reference.links import safe_transport
from horde_model_reference.links.checking import open_prober
from horde_model_reference.links.link import Link, LinkOutcome
from horde_model_reference.links.safe_transport import is_public
from horde_model_reference.setting_groups import LinksSettings
from tests.support.link_host import LinkHost


@pytest.fixture
async def host() -> AsyncIterator[LinkHost]:
    async with LinkHost() as running:
        yield running


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1", "nonsense", "",
    ],
)  # fmt: skip
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


async def test_a_name_that_resolves_to_loopback_is_refused_unless_the_setting_allows_it(host: LinkHost) -> None:
    for allowed, expected in ((False, LinkOutcome.REFUSED), (True, LinkOutcome.OK)):
        async with host.prober(allow_private_addresses=allowed) as prober:
            assert (await prober.probe(Link(host.url("/ok")))).outcome is expected
        assert bool(host.log) is allowed


async def test_one_private_address_among_others_is_enough_to_refuse(host: LinkHost) -> None:
    async def resolve(_: str, __: int) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    async with open_prober(LinksSettings(pause_seconds=0), Clock(), resolve) as prober:
        assert (await prober.probe(Link(host.url("/ok")))).outcome is LinkOutcome.REFUSED


async def test_a_redirect_to_a_private_address_is_refused(host: LinkHost, monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(name: str, _: int) -> list[str]:
        return ["127.0.0.1" if name == "files.example" else "10.0.0.1"]

    monkeypatch.setattr(safe_transport, "is_public", lambda address: address == "127.0.0.1")
    async with open_prober(LinksSettings(pause_seconds=0), Clock(), resolve) as prober:
        assert (await prober.probe(Link(host.url("/ok")))).outcome is LinkOutcome.OK
        assert (await prober.probe(Link(host.url("/to-other")))).outcome is LinkOutcome.REFUSED


async def test_a_host_is_resolved_once_for_a_connection(host: LinkHost) -> None:
    asked: list[str] = []

    async def resolve(name: str, _: int) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"]

    async with open_prober(LinksSettings(allow_private_addresses=True, pause_seconds=0), Clock(), resolve) as prober:
        await prober.probe(Link(host.url("/ok")))
    assert asked == ["files.example"]


async def test_an_unknown_host_is_unreachable() -> None:
    async def resolve(_: str, __: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    async with open_prober(LinksSettings(), Clock(), resolve) as prober:
        result = await prober.probe(Link("https://nowhere.example/x"))
    assert result.outcome is LinkOutcome.UNREACHABLE
    assert "Name or service not known" in result.detail
