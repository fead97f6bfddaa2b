"""Bodies of answers: bounded as sent and as decoded, in at most one encoding that was asked for."""

from __future__ import annotations

import gzip
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import zstandard

from horde_model_reference.bodies import DECODERS, read_body
from horde_model_reference.body_limits import BodyLimitError, BodyLimits
from horde_model_reference.http_client import ACCEPT_ENCODING, RedirectRefusedError, make_client

CONTENT = bytes(range(256)) * 1000
ENCODERS = {"gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress}
MIB = 2**20


async def read(body: bytes, encoding: str | None, limits: BodyLimits | None = None) -> bytes:
    headers = {} if encoding is None else {"Content-Encoding": encoding}

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 1000):
            yield body[at : at + 1000]

    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, content=chunks()))
    async with make_client(5, transport) as client, client.stream("GET", "http://h.example/") as answer:
        return await read_body(answer, limits or BodyLimits())


def test_what_is_asked_for_is_what_can_be_decoded() -> None:
    assert ACCEPT_ENCODING.split(", ") == list(DECODERS) == list(ENCODERS)


@pytest.mark.parametrize("encoding", [None, "", "identity"])
async def test_a_body_without_encoding_is_read_as_it_is(encoding: str | None) -> None:
    assert await read(CONTENT, encoding, BodyLimits(max_bytes=len(CONTENT))) == CONTENT
    with pytest.raises(BodyLimitError):
        await read(CONTENT, encoding, BodyLimits(max_bytes=len(CONTENT) - 1))


@pytest.mark.parametrize("encoding", ENCODERS)
@pytest.mark.parametrize("parts", [1, 3])
async def test_an_encoded_body_is_decoded_up_to_the_limit(encoding: str, parts: int) -> None:
    """Both encodings allow several members or frames one after the other."""
    body = ENCODERS[encoding](CONTENT) * parts
    assert await read(body, encoding.upper(), BodyLimits(max_bytes=len(CONTENT) * parts)) == CONTENT * parts
    with pytest.raises(BodyLimitError, match="more than 255,999 bytes"):
        await read(body, encoding, BodyLimits(max_bytes=255_999))


@pytest.mark.parametrize("encoding", ENCODERS)
async def test_an_encoded_body_that_is_cut_short_or_something_else_is_refused(encoding: str) -> None:
    body = ENCODERS[encoding](CONTENT)
    for broken in (body[:-1], body[: len(body) // 2], body[:3], b"\0" + body, b"SECRET text of some length"):
        with pytest.raises(httpx.DecodingError, match=f"^a body that is no whole {encoding}$"):
            await read(broken, encoding)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip, zstd", "br", "deflate", "x"])
async def test_several_encodings_or_another_one_are_refused(encoding: str) -> None:
    with pytest.raises(httpx.DecodingError, match="encoding that was not asked for"):
        await read(CONTENT, encoding)


async def test_a_zstd_window_that_would_take_much_memory_at_once_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=26, write_content_size=0)
    body = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    with pytest.raises(httpx.DecodingError):
        await read(body.compress(CONTENT) + body.flush(), "zstd")


BOMBS = {
    "gzip": lambda: gzip.compress(bytes(256 * MIB)),
    "zstd": lambda: zstandard.ZstdCompressor().compress(bytes(256 * MIB)) * 16,
    "objects": lambda: b"[" + b"{}," * (20 * MIB),
}


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_within_bounded_memory(tmp_path: Path, bomb: str) -> None:
    """Bodies that would become 256 MiB, 4 GiB, and tens of millions of objects, each by itself in a process."""
    body = tmp_path / "body"
    body.write_bytes(BOMBS[bomb]())
    program = textwrap.dedent(f"""
        import asyncio, httpx
        from horde_model_reference.bodies import read_body
        from horde_model_reference.body_limits import BodyLimitError, BodyLimits, check_json

        async def chunks():
            with open({str(body)!r}, "rb") as file:
                while chunk := file.read(65536):
                    yield chunk

        async def main():
            headers = {{"Content-Encoding": {"" if bomb == "objects" else bomb!r}}}
            answer = httpx.Response(200, headers=headers, content=chunks(), request=httpx.Request("GET", "http://h/"))
            try:
                check_json(await read_body(answer, BodyLimits()), BodyLimits())
            except BodyLimitError as error:
                print(error)

        asyncio.run(main())
        for line in open("/proc/self/status"):
            if line.startswith("VmHWM"):  # Unlike getrusage's, it has nothing of the parent.
                print(line.split()[1])
    """)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=True)
    refused, peak = run.stdout.splitlines()
    assert "more than " in refused, run.stdout
    assert int(peak) * 1024 < 300 * MIB, peak


@pytest.mark.parametrize(
    ("location", "allowed", "followed"),
    [
        ("/other", (), True),
        ("https://h.example/other", (), True),
        ("http://H.EXAMPLE:81/other", (), True),
        ("http://other.example/", (), False),
        ("http://sub.h.example/", (), False),
        ("http://other.example/", ("other.example",), True),
        ("http://other.example/", ("OTHER.example",), True),
    ],
)
async def test_a_redirect_leads_to_the_same_host_or_one_of_the_settings(
    location: str, allowed: tuple[str, ...], followed: bool
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": location}) if len(asked) == 1 else httpx.Response(200)

    async with make_client(5, httpx.MockTransport(answer), allowed) as client:
        if followed:
            assert (await client.get("http://h.example/first")).status_code == 200
        else:
            with pytest.raises(RedirectRefusedError, match="which the setting HORDE_MODEL_REFERENCE_REDIRECT_HOSTS"):
                await client.get("http://h.example/first")
    assert len(asked) == (2 if followed else 1)
