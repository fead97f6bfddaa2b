"""Draws the documentation's pictures of the web page anew, in a real browser (``make picture``)."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # So that the tests' browser is found when this file is run as a script.

from tests.support.browser import chromium, serving_the_demo  # noqa: E402
from tests.support.pixels import difference  # noqa: E402

from horde_model_reference.demo import MOMENT  # noqa: E402

SIZE = (1440, 900)
SEEN_AT = MOMENT + timedelta(minutes=2)
"""When the reader looks, by the browser's clock: ages of the data are the same in every run."""
IMAGES = ROOT / "docs" / "images"
PICTURES = {
    "page.png": ("/", "light"),
    "models.png": ("/models/image_generation", "light"),
    "charts.png": ("/charts/image_generation", "dark"),
    "plan.png": ("/plan/image_generation", "light"),
}
"""The pictures: by file name, the address and the colour scheme."""


def main() -> None:
    """Write what the browser shows of the bundled sample, where one can see that it is not what is there already."""
    width, height = SIZE
    with serving_the_demo() as address, chromium() as browser:
        blank = browser.new_page()
        for name, (path, scheme) in PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
            page.clock.set_fixed_time(SEEN_AT)
            answer = page.goto(f"{address}{path}")
            if answer is None or not answer.ok:
                raise RuntimeError(f"{page.url}: {page.title()}")
            file, drawn = IMAGES / name, page.screenshot()
            if not file.exists() or difference(blank, file.read_bytes(), drawn):
                file.write_bytes(drawn)
                print(f"written: {file.relative_to(ROOT)}")
            page.close()


if __name__ == "__main__":
    main()
