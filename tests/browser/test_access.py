"""For everybody: keyboard, screen reader, small screens, both colour schemes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Open
from tests.support.browser import Axe, Page, expect

pytestmark = pytest.mark.browser

PAGES = {
    "image models": "/?limit=20",
    "text models": "/category/text_generation?include_backend_variations=true&limit=10",
    "families": "/category/text_generation?group_text_models=true&limit=10",
    "image pictures": "/pictures/image_generation",
    "text pictures": "/pictures/text_generation",
    "over time": "/pictures/text_generation/over-time",
    "image model": "/model/image_generation/Vaporline%20Retro",
    "text model": "/model/text_generation/saltworks-ai/Ledger-7b-chat-hf",
    "image plan": "/plan/image_generation",
    "refused plan": "/plan/image_generation?select=Cobalt%20Depth%20768",
    "text plan": "/plan/text_generation",
}
SIZES = {"phone": (390, 844), "desk": (1400, 900)}


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")


ENOUGH_ROWS = """
for (const table of document.querySelectorAll("table")) {
  for (const row of [...table.querySelectorAll("tbody tr")].slice(4)) row.remove();
}
"""
"""Rows are alike, and axe looks at every one."""


def faults(page: Page, **options: object) -> list[tuple[str, ...]]:
    """What axe finds that is serious or critical."""
    found = Axe().run(page, options={"resultTypes": ["violations"]} | options).response["violations"]
    return [
        (fault["id"], fault["nodes"][0]["html"][:200], fault["nodes"][0]["failureSummary"])
        for fault in found
        if fault["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(open_page: Open, name: str) -> None:
    page = open_page(PAGES[name], color_scheme="light")
    unfold(page)
    page.evaluate(ENOUGH_ROWS)
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    assert faults(page, runOnly=["color-contrast"]) == []


BACKGROUND = "getComputedStyle(document.body).backgroundColor"


def test_every_page_fits_the_screen_in_both_colour_schemes(open_page: Open, screenshots: Path) -> None:
    page = open_page()
    for name, path in PAGES.items():
        page.goto(path)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            backgrounds = []
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=screenshots / f"{name.replace(' ', '-')}-{size}-{scheme}.png")
                backgrounds.append(page.evaluate(BACKGROUND))
            assert backgrounds[0] == "rgb(255, 255, 255)" != backgrounds[1]
        unfold(page)
        for width, height in SIZES.values():
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name


@pytest.mark.parametrize(
    ("way", "size", "scripts"),
    [
        ("hover", "desk", True),
        ("focus", "desk", True),
        ("focus", "phone", True),
        ("hover", "desk", False),
        ("focus", "phone", False),
    ],
)
def test_a_flag_says_its_sentence_and_nothing_cuts_it(open_page: Open, way: str, size: str, scripts: bool) -> None:
    width, height = SIZES[size]
    page = open_page(viewport={"width": width, "height": height}, java_script_enabled=scripts)
    flag = page.locator(".flag", has_text="no workers").first
    tip = flag.get_by_role("tooltip", include_hidden=True)
    expect(tip).to_be_hidden()
    flag.hover() if way == "hover" else flag.focus()
    expect(tip).to_be_visible()
    expect(tip).to_have_text("No worker serves it now.")
    box = tip.bounding_box()
    assert box
    assert min(box["x"], box["y"]) >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height
    if scripts:  # what lies at its middle is the sentence, not what would cover or cut it
        middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
        assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).getAttribute('role')", middle) == "tooltip"
        page.keyboard.press("Escape")
        expect(tip).to_be_hidden()


def test_the_keyboard_reaches_what_the_mouse_does(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".tiles a").first).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.get_by_label("Search").focus()
    page.keyboard.type("noir")
    page.keyboard.press("Enter")
    page.wait_for_url("**search=noir**")
    page.get_by_role("link", name="Umbra Noir").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Umbra Noir")


def test_recalculation_is_told_to_screen_readers(open_page: Open) -> None:
    page = open_page("/plan/image_generation")
    expect(page.get_by_role("status")).to_have_text("")
    page.get_by_role("checkbox", checked=True).first.uncheck()
    expect(page.get_by_role("status")).to_contain_text("freed for every volunteer")
    assert page.get_by_role("status").inner_text() == page.locator("#outcome .summary").inner_text()


def test_pictures_have_a_table_with_the_same_figures(open_page: Open) -> None:
    page = open_page("/pictures/image_generation")
    unfold(page)
    assert page.locator("figure").count() == page.locator("figure table").count() >= 3
    marks = page.locator("svg g[class^=mark-]")
    assert marks.count() == page.locator("figure").first.locator("tbody tr").count() > 40
    for part in ("high", "medium", "low"):
        fill = page.locator(f"rect.part-{part}").first.evaluate("(part) => getComputedStyle(part).fill")
        assert fill.startswith("url("), "told apart without colour"
