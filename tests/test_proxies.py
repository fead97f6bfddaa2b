"""Proxies and certificates as the environment names them."""

from __future__ import annotations

import os
import ssl
import sys
from pathlib import Path

import httpx
import pytest

from horde_model_reference.errors import SettingsError
from horde_model_reference.http_client import make_client
from horde_model_reference.proxies import EnvironmentTransport, covers, environment_transport, why_unreachable

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of the machine's."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


FAULTS = [
    ("HTTP_PROXY", "http://127.0.0.1:bad", "no address"),
    ("https_proxy", "ftp://127.0.0.1:1", "no address"),
    ("ALL_PROXY", "http://u:hunter2@[::1", "no address"),
    ("SSL_CERT_FILE", "/nonexistent.pem", "No such file"),
    ("SSL_CERT_FILE", __file__, ""),
    ("SSL_CERT_DIR", "/nonexistent", "no such folder"),
    ("SSL_CERT_DIR", f"/nonexistent{os.pathsep}{__file__}", "no such folder"),
    ("SSLKEYLOGFILE", "/nonexistent/keys", "No such file"),
]


@pytest.mark.parametrize(("name", "value", "reason"), FAULTS)
def test_what_has_no_sense_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        environment_transport()
    assert refused.value.message.startswith(f"{name.upper()}: ")
    assert reason in refused.value.message
    assert "hunter2" not in refused.value.message + refused.value.hint


def test_one_certificate_folder_of_several_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", f"/nonexistent{os.pathsep}{tmp_path}")
    environment_transport()


def test_a_socks_proxy_without_its_client_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "socksio", None)
    with pytest.raises(SettingsError, match=r"ALL_PROXY: .*SOCKS") as refused:
        environment_transport()
    assert "socksio" in refused.value.hint


@pytest.mark.parametrize("name", VARIABLES)
def test_an_empty_variable_is_unset(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "")
    environment_transport()


@pytest.mark.parametrize(
    ("name", "host", "covered"),
    [
        ("*", "a.example", True),
        ("a.example", "a.example", True),
        (".a.example", "b.a.example", True),
        ("*.a.example", "b.a.example", True),
        ("a.example", "b.a.example", True),
        ("a.example", "ba.example", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("10.0.0.0/8", "10.9.8.7", True),
        ("10.0.0.0/8", "11.9.8.7", False),
        ("10.1.2.3/8", "10.9.8.7", True),
        ("fe80::/10", "fe80::1", True),
        ("fe80::/10", "127.0.0.1", False),
        ("[::1]", "::1", True),
        ("10.0.0.0/8", "a.example", False),
    ],
)
def test_no_proxy_takes_domains_addresses_and_networks(name: str, host: str, covered: bool) -> None:
    assert covers(name, host) is covered


@pytest.mark.parametrize(
    ("url", "by"),
    [
        ("http://a.example/", "http"),
        ("https://a.example/", "https"),
        ("http://10.1.1.1/", "none"),
        ("http://b/", "none"),
    ],
)
async def test_each_request_goes_its_way(url: str, by: str) -> None:
    def through(name: str) -> httpx.MockTransport:
        return httpx.MockTransport(lambda _: httpx.Response(200, text=name))

    proxied = {"http": through("http"), "https": through("https")}
    async with make_client(5, EnvironmentTransport(through("none"), proxied, " b, ,10.0.0.0/8")) as client:
        assert (await client.get(url)).text == by


async def test_a_dead_proxy_is_named(monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int) -> None:
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{unused_tcp_port}")
    async with make_client(5) as client:
        with pytest.raises(httpx.ProxyError, match="the proxy: ") as failed:
            await client.get("http://127.0.0.1:1/")
    assert why_unreachable(failed.value)


def test_the_reason_is_the_first_cause(tmp_path: Path) -> None:
    untrusted = ssl.SSLCertVerificationError(1, "verify failed")
    untrusted.verify_message = "self-signed certificate"
    unknown = OSError(-2, "Name or service not known")
    for first, reason in (
        (untrusted, "self-signed certificate"),
        (unknown, "Name or service not known"),
    ):
        error = httpx.ConnectError("All connection attempts failed")
        error.__cause__ = OSError("All connection attempts failed")
        error.__cause__.__cause__ = first
        assert why_unreachable(error) == reason
    assert why_unreachable(httpx.ProxyError("403 Forbidden")) == "403 Forbidden"
