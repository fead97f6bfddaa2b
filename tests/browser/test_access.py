"""For everybody: keyboard, screen reader, small screens, both colour schemes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from tests.browser.conftest import Open
from tests.support.browser import Axe, Browser, Page, Watch, expect
from tests.support.curating import arrive
from tests.support.pixels import difference, keep

pytestmark = pytest.mark.browser

PAGES = {
    "image overview": "/",
    "text overview": "/overview/text_generation",
    "image models": "/models/image_generation",
    "filtered models": "/models/image_generation?risk_level=medium&baseline=stable_diffusion_xl",
    "empty models": "/models/image_generation?risk_level=critical&search=zzz",
    "text models": "/models/text_generation?limit=10",
    "families": "/models/text_generation?group_text_models=true&limit=10",
    "image charts": "/charts/image_generation",
    "text charts": "/charts/text_generation",
    "image names": "/names/image_generation",
    "text names": "/names/text_generation",
    "image model": "/model/image_generation/Vaporline%20Retro",
    "text model": "/model/text_generation/saltworks-ai/Ledger-7b-chat-hf",
    "image plan": "/plan/image_generation",
    "refused plan": "/plan/image_generation?select=Woodblock%20Revival",
    "text plan": "/plan/text_generation",
    "plan of another policy": "/plan/text_generation?candidates.min_age_days=0&tab=protected",
    "no such model": "/model/image_generation/Umbra",
}
Scheme = Literal["light", "dark"]
SIZES = {"phone": (390, 844), "laptop": (1024, 800), "desk": (1440, 900)}
WIDTHS = (390, 720, 1024, 1440)


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details:not(.menu, .status)').forEach((part) => { part.open = true; })")


ENOUGH_ROWS = """
for (const table of document.querySelectorAll("table")) {
  for (const row of [...table.querySelectorAll("tbody tr")].slice(4)) row.remove();
}
"""
"""Rows are alike, and axe looks at every one."""


BY_COLOUR = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""Rules whose outcome another colour scheme may change."""


def faults(page: Page, **options: object) -> list[tuple[str, ...]]:
    """What axe finds, however slight."""
    found = Axe().run(page, options={"resultTypes": ["violations"]} | options).response["violations"]
    return [(fault["id"], fault["nodes"][0]["html"][:200], fault["nodes"][0]["failureSummary"]) for fault in found]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(open_page: Open, watch: Watch, name: str) -> None:
    watch.expected.append("status of 404")
    page = open_page(PAGES[name], color_scheme="light")
    unfold(page)
    page.evaluate(ENOUGH_ROWS)
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    assert faults(page, **BY_COLOUR) == []


BACKGROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.mark.thorough
def test_every_page_is_drawn_in_both_colour_schemes(
    open_page: Open, browser: Browser, watch: Watch, screenshots: Path
) -> None:
    """The pictures are compared with those of the last run; the differences are reported, and decide nothing."""
    watch.expected.append("status of 404")
    page, blank = open_page(), browser.new_page()
    told = []
    for name, path in PAGES.items():
        page.goto(path)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            backgrounds = []
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                file = screenshots / f"{name.replace(' ', '-')}-{size}-{scheme}.png"
                told.append(keep(blank, file, page.screenshot(full_page=True)))
                backgrounds.append(page.evaluate(BACKGROUND))
            assert backgrounds[0] == "rgb(245, 246, 248)" != backgrounds[1]
    blank.close()
    (screenshots / "differences.txt").write_text("\n".join(told) + "\n", encoding="utf-8")


def test_pictures_are_compared_pixel_by_pixel(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 40, "height": 30})
    page.set_content("<p>one</p>")
    one, same = page.screenshot(), page.screenshot()
    page.set_content("<p>two</p>")
    other = page.screenshot()
    page.set_viewport_size({"width": 50, "height": 30})
    assert difference(page, one, same) == 0
    assert 0 < difference(page, one, other) < 1
    assert difference(page, one, page.screenshot()) == 1
    page.close()


TOO_WIDE = """
[...document.querySelectorAll("table")].filter((table) => !table.closest(".scroll"))
  .map((table) => [table.className, table.offsetWidth, table.parentElement.clientWidth])
  .filter(([, width, room]) => width > room + 1)
"""
"""Tables that do not fit where they stand: there, what does not fit is cut."""


def test_no_table_is_wider_than_its_wrapper_at_any_width(open_page: Open, watch: Watch) -> None:
    watch.expected.append("status of 404")
    page = open_page()
    for name, path in PAGES.items():
        page.goto(path)
        unfold(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(TOO_WIDE) == [], (name, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)


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
    page = open_page(
        "/models/image_generation", viewport={"width": width, "height": height}, java_script_enabled=scripts
    )
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


def test_the_keyboard_reaches_what_the_mouse_does(open_page: Open) -> None:
    page = open_page("/models/image_generation")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    expect(
        page.get_by_role("searchbox", name="Jump to a model").or_(page.get_by_label("Jump to a model").last)
    ).to_be_focused()
    page.keyboard.type("Umbra Noir")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Umbra Noir")


def test_menus_open_and_close_by_keyboard(open_page: Open) -> None:
    page = open_page("/models/image_generation")
    menu = page.locator("details.menu", has_text="Verdict").first
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="protected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="protected")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    menu.get_by_role("link", name="protected").focus()
    page.keyboard.press("Enter")
    arrive(page, "**verdict=protected**")
    expect(page.locator(".chip.set")).to_contain_text("Verdict: protected")


def test_dots_are_one_stop_and_arrows_go_on(open_page: Open) -> None:
    page = open_page("/charts/image_generation")
    dots = page.locator(".dot")
    assert dots.count() > 20
    expect(page.locator('.dot[tabindex="0"]')).to_have_count(1)
    dots.first.focus()
    page.keyboard.press("ArrowRight")
    expect(dots.nth(1)).to_be_focused()
    name = (dots.nth(1).get_attribute("aria-label") or "").split(":")[0]
    expect(page.locator(".dot-note")).to_contain_text(name)
    page.keyboard.press("Escape")
    expect(page.locator(".dot-note")).to_be_hidden()
    page.keyboard.press("Tab")


def test_recalculation_is_told_to_screen_readers(open_page: Open) -> None:
    page = open_page("/plan/image_generation")
    said = page.locator("#said")
    expect(said).to_have_text("")
    page.locator("[name=select]:checked").first.uncheck()
    expect(said).to_contain_text("Removes")
    assert said.inner_text() == f"Removes {page.locator('#outcome .big').inner_text()}"


def test_charts_have_a_table_with_the_same_figures(open_page: Open) -> None:
    page = open_page("/charts/image_generation")
    unfold(page)
    for section in page.locator("main section").all():
        assert section.locator("table").count() >= 1
    dots = page.locator(".dot").count()
    assert page.locator("main section").first.locator(".scroll tbody tr").count() == dots > 40
    expect(page.locator(".time-chart canvas")).to_have_count(1)


def test_without_a_script_the_servers_line_stays(open_page: Open) -> None:
    page = open_page("/charts/image_generation", java_script_enabled=False)
    expect(page.locator(".time-chart svg polyline").first).to_be_visible()


def test_the_theme_is_the_systems_or_the_other_one_and_is_remembered(open_page: Open) -> None:
    page = open_page("/", color_scheme="light")
    light = page.evaluate(BACKGROUND)
    page.get_by_role("button", name="Dark colours").click()
    dark = page.evaluate(BACKGROUND)
    assert dark != light
    page.goto("/models/image_generation")
    assert page.evaluate(BACKGROUND) == dark
    page.get_by_role("button", name="Dark colours").click()
    assert page.evaluate(BACKGROUND) == light
    assert page.evaluate("localStorage.length") == 0, "the system's own choice needs no memory"


def test_the_scatter_is_a_table_of_counts_on_a_phone(open_page: Open) -> None:
    page = open_page("/charts/image_generation", viewport={"width": 390, "height": 844})
    expect(page.locator(".scatter")).to_be_hidden()
    expect(page.locator(".scatter-counts")).to_be_visible()


def test_touch_targets_on_a_phone_are_large_enough(open_page: Open) -> None:
    page = open_page("/models/image_generation", viewport={"width": 390, "height": 844})
    heights = [
        element.evaluate("(element) => element.offsetHeight") for element in page.locator(".chip, .tabs a").all()
    ]
    assert min(heights) >= 44


COLOURS = """(selector) => {
  const style = getComputedStyle(document.querySelector(selector));
  return [style.color, style.backgroundColor, style.fill, style.borderBottomColor];
}"""
"""The colours of the first element: its text, its background, its fill and its lower border."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["image overview", "image models", "image model", "image plan", "text names"])
def test_paper_is_white_whatever_the_colours_of_the_screen(open_page: Open, name: str, scheme: Scheme) -> None:
    page = open_page(PAGES[name], color_scheme=scheme)
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", scheme)
    page.emulate_media(media="print", color_scheme=scheme)
    ink, paper, *_ = page.evaluate(COLOURS, "body")
    assert (ink, paper) == ("rgb(19, 23, 29)", "rgb(255, 255, 255)")
    for hidden in (".top", ".foot", ".filters", ".downloads", ".pages"):
        for part in page.locator(hidden).all():
            expect(part).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).printColorAdjust") == "exact", "pills keep their colours"
    assert page.pdf().startswith(b"%PDF-")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_keep_what_colours_tell(open_page: Open, scheme: Scheme) -> None:
    """What is chosen, filled or current differs from what is not, by a system colour."""
    page = open_page("/models/image_generation?verdict=protected&sort=-usage_month", color_scheme=scheme)
    page.emulate_media(forced_colors="active", color_scheme=scheme)
    bar, track = (page.evaluate(COLOURS, f".bar-meter rect:{place}-child")[2] for place in ("last", "first"))
    assert bar != track
    states = ("[aria-current]", ":not([aria-current])")
    current, other = (page.evaluate(COLOURS, f".tabs a{state}")[3] for state in states)
    assert current != other
    chosen, unset = (page.evaluate(COLOURS, chip)[3] for chip in (".chip.set", ".chip:not(.set)"))
    assert chosen != unset
