"""The documentation page: all of it from this server."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.support.service import BlockingClient

PAGE = "/api/docs"


class Addresses(HTMLParser):
    """What a page has the browser fetch, and whether it has script or style of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag
        self.found += [value for name, value in attrs if name in {"src", "href"} and value]
        self.inline += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        if self._within == "script" and data.strip():
            self.inline.append(data)


@pytest.fixture(scope="module")
def page(demo: BlockingClient) -> Addresses:
    answer = demo.get(PAGE)
    assert answer.headers["content-type"].startswith("text/html")
    addresses = Addresses()
    addresses.feed(answer.text)
    return addresses


def test_nothing_comes_from_anybody_else(demo: BlockingClient, page: Addresses) -> None:
    assert len(page.found) >= 4
    assert all(address.startswith("/api/") and not address.startswith("//") for address in page.found)
    assert not re.search(r"(https?:)?//\w", demo.get(PAGE).text.lower().replace("<!doctype html>", ""))


def test_everything_it_needs_is_there(demo: BlockingClient, page: Addresses) -> None:
    types = {"js": "javascript", "css": "text/css", "png": "image/png"}
    for address in page.found:
        answer = demo.get(address)
        assert answer.status_code == 200
        assert types[address.rpartition(".")[2]] in answer.headers["content-type"]
        assert answer.content
    started = re.findall(r'url: "([^"]+)"', demo.get("/api/docs/start.js").text)
    assert [demo.get(url).json()["info"]["title"] for url in started] == ["horde-model-reference"]


def test_its_policy_lets_nothing_of_anybody_elses_run(demo: BlockingClient, page: Addresses) -> None:
    policy = dict(part.strip().split(" ", 1) for part in demo.get(PAGE).headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert not re.search(r"https?:|\*", " ".join(policy.values()))
    assert page.inline == [], "the policy would not let it run"


@pytest.mark.parametrize("path", ["../docs_page.py", "..%2f__init__.py", "%2e%2e/__init__.py", "", ".", "none.js"])
def test_no_other_file_is_served(demo: BlockingClient, path: str) -> None:
    answer = demo.get(f"{PAGE}/assets/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_there_is_no_other_page(demo: BlockingClient) -> None:
    """FastAPI's own would load scripts from elsewhere."""
    assert [demo.get(path).status_code for path in ("/docs", "/redoc", "/api/redoc", "/openapi.json")] == [404] * 4
