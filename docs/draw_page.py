"""Draws the documentation's pictures of the web page anew, in a real browser (``make picture``)."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # So that the tests' browser is found when this file is run as a script.

from tests.support.browser import chromium, serving_the_demo  # noqa: E402

SIZE = (1440, 900)
IMAGES = ROOT / "docs" / "images"
PICTURES = {
    "page.png": ("/", "light"),
    "models.png": ("/models/image_generation", "light"),
    "charts.png": ("/charts/image_generation", "dark"),
    "plan.png": ("/plan/image_generation", "light"),
}
"""The pictures: by file name, the address and the colour scheme."""


def main() -> None:
    """Write what the browser shows of the bundled sample."""
    width, height = SIZE
    with serving_the_demo() as address, chromium() as browser:
        for name, (path, scheme) in PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
            answer = page.goto(f"{address}{path}")
            if answer is None or not answer.ok:
                raise RuntimeError(f"{page.url}: {page.title()}")
            page.screenshot(path=IMAGES / name)
            print(f"written: {(IMAGES / name).relative_to(ROOT)}")
            page.close()


if __name__ == "__main__":
    main()
