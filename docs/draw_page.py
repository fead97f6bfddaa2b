"""Draws the README's picture of the web page anew, in a real browser (``make picture``)."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # So that the tests' browser is found when this file is run as a script.

from tests.support.browser import chromium, serving_the_demo  # noqa: E402

SIZE = (1440, 900)
PICTURE = ROOT / "docs" / "images" / "page.png"


def main() -> None:
    """Show the bundled sample's image models and write what the browser shows."""
    width, height = SIZE
    with serving_the_demo() as address, chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": height})
        answer = page.goto(f"{address}/models/image_generation")
        if answer is None or not answer.ok:
            raise RuntimeError(f"{page.url}: {page.title()}")
        page.screenshot(path=PICTURE)
    print(f"written: {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
