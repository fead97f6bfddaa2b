"""One browser and one service for all tests; a window of its own for each.

What needs Playwright is imported by the fixtures: a test module without it is skipped, a conftest cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.support.waiting import PATIENCE

if TYPE_CHECKING:
    from tests.support.browser import Browser, Page, Watch

Open = Callable[..., "Page"]
"""Opens a window at an address of the service's; options are those of a browser context."""

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The browser; gone before other tests come, since while it is there an event loop counts as running."""
    from tests.support.browser import chromium  # noqa: PLC0415

    with chromium() as started:
        yield started


@pytest.fixture(scope="package")
def demo_url() -> Iterator[str]:
    """Where ``serve --demo`` answers."""
    from tests.support.browser import serving_the_demo  # noqa: PLC0415

    with serving_the_demo() as url:
        yield url


@pytest.fixture
def service_url(demo_url: str) -> str:
    """What windows are opened on; modules with a service of their own override it."""
    return demo_url


@pytest.fixture
def watch(service_url: str) -> Iterator[Watch]:
    """What pages do that they may not: nothing, by the end of every test."""
    from tests.support.browser import Watch  # noqa: PLC0415

    kept = Watch(urlsplit(service_url).netloc)
    yield kept
    assert kept.faults == []


@pytest.fixture
def open_page(browser: Browser, service_url: str, watch: Watch) -> Iterator[Open]:
    """What opens windows."""
    contexts = []

    def opened(path: str = "/", **options: Any) -> Page:
        context = browser.new_context(base_url=service_url, **{"viewport": {"width": 1400, "height": 900}} | options)
        context.set_default_timeout(1000 * PATIENCE)
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Open) -> Page:
    """A window at the front page."""
    return open_page()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures of the pages are kept."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS
