"""The curator's way: from opening the page to a patch that applies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from horde_model_reference.demo import DATA
from tests.browser.conftest import Open
from tests.support.browser import Page, Watch, expect
from tests.support.curating import assert_applies, count_shown, downloaded, names, number

pytestmark = pytest.mark.browser

FILES = ("plan.json", "plan.md", "removals.patch", "stable_diffusion.json")
PROTECTED = "Woodblock Revival"
"""A model that the policy protects: styles name it."""


def query(page: Page) -> dict[str, str]:
    """What the address asks."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def column(page: Page, heading: str) -> list[str]:
    """A column of the table, from top to bottom."""
    at = [text.strip() for text in page.locator("table.models thead th").all_inner_texts()].index(heading)
    return page.locator(f"table.models tbody tr:first-child > :nth-child({at + 1})").all_inner_texts()


def tick(page: Page, name: str) -> Any:
    return page.locator("table.plan tbody tr", has=page.get_by_text(name, exact=True)).get_by_role("checkbox")


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_from_opening_the_page_to_a_patch_that_applies(open_page: Open, tmp_path: Path, scripts: bool) -> None:
    page = open_page("/", java_script_enabled=scripts)
    everything = count_shown(page)

    tile = page.locator(".tiles a", has_text="at risk")
    at_risk = number(tile.locator("strong").inner_text())
    tile.click()
    assert query(page) == {"preset": "deletion_candidates"}
    assert count_shown(page) == at_risk < everything

    page.get_by_label("Baseline").select_option("stable_diffusion_1")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**baseline=stable_diffusion_1**")
    assert query(page)["preset"] == "deletion_candidates", "one filter keeps the others"
    assert set(column(page, "Baseline")) == {"stable_diffusion_1"}

    page.get_by_role("link", name="Month use").click()
    page.wait_for_url("**sort=-usage_month**")
    use = [number(text) for text in column(page, "Month use")]
    assert use == sorted(use, reverse=True)
    assert len(set(use)) > 3
    page.get_by_role("link", name="Month use").click()
    page.wait_for_url("**sort=usage_month**")
    assert [number(text) for text in column(page, "Month use")] == sorted(use)

    view, shown = page.url, names(page)
    page.get_by_role("link", name=shown[1], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(shown[1])
    page.go_back()
    assert (page.url, names(page)) == (view, shown)

    page.get_by_role("link", name="Plan removals").click()
    outcome, removed = page.locator("#outcome"), page.locator("#outcome .removed")
    proposed = [row.locator("th label").inner_text() for row in page.locator("tr", has=page.locator(":checked")).all()]
    assert len(proposed) > 1
    for name in proposed:
        expect(removed).to_contain_text(name)

    def settle() -> None:
        if not scripts:
            page.get_by_role("button", name="Recalculate").click()

    tick(page, proposed[0]).uncheck()
    settle()
    expect(removed).not_to_contain_text(proposed[0])

    tick(page, PROTECTED).check()
    settle()
    expect(outcome).to_contain_text(f"{PROTECTED} is protected")
    expect(tick(page, PROTECTED)).to_be_checked()
    expect(tick(page, proposed[0])).not_to_be_checked()
    expect(page.locator(".downloads")).to_have_count(0)

    page.get_by_label(f"Reason to remove {PROTECTED} all the same").fill("agreed in #modelling")
    settle()
    expect(removed).to_contain_text("Removed all the same: agreed in #modelling")
    expect(page.locator(".error")).to_have_count(0)

    files = downloaded(page, tmp_path)
    assert tuple(files) == FILES
    plan = json.loads(files["plan.json"])
    gone = {verdict["name"] for verdict in plan["verdicts"] if verdict["verdict"] == "remove"}
    assert gone == {*proposed[1:], PROTECTED}
    before = (DATA / "stable_diffusion.json").read_bytes()
    assert json.loads(before).keys() - json.loads(files["stable_diffusion.json"]).keys() == gone
    assert all(name in files["plan.md"].decode() for name in gone)
    assert_applies(files["removals.patch"], before, files["stable_diffusion.json"], tmp_path)


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_selection_can_be_sent_to_somebody(open_page: Open, scripts: bool) -> None:
    page = open_page("/model/image_generation/Umbra%20Noir", java_script_enabled=scripts)
    page.get_by_role("link", name="Plan its removal").click()
    expect(tick(page, "Umbra Noir")).to_be_checked()
    page.get_by_label("Reason to remove Umbra Noir all the same").fill('"broken" & <gone>')
    if not scripts:
        page.get_by_role("button", name="Recalculate").click()
    expect(page.locator("#outcome")).to_contain_text('Removed all the same: "broken" & <gone>')
    link = page.locator(".permalink").get_attribute("href")
    assert link
    if scripts:
        assert page.url.endswith(link), "the address follows the ticks"
    other = open_page(link, java_script_enabled=scripts)
    assert other.get_by_role("checkbox", checked=True).count() == 1
    assert other.locator("#outcome .removed").inner_text() == page.locator("#outcome .removed").inner_text()


def test_enter_beside_a_model_recalculates_and_downloads_nothing(open_page: Open) -> None:
    page = open_page("/plan/image_generation?select=Umbra%20Noir", java_script_enabled=False)
    page.get_by_label("Reason to remove Umbra Noir all the same").fill("agreed")
    page.get_by_label("Reason to remove Umbra Noir all the same").press("Enter")
    expect(page.locator("#outcome")).to_contain_text("Removed all the same: agreed")


def test_a_long_selection_is_refused_with_its_reason_and_keeps_its_ticks(open_page: Open, watch: Watch) -> None:
    page = open_page("/plan/text_generation")
    boxes = page.get_by_role("checkbox")
    page.evaluate("document.querySelectorAll('[name=select]').forEach((box) => { box.checked = true; })")
    boxes.first.dispatch_event("input")
    expect(page.locator("#outcome .error")).to_contain_text("Write a reason beside it")
    expect(page.locator("#outcome")).to_contain_text("over the limit")
    page.get_by_role("button", name="Recalculate").click()
    page.wait_for_load_state()
    assert page.get_by_role("checkbox", checked=True).count() == boxes.count() > 60


def test_a_failure_while_recalculating_is_said(open_page: Open, watch: Watch) -> None:
    watch.expected.append("ERR_FAILED")
    page = open_page("/plan/image_generation")
    before = page.locator("#outcome").inner_text()
    page.route("**/plan/**", lambda route: route.abort())
    page.get_by_role("checkbox").first.click()
    expect(page.locator("#said")).to_contain_text("could not be recalculated")
    assert page.locator("#outcome").inner_text() == before


VIEWS = (
    "?preset=host_issues&sort=-size_gb",
    "?search=xl&risk_level=low",
    "?nsfw=false&baseline=stable_diffusion_1&limit=7&offset=7",
    "?host=civitai.com",
)


@pytest.mark.parametrize("asked", VIEWS)
def test_the_whole_state_is_in_the_address(open_page: Open, asked: str) -> None:
    """Showing what the form says again leads to the same view, and the API's links give its rows."""
    page = open_page(f"/category/image_generation{asked}")
    shown = names(page)
    assert shown
    links = {
        name: page.locator("p.links").get_by_role("link", name=name).get_attribute("href") for name in ("JSON", "CSV")
    }
    found = json.loads(page.request.get(links["JSON"] or "").text())["models"]
    offset = int(query(page).get("offset", "0"))
    assert [model["name"] for model in found][offset : offset + len(shown)] == shown
    csv = page.request.get(links["CSV"] or "")
    assert csv.ok
    assert csv.text().startswith("name,")
    assert len(csv.text().splitlines()) >= len(found) + 1
    page.get_by_role("button", name="Show").click()
    page.wait_for_load_state()
    assert names(page) == (shown if not offset else [model["name"] for model in found][: len(shown)])
    assert "=&" not in page.url, "what was not asked stays out of the address"


def test_columns_sort(open_page: Open) -> None:
    page = open_page("/?limit=10", java_script_enabled=False)
    for heading in ("Model", "Level", "GB", "Baseline", "Why"):
        page.locator("table.models thead").get_by_role("link", name=heading, exact=True).click()
        expect(page.locator("table.models thead th[aria-sort$=ending]")).to_have_text(heading)
        assert query(page)["limit"] == "10"


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_pages_are_turned(open_page: Open, scripts: bool) -> None:
    page = open_page("/category/text_generation?limit=25", java_script_enabled=scripts)
    seen = names(page)
    while page.get_by_role("link", name="Next").count():
        page.get_by_role("link", name="Next").click()
        page.wait_for_load_state()
        seen += names(page)
    assert len(seen) == len(set(seen)) == count_shown(page)
    page.get_by_role("link", name="First").click()
    assert names(page) == seen[:25]


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_families_unfold(open_page: Open, scripts: bool) -> None:
    page = open_page("/category/text_generation?group_text_models=true&search=ledger", java_script_enabled=scripts)
    members = page.locator("tr.member")
    assert members.count() == 3
    expect(members.first).to_be_hidden()
    page.locator("details.family summary").first.click()
    expect(members.first).to_be_visible()
    family, *_ = column(page, "Month use")
    assert number(family) == sum(number(cell) for cell in members.locator("td:nth-child(3)").all_inner_texts())
    members.first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ledger")


def test_backends_add_up_to_their_model(open_page: Open) -> None:
    page = open_page("/category/text_generation?include_backend_variations=true&sort=-usage_month")
    bodies = page.locator("table.models tbody").all()
    several = [body for body in bodies if body.locator("tr.backend").count() > 1]
    assert several
    for body in several[:5]:
        model, *backends = (number(cell) for cell in body.locator("tr > :nth-child(3)").all_inner_texts())
        assert model == sum(backends)


ERRORS = {
    "/model/image_generation/Umbra": (404, "The closest names are"),
    "/category/nothing": (422, "category"),
    "/?preset=nothing": (400, "There is no preset"),
    "/nothing": (404, "Not Found"),
}


def test_errors_are_pages(open_page: Open, watch: Watch) -> None:
    page = open_page()
    for path, (status, says) in ERRORS.items():
        watch.expected.append(f"status of {status}")
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status
        expect(page.get_by_role("main")).to_contain_text(says)
    page.get_by_role("link", name="To the image models").click()
    expect(page.locator("table.models")).to_be_visible()
