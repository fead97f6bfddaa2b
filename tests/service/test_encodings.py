"""Which content encoding a client gets."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.service.encodings import ENCODERS, negotiate

DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "identity": lambda body: body,
    "gzip": gzip.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
}


@pytest.mark.parametrize(
    ("accept_encoding", "chosen"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),  # what browsers send
        ("GZip", "gzip"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("gzip ; q=0.3 , zstd; Q=0.2", "gzip"),
        ("gzip;q=0.5, zstd;q=0.5", "zstd"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.000, zstd;q=0", "identity"),
        ("zstd;q=0, gzip", "gzip"),
        ("*", "zstd"),
        ("*;q=0", "identity"),
        ("*;q=0.5, zstd;q=0", "gzip"),
        ("gzip;q=0.2, *;q=0.1", "gzip"),
        ("identity", "identity"),
        ("identity;q=0, gzip", "gzip"),
        ("identity;q=0", "identity"),  # nothing we have is acceptable; an answer is better than none
        ("identity;q=1, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip;q=1", "gzip"),
        ("identity, gzip", "gzip"),
        ("br", "identity"),
        ("gzip;q=nonsense", "identity"),
        ("gzip;q=nan, zstd;q=0.1", "zstd"),
        ("gzip;q=inf", "identity"),
        ("gzip;q=-1", "identity"),
        ("gzip;level=9", "gzip"),
        (",,;;=,q=1", "identity"),
        ("gzipzstd", "identity"),
    ],
)
def test_the_client_gets_what_it_likes_best_of_ours(accept_encoding: str, chosen: str) -> None:
    assert negotiate(accept_encoding.encode()) == chosen


@given(st.binary(max_size=60))
def test_any_header_gets_one_of_ours(accept_encoding: bytes) -> None:
    assert negotiate(accept_encoding) in ENCODERS


@given(st.lists(st.sampled_from(["gzip", "zstd", "br", "*", "identity"]), unique=True))
def test_nothing_is_sent_that_was_not_accepted(names: list[str]) -> None:
    accepted = {*names, "identity"} | ({"gzip", "zstd"} if "*" in names else set())
    assert negotiate(", ".join(names).encode()) in accepted
    refused = [f"{name};q=0" for name in names if name != "identity"]
    assert negotiate(", ".join(refused).encode()) == "identity"


@pytest.mark.parametrize("encoding", ENCODERS)
@given(body=st.binary(max_size=2000))
def test_every_encoding_decodes_to_the_body_and_is_the_same_each_time(encoding: str, body: bytes) -> None:
    """Rule 12: same input, same bytes."""
    encoded = ENCODERS[encoding](body)
    assert DECODERS[encoding](encoded) == body
    assert ENCODERS[encoding](body) == encoded
