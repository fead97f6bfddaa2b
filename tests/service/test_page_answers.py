"""How pages and assets are sent: compressed, and errors as pages for people."""

from __future__ import annotations

import zlib

import pytest

from horde_model_reference.dashboard.rendering import ASSETS, asset_version
from horde_model_reference.service.encodings import ENCODERS
from tests.support.service import BlockingClient


@pytest.mark.parametrize("name", [path.name for path in ASSETS.iterdir() if path.suffix in {".css", ".js", ".svg"}])
def test_assets_of_text_are_compressed(demo: BlockingClient, name: str) -> None:
    whole = (ASSETS / name).read_bytes()
    for encoding in ENCODERS:
        answer = demo.get(f"/assets/{name}?v={asset_version(name)}", headers={"Accept-Encoding": encoding})
        assert answer.content == whole
        assert answer.headers.get("content-encoding", "identity") == encoding
        assert "Accept-Encoding" in answer.headers["vary"]
    packed = demo.get(f"/assets/{name}", headers={"Accept-Encoding": "gzip"}).headers["content-length"]
    assert int(packed) <= len(zlib.compress(whole, 1)) + 100


def test_a_font_is_sent_as_it_is(demo: BlockingClient) -> None:
    answer = demo.get("/assets/inter-latin-wght-normal.woff2", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-type"] == "font/woff2"
    assert "content-encoding" not in answer.headers
    assert answer.headers["cache-control"] == "public, max-age=604800"
    assert answer.content == (ASSETS / "inter-latin-wght-normal.woff2").read_bytes()


def test_an_asset_that_is_known_is_not_sent_again(demo: BlockingClient) -> None:
    first = demo.get("/assets/page.js")
    again = demo.get("/assets/page.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_there_is_nothing_beside_the_assets(demo: BlockingClient) -> None:
    for path in ("/assets/", "/assets/..%2frendering.py", "/assets/nothing.css", "/assets/%00"):
        assert demo.get(path).status_code == 404
