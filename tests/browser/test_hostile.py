"""Rule 13 in a browser: names of any kind are text, wherever they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from markupsafe import escape

from horde_model_reference.dashboard.rendering import in_form
from horde_model_reference.escaping import visible
from horde_model_reference.service.app import create_service
from tests.browser.conftest import Open
from tests.browser.test_access import unfold
from tests.support.background import in_background
from tests.support.browser import Page, Watch, expect, serving_in_thread
from tests.support.builders import stats_of, status_of
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.misbehaving_horde import SERVER_ERROR, MisbehavingHorde, Route
from tests.support.service import catalogue_bytes, write_catalogues

pytestmark = pytest.mark.browser

MARKUP = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
ODD = ("100%41 sure", "..", "a/../b", "a//b", "trailing ", "a\nb", "?name=x", "#x")
NAMES = [*HOSTILE_NAMES.values(), MARKUP, *ODD]


@pytest.fixture(scope="module")
def horde() -> Iterator[MisbehavingHorde]:
    payloads = {
        Route.IMAGE_STATUS: status_of(dict.fromkeys(NAMES, 1)),
        Route.IMAGE_STATS: stats_of(dict.fromkeys(HOSTILE_NAMES.values(), 1000) | dict.fromkeys((MARKUP, *ODD), 0)),
        Route.TEXT_STATUS: status_of({f"koboldcpp/{MARKUP}": 1}),
        Route.TEXT_STATS: stats_of({f"koboldcpp/{MARKUP}": 7, f"aphrodite/{MARKUP}": 8, MARKUP: 1}),
    }
    with in_background(MisbehavingHorde(payloads)) as running:
        yield running


@pytest.fixture(scope="module")
def hostile_url(horde: MisbehavingHorde, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    url = f"https://{MARKUP}.example/x"
    fields = {
        "description": MARKUP,
        "baseline": MARKUP,
        "config": {"download": [{"file_name": MARKUP, "file_url": url}, {"file_name": MARKUP, "file_url": MARKUP}]},
    }
    sources = write_catalogues(
        folder,
        image=catalogue_bytes(dict.fromkeys(NAMES, fields)),
        text=catalogue_bytes({MARKUP: {"baseline": MARKUP}, f"x/{MARKUP}-7B": {}}),
    )
    (folder / "styles.json").write_text(json.dumps({MARKUP: {"prompt": MARKUP, "model": NAMES[0]}}))
    (folder / "categories.json").write_text(json.dumps({MARKUP: [MARKUP]}))
    sources |= {"styles": str(folder / "styles.json")}
    built = horde.settings(sources=sources, data_dir=folder / "data")
    with serving_in_thread(create_service(built, hydrate=False)) as served:
        yield served


@pytest.fixture
def service_url(hostile_url: str) -> str:
    return hostile_url


def shown(text: str) -> str:
    """A text as a browser lays it out."""
    return " ".join(visible(text).split())


def assert_tame(page: Page) -> None:
    """Nothing of the names became an element, and they do not burst the page."""
    assert page.locator("img, script:not([src]), iframe, style, [onerror], b b").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


PATHS = (
    "/",
    "/overview/text_generation",
    "/models/image_generation?limit=100",
    "/models/image_generation?search=" + "%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "/models/image_generation?baseline=" + "%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "/models/text_generation?group_text_models=true",
    "/charts/image_generation",
    "/charts/text_generation",
    "/names/image_generation",
    "/names/text_generation",
    "/names/image_generation?outcome=attributed",
    "/plan/image_generation",
    "/plan/text_generation",
    "/plan/image_generation?select=" + "%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
)


def test_names_are_text(open_page: Open) -> None:
    page = open_page()
    for path in PATHS:
        page.goto(path)
        unfold(page)
        for width in (390, 720, 1024, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert_tame(page)


def test_every_name_leads_to_its_page(open_page: Open, watch: Watch) -> None:
    page = open_page("/models/image_generation?limit=100")
    links = page.locator("table.models tbody th a")
    found = {link.get_attribute("href"): link.inner_text() for link in links.all()}
    assert len(found) == len(NAMES)
    assert sorted(" ".join(text.split()) for text in found.values()) == sorted(map(shown, NAMES))
    for href, name in found.items():
        answer = page.request.get(href or "")
        assert answer.status == 200, (href, name)
        assert escape(shown(name)) in " ".join(answer.text().split()), name
    for href in [href for href, name in found.items() if shown(name) in map(shown, (MARKUP, *ODD))]:
        page.goto(href or "")
        assert_tame(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["by script", "by form"])
def test_every_name_can_be_ticked(open_page: Open, scripts: bool) -> None:
    """The policy's limit refuses so many, but what it says of them shows that they came through."""
    fields = [("asked", "1"), *(("select", in_form(name)) for name in NAMES)]
    fields += [(f"override:{in_form(name)}", "x") for name in NAMES]
    page = open_page(f"/plan/image_generation?{urlencode(fields)}", java_script_enabled=scripts)
    with page.expect_response("**/plan/**"):
        if not scripts:
            page.get_by_role("button", name="Kept").click()
        else:
            page.locator("[name=select]").first.dispatch_event("input")
    page.wait_for_load_state()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    error, removed = page.locator("#outcome .error li"), page.locator("#outcome .removed strong")
    expect(error).to_contain_text("exceeds a limit")
    found = [" ".join((text or "").split()) for text in removed.all_text_contents()]
    assert sorted(found) == sorted(map(shown, NAMES))
    assert_tame(page)


@pytest.mark.parametrize("name", [MARKUP, "a\nb", "100%41 sure", ".."], ids=ascii)
def test_a_hostile_reason_is_text(open_page: Open, name: str) -> None:
    asked = {"select": in_form(name), f"override:{in_form(name)}": MARKUP}
    page = open_page(f"/plan/image_generation?{urlencode(asked)}")
    page.locator(".removed-box > summary").click()
    expect(page.locator("#outcome .removed")).to_contain_text(f"Removed all the same: {MARKUP}")
    expect(page.locator("#outcome .error")).to_have_count(0)
    assert shown(name) in shown(page.locator("#outcome .removed strong").inner_text())
    assert_tame(page)


def test_a_horde_that_is_down_is_said_on_a_page(open_page: Open, watch: Watch, tmp_path: Path) -> None:
    watch.expected += ["status of 502", "/assets/icon.svg"]
    with in_background(MisbehavingHorde()) as down:
        down.all_routes(SERVER_ERROR)
        built = down.settings(
            sources=write_catalogues(tmp_path), data_dir=tmp_path / "data", request_deadline_seconds=2
        )
        with serving_in_thread(create_service(built, hydrate=False)) as url:
            page = open_page("/")
            watch.host = url.removeprefix("http://")
            for path in ("/", "/plan/image_generation", "/model/image_generation/Deliberate"):
                answer = page.goto(url + path)
                assert answer is not None
                assert answer.status == 502
                assert int(answer.headers["retry-after"]) >= 1
                expect(page.get_by_role("heading", level=1)).to_have_text("Bad Gateway")
                expect(page.get_by_role("main")).to_contain_text("It may work again in")
