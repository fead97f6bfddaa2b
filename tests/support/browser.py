"""A real browser: Debian's Chromium, driven by Playwright. Imported by test modules, which are skipped without it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
import uvicorn
from starlette.types import ASGIApp

from horde_model_reference.service.server import listen
from tests.support.waiting import PATIENCE

IN_CI = os.environ.get("CI") == "true"
if not IN_CI:
    for needed in ("playwright.sync_api", "axe_playwright_python.sync_playwright"):
        pytest.importorskip(needed, reason=f"no {needed.partition('.')[0]}: make test installs it")

from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, expect, sync_playwright  # noqa: E402

__all__ = [
    "Axe",
    "Browser",
    "BrowserContext",
    "Page",
    "Route",
    "Watch",
    "chromium",
    "expect",
    "serving_in_thread",
    "serving_the_demo",
]

OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=1000 * PATIENCE)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser; skip where there is none, but in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        assert not IN_CI, "no chromium: apt-get install chromium"
        pytest.skip("no chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(OPTIONS))
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a page did that no page of ours may do.

    Attributes:
        host: The only host that it may ask.
        faults: What it did.
        expected: Parts of what its console may say, since the test provokes it.
    """

    host: str
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Note scripts that fail, dialogs, refusals of the content policy, and requests to anybody else."""
        page.on("console", lambda message: self._note(message.type in {"error", "warning"}, message.text))
        page.on("pageerror", lambda error: self._note(True, f"script failed: {error}"))
        page.on("request", lambda request: self._note(not self._allowed(request.url), f"asked {request.url}"))
        page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Dialog) -> None:
        self._note(True, f"dialog: {dialog.message}")
        dialog.dismiss()

    def _allowed(self, url: str) -> bool:
        return url.startswith("data:") or urlsplit(url).netloc == self.host

    def _note(self, fault: bool, text: str) -> None:
        if fault and not any(part in text for part in self.expected):
            self.faults.append(text)


@contextmanager
def serving_the_demo() -> Iterator[str]:
    """Run ``serve --demo`` as a process on a free port, and return its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "horde_model_reference", "serve", "--demo", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        assert said.startswith("Serving on http://"), said
        yield said.split()[2].removesuffix("/")
    finally:
        process.terminate()
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@contextmanager
def serving_in_thread(service: ASGIApp) -> Iterator[str]:
    """Serve an app on a free port, in a thread of its own, and return its address."""
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(service, access_log=False, log_level="critical", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=PATIENCE)
