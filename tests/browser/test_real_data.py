"""The real catalogues, with answers of the Horde's own program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from horde_model_reference.service.app import create_service
from tests.browser.conftest import Open
from tests.support.background import in_background
from tests.support.browser import expect, serving_in_thread
from tests.support.curating import assert_applies, count_shown, downloaded, names
from tests.support.misbehaving_horde import MisbehavingHorde, Route

pytestmark = pytest.mark.browser

CAPTURES = {
    Route.IMAGE_STATUS: "status_models_image_all.json",
    Route.TEXT_STATUS: "status_models_text_all.json",
    Route.IMAGE_STATS: "stats_img_models_known.json",
    Route.TEXT_STATS: "stats_text_models.json",
}


@pytest.fixture(scope="module")
def real_url(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    sources = {
        "image_generation": shared_data / "catalogue" / "stable_diffusion.json",
        "text_generation": shared_data / "catalogue" / "models.csv",
        "styles": shared_data / "styles" / "styles.json",
        "image_history": shared_data / "catalogue" / "model_mod_data.json",
    }
    payloads = {route: json.loads((shared_data / "horde-api" / name).read_bytes()) for route, name in CAPTURES.items()}
    with in_background(MisbehavingHorde(payloads)) as horde:
        built = horde.settings(
            sources={name: str(path) for name, path in sources.items()}, data_dir=tmp_path_factory.mktemp("data")
        )
        with serving_in_thread(create_service(built, hydrate=False)) as url:
            yield url


@pytest.fixture
def service_url(real_url: str) -> str:
    return real_url


@pytest.mark.parametrize(("category", "models"), [("image_generation", 161), ("text_generation", 719)])
def test_a_plan_of_the_policys_own_applies(
    open_page: Open, shared_data: Path, tmp_path: Path, category: str, models: int
) -> None:
    page = open_page(f"/models/{category}?limit=100")
    assert count_shown(page) == models
    assert len(names(page)) == 100
    for name in ("Overview", "Charts", "Names", "Plan"):
        page.locator(".tabs").first.get_by_role("link", name=name).click()
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    if not page.locator("[name=select]:checked").count():
        row = page.locator("table.plan-rows > tbody").first
        row.get_by_role("checkbox").check()
        row.get_by_role("textbox").fill("agreed")
        expect(page.locator("#outcome .big")).to_have_text("1 model")
        expect(page.locator("#outcome [role=alert]")).to_have_count(0)
    files = downloaded(page, tmp_path)
    (catalogue,) = files.keys() - {"plan.json", "plan.md", "removals.patch"}
    before = (shared_data / "catalogue" / catalogue).read_bytes()
    assert_applies(files["removals.patch"], before, files[catalogue], tmp_path)


def test_an_alias_can_be_copied(open_page: Open) -> None:
    page = open_page("/names/text_generation", permissions=["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button", name="Copy alias").first
    line = button.get_attribute("data-copy")
    button.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == line
