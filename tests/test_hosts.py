"""Hosts of addresses (rule 8)."""

from __future__ import annotations

import pytest

from horde_model_reference.hosts import a_label, host_of


@pytest.mark.parametrize(
    ("host", "label"),
    [
        ("HuggingFace.co", "huggingface.co"),
        ("huggingface.co.", "huggingface.co"),
        ("straße.example", "xn--strae-oqa.example"),
        ("www\u3002example", "www.example"),  # an ideographic full stop separates labels
        ("-\u00fc-.example", None),
        (".", None),
        ("", None),
    ],
)
def test_a_host_becomes_an_a_label(host: str, label: str | None) -> None:
    assert a_label(host) == label


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://user:secret@Files.Example:8443/x?y#z", "files.example"),
        ("  http://files.example  ", "files.example"),
        ("https://[2001:db8::1]/x", "2001:db8::1"),
        ("https://huggingface.co\\@evil.example/x", None),
        ("https://files .example/x", None),
        ("ftp://files.example/x", None),
        ("//files.example/x", None),
        ("https:///x", None),
        ("https://[::1/x", None),
        ("", None),
    ],
)
def test_the_host_of_an_address_has_neither_user_nor_port(address: str, host: str | None) -> None:
    assert host_of(address) == host
