"""Bodies of HTTP answers, read and decoded within limits."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator

import httpx
import zstandard

from horde_model_reference.body_limits import STEP, BodyLimits
from horde_model_reference.thread_pool import run_in_thread

ZSTD_WINDOW = 2**23
"""The largest window in bytes that RFC 9659 allows in HTTP; a larger one would cost memory at once."""
ZSTD_STEP = 32
"""Bytes that are decoded in one go: a block of 4 bytes may stand for 128 KiB."""


async def read_body(answer: httpx.Response, limits: BodyLimits) -> bytes:
    """Read a streamed body and decode it: the bytes as sent and as decoded stay within the limit, at any moment.

    Raises:
        BodyLimitError: The body is longer.
        httpx.DecodingError: It has an encoding that was not asked for, or several, or does not decode.
        httpx.HTTPError: It cannot be read.
    """
    if answer.is_stream_consumed:  # A transport that answers from memory has read it.
        return answer.content
    encoding = answer.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in {"", "identity", *DECODERS}:
        raise httpx.DecodingError(f"a content encoding that was not asked for: {encoding!r}", request=answer.request)
    body = await _collect(answer, limits.max_bytes)
    if body is not None and encoding in DECODERS:
        try:
            body = await run_in_thread(_decode, DECODERS[encoding], body, limits.max_bytes)
        except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
            raise httpx.DecodingError(f"a body that is no whole {encoding}", request=answer.request) from error
    if body is None:  # Raised here, where nothing of the body is left: an error keeps what its functions held.
        raise limits.exceeded("max_bytes", "bytes")
    return body


async def _collect(answer: httpx.Response, max_bytes: int) -> bytes | None:
    """Return the bytes as sent; None where there are too many."""
    body = io.BytesIO()
    async for chunk in answer.aiter_raw():
        if body.write(chunk) and body.tell() > max_bytes:
            return None
    return body.getvalue()


def _decode(decoder: Callable[[bytes], Iterator[bytes]], body: bytes, max_bytes: int) -> bytes | None:
    """Return the decoded bytes; None where there are too many."""
    decoded = io.BytesIO()
    for chunk in decoder(body):
        decoded.write(chunk)
        if decoded.tell() > max_bytes:
            return None
    return decoded.getvalue()


def _gunzip(body: bytes) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
        while chunk := file.read(STEP):
            yield chunk


def _unzstd(body: bytes) -> Iterator[bytes]:
    """Decode frame by frame.

    Raises:
        EOFError: The last frame is cut short.
    """
    at = 0
    while at < len(body):
        frame = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()
        while not frame.eof:
            step = body[at : at + ZSTD_STEP]
            if not step:
                raise EOFError("the compressed body ends too early")
            yield frame.decompress(step)
            at += len(step)
        at -= len(frame.unused_data)


DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {"gzip": _gunzip, "zstd": _unzstd}
"""The incremental decoder of each encoding; ``http_client.ACCEPT_ENCODING`` lists them."""
