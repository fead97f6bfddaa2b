"""The HTTP client: its name, and the hosts of redirects."""

from __future__ import annotations

import httpx
import pytest

from horde_model_reference.http_client import DISTRIBUTION, RedirectRefusedError, make_client

START = "https://catalogues.example/models.json"


def redirecting(target: str) -> httpx.MockTransport:
    """A transport whose first host redirects to a target, and whose other addresses answer with their own."""

    def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url) == START:
            return httpx.Response(302, headers={"Location": target})
        return httpx.Response(200, text=str(request.url))

    return httpx.MockTransport(answer)


@pytest.mark.parametrize("target", ["https://catalogues.example/new", "/new", "https://mirror.example/new"])
async def test_redirects_lead_to_the_same_or_an_allowed_host(target: str) -> None:
    async with make_client(5, redirecting(target), ["Mirror.example"]) as client:
        assert (await client.get(START)).text == str(httpx.URL(START).join(target))


async def test_a_redirect_to_another_host_is_refused_with_its_name() -> None:
    async with make_client(5, redirecting("https://evil.example/x")) as client:
        with pytest.raises(RedirectRefusedError, match=r"'evil\.example'.*REDIRECT_HOSTS"):
            await client.get(START)


async def test_a_redirect_to_no_address_is_a_protocol_error() -> None:
    async with make_client(5, redirecting("https://h.example:bad/x")) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="an address that is none"):
            await client.get(START)


async def test_requests_name_this_project() -> None:
    async with make_client(
        5, httpx.MockTransport(lambda request: httpx.Response(200, json=dict(request.headers)))
    ) as client:
        sent = (await client.get(START)).json()
    assert sent["user-agent"].startswith(f"{DISTRIBUTION}/")
    assert sent["client-agent"].startswith(f"{DISTRIBUTION}:")
