"""The curator's way: from opening the page to a patch that applies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from horde_model_reference.demo import DATA
from tests.browser.conftest import Open
from tests.support.browser import Page, Route, Watch, expect
from tests.support.curating import arrive, assert_applies, count_shown, downloaded, names, number

pytestmark = pytest.mark.browser

FILES = ("plan.json", "plan.md", "removals.patch", "stable_diffusion.json")
PROTECTED = "Woodblock Revival"
"""A model that the policy protects: styles name it."""


def query(page: Page) -> dict[str, str]:
    """What the address asks."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def column(page: Page, key: str) -> list[str]:
    """A column of the table, from top to bottom."""
    return page.locator(f"table.models tbody > tr:first-child > .c-{key}").all_inner_texts()


def addresses(page: Page) -> list[str]:
    """The addresses of the models of the table, from top to bottom."""
    return [link.get_attribute("href") or "" for link in page.locator("table.models tbody > tr > th a").all()]


def choose(page: Page, menu: str, option: str) -> None:
    """Open a menu, and follow one of its links."""
    opened = page.locator("details.menu", has=page.locator("summary", has_text=menu)).first
    opened.locator("summary").click()
    opened.get_by_role("link", name=option, exact=True).click()


def tick(page: Page, name: str) -> Any:
    return page.get_by_role("checkbox", name=f"Remove {name}", exact=True)


def ticked(page: Page) -> list[str]:
    """The ticked models of the tab that is shown."""
    return [(box.get_attribute("value") or "") for box in page.locator("[name=select]:checked").all()]


def tab(page: Page, name: str) -> None:
    page.locator("button.tab", has_text=name).click()
    page.wait_for_load_state()  # Without scripts a new page comes.
    expect(page.locator("button.tab[aria-current]")).to_contain_text(name)


def reason(page: Page, name: str) -> Any:
    return page.get_by_label(f"Reason to remove {name} all the same")


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_from_opening_the_page_to_a_patch_that_applies(open_page: Open, tmp_path: Path, scripts: bool) -> None:
    page = open_page("/", java_script_enabled=scripts)
    proposed = number(page.locator(".tile.remove strong").inner_text())
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{proposed} of ")
    page.locator(".tile.protected a").click()
    arrive(page, "**verdict=protected**")
    assert query(page) == {"verdict": "protected"}

    choose(page, "Baseline", "SD 1")
    arrive(page, "**baseline=stable_diffusion_1**")
    assert query(page)["verdict"] == "protected", "one filter keeps the others"
    expect(page.locator(".chip.set")).to_have_count(2)
    assert set(column(page, "baseline")) == {"SD 1"}
    page.get_by_role("link", name="Remove the filter Verdict").click()
    expect(page.locator(".chip.set")).to_have_count(1)

    page.get_by_role("link", name="Month use").click()
    arrive(page, "**sort=-usage_month**")
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    use = [number(text) for text in column(page, "month")]
    assert use == sorted(use, reverse=True)
    assert len(set(use)) > 3

    view, shown = page.url, names(page)
    page.get_by_role("link", name=shown[1], exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(shown[1])
    page.go_back()
    expect(page.locator("table.models")).to_be_visible()
    assert (page.url, names(page)) == (view, shown)

    page.locator(".tabs").first.get_by_role("link", name="Plan").click()
    arrive(page, "**/plan/**")
    chosen = ticked(page)
    assert len(chosen) == proposed > 1

    tick(page, chosen[0]).uncheck()
    if not scripts:
        tab(page, "Proposed")
    expect(page.locator("#outcome .big")).to_have_text(f"{proposed - 1} models")

    tab(page, "Protected")
    tick(page, PROTECTED).check()
    expect(reason(page, PROTECTED)).to_be_visible()
    if not scripts:
        tab(page, "Protected")
    expect(page.locator("#outcome")).to_contain_text(f"{PROTECTED} is protected")
    expect(tick(page, PROTECTED)).to_be_checked()
    expect(page.get_by_role("button", name="plan.md")).to_be_disabled()

    reason(page, PROTECTED).fill("agreed in #modelling")
    if not scripts:
        tab(page, "Protected")
    expect(page.locator("#outcome [role=alert]")).to_have_count(0)
    expect(page.get_by_role("button", name="plan.md")).to_be_enabled()

    files = downloaded(page, tmp_path)
    assert tuple(files) == FILES
    plan = json.loads(files["plan.json"])
    gone = {verdict["name"] for verdict in plan["verdicts"] if verdict["verdict"] == "remove"}
    assert gone == {*chosen[1:], PROTECTED}
    before = (DATA / "stable_diffusion.json").read_bytes()
    assert json.loads(before).keys() - json.loads(files["stable_diffusion.json"]).keys() == gone
    assert all(name in files["plan.md"].decode() for name in gone)
    assert_applies(files["removals.patch"], before, files["stable_diffusion.json"], tmp_path)


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_the_whole_way_for_text_models(open_page: Open, tmp_path: Path, scripts: bool) -> None:
    """From the overview that proposes nothing over another policy and the families to a patch of the CSV file."""
    page = open_page("/overview/text_generation", java_script_enabled=scripts)
    expect(page.get_by_role("heading", level=1)).to_have_text("No text model can be proposed now.")
    page.get_by_role("link", name="Try another policy").first.click()
    arrive(page, "**/plan/**")
    page.locator(".policy > summary").click()
    page.locator("[name='candidates.min_age_days']").fill("0")
    if not scripts:
        page.get_by_role("button", name="Propose anew").click()
    arrive(page, "**candidates.min_age_days=0**")
    chosen = ticked(page)
    assert len(chosen) > 2

    protect = page.locator("[name='protect.names']")
    if not scripts:
        page.locator(".policy").evaluate("(policy) => { policy.open = true; }")
    protect.fill(chosen[0])
    if not scripts:
        page.get_by_role("button", name="Propose anew").click()
    arrive(page, "**protect.names=**")
    expect(tick(page, chosen[0])).to_have_count(0)
    proposed = ticked(page)
    assert chosen[0] not in proposed

    page.get_by_role("link", name=proposed[0], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(proposed[0])
    page.get_by_role("link", name="Text models").first.click()
    page.get_by_role("link", name="Families").click()
    arrive(page, "**group_text_models=true**")
    choose(page, "Verdict", "protected")
    arrive(page, "**verdict=protected**")
    assert count_shown(page) > 1
    for _ in range(4):
        page.go_back()
    expect(tick(page, proposed[0])).to_be_checked()
    assert ticked(page) == proposed

    tick(page, proposed[0]).uncheck()
    if not scripts:
        tab(page, "Proposed")
    expect(page.locator("#outcome .big")).to_have_text(f"{len(proposed) - 1} models")
    files = downloaded(page, tmp_path)
    before = (DATA / "models.csv").read_bytes()
    assert all(name.encode() not in files["models.csv"] for name in proposed[1:])
    assert chosen[0].encode() in files["models.csv"]
    assert_applies(files["removals.patch"], before, files["models.csv"], tmp_path)


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_back_after_a_detour_keeps_ticks_reasons_and_place(open_page: Open, scripts: bool) -> None:
    page = open_page("/plan/image_generation", java_script_enabled=scripts)
    chosen = ticked(page)
    tick(page, chosen[0]).uncheck()
    tab(page, "Protected")
    tick(page, PROTECTED).check()
    reason(page, PROTECTED).fill("agreed")
    if not scripts:
        tab(page, "Protected")
    arrive(page, "**agreed**")
    kept = page.url
    for _ in range(2):
        page.get_by_role("link", name=PROTECTED, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(PROTECTED)
        page.go_back()
        expect(page.locator("button.tab[aria-current]")).to_contain_text("Protected")
        assert page.url == kept
        expect(tick(page, PROTECTED)).to_be_checked()
        expect(reason(page, PROTECTED)).to_have_value("agreed")
        expect(page.locator("#outcome .big")).to_have_text(f"{len(chosen)} models")
    page.reload()
    expect(reason(page, PROTECTED)).to_have_value("agreed")
    tab(page, "Proposed")
    assert ticked(page) == chosen[1:]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/models/image_generation?verdict=protected&sort=name",
        "/models/text_generation?group_text_models=true&verdict=keep&backend=koboldcpp",
        "/model/image_generation/Umbra%20Noir",
        "/model/text_generation/saltworks-ai/Ledger-7b-chat-hf",
        "/charts/image_generation",
        "/plan/text_generation?candidates.min_age_days=0&tab=protected&level=low",
        "/names/image_generation",
        "/names/text_generation?outcome=attributed",
        "/charts/text_generation?scale=count",
        "/overview/text_generation",
    ],
)
def test_back_after_a_detour_shows_the_same(open_page: Open, path: str) -> None:
    page = open_page(path)
    before = page.locator("main").inner_text()
    page.get_by_role("link", name="Charts" if "charts" not in path else "Names").click()
    arrive(page, "**/charts/**" if "charts" not in path else "**/names/**")
    page.go_back()
    expect(page.locator("main")).to_have_text(before, use_inner_text=True)


def test_filters_apply_without_a_new_page_and_back_undoes_them(open_page: Open) -> None:
    page = open_page("/models/image_generation")
    page.evaluate("window.stays = true")
    everything = count_shown(page)
    choose(page, "Level", "critical")
    expect(page.locator(".chip.set")).to_contain_text("Level: critical")
    page.get_by_placeholder("Filter by name").type("noir")
    arrive(page, "**search=noir**")
    expect(page.get_by_placeholder("Filter by name")).to_be_focused()
    page.go_back()
    expect(page.locator(".chip.set")).to_have_count(0)
    assert count_shown(page) == everything
    assert page.evaluate("window.stays")


def test_a_menu_that_is_opened_while_rows_are_on_their_way_stays_open(open_page: Open) -> None:
    page = open_page("/models/image_generation")
    held: list[Route] = []
    page.route("**/models/**", lambda route: held.append(route), times=1)  # noqa: PLW0108 - its signature is read
    with page.expect_request("**search=noir**"):
        page.get_by_placeholder("Filter by name").fill("noir")
    menu = page.locator("details.menu", has_text="Verdict").first
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="protected")).to_be_visible()
    held.pop().continue_()
    expect(page.locator("table.models > tbody")).to_have_count(1)
    expect(menu.get_by_role("link", name="protected")).to_be_visible()
    expect(menu.locator("summary")).to_be_focused()
    menu.get_by_role("link", name="protected").click()
    expect(page.locator(".chip.set")).to_contain_text("Verdict: protected")
    expect(page.locator(".menu[open]")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_selection_can_be_sent_to_somebody(open_page: Open, scripts: bool) -> None:
    page = open_page("/model/image_generation/Umbra%20Noir", java_script_enabled=scripts)
    page.get_by_role("link", name="Select for removal").click()
    arrive(page, "**/plan/**")
    expect(tick(page, "Umbra Noir")).to_be_checked()
    reason(page, "Umbra Noir").fill('"broken" & <gone>')
    if not scripts:
        page.locator("button.tab[aria-current]").click()
    page.locator(".removed-box > summary").click()
    expect(page.locator("#outcome")).to_contain_text('Removed all the same: "broken" & <gone>')
    link = page.locator(".permalink").get_attribute("href")
    assert link
    if scripts:
        arrive(page, "**gone**")
        assert page.url.endswith(link), "the address follows the ticks"
    other = open_page(link, java_script_enabled=scripts)
    assert ticked(other) == ["Umbra Noir"]
    assert other.locator("#outcome .removed").text_content() == page.locator("#outcome .removed").text_content()


def test_enter_below_a_model_recalculates_and_downloads_nothing(open_page: Open) -> None:
    page = open_page("/plan/image_generation?select=Umbra%20Noir", java_script_enabled=False)
    reason(page, "Umbra Noir").fill("agreed")
    reason(page, "Umbra Noir").press("Enter")
    arrive(page, "**agreed**")
    expect(page.locator("#outcome [role=alert]")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_another_policy_proposes_other_models(open_page: Open, scripts: bool) -> None:
    page = open_page("/plan/image_generation", java_script_enabled=scripts)
    before = len(ticked(page))
    page.locator(".policy > summary").click()
    page.locator("[name='limits.max_models']").fill("1")
    if not scripts:
        page.get_by_role("button", name="Propose anew").click()
    arrive(page, "**limits.max_models=1**")
    expect(page.locator("#outcome .big")).to_have_text("1 model")
    assert before > 1 == len(ticked(page))
    expect(page.locator(".changed")).to_have_count(1)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="policy.toml").click()
    assert "max_models = 1\n" in Path(waiting.value.path()).read_text(encoding="utf-8")


def test_a_tick_just_after_another_policy_keeps_both(open_page: Open) -> None:
    page = open_page("/plan/image_generation")
    page.locator(".policy > summary").click()
    first, *rest = ticked(page)
    page.evaluate(
        """(name) => {  // Both at once: the tick comes before the policy's answer, on any machine.
          const models = document.querySelector("[name='limits.max_models']");
          models.value = "1";
          models.dispatchEvent(new Event("input", {bubbles: true}));
          document.querySelector(`[name=select][value="${CSS.escape(name)}"]`).click();
        }""",
        first,
    )
    arrive(page, "**limits.max_models=1**")
    assert parse_qs(urlsplit(page.url).query)["select"] == rest
    expect(page.locator("input[type=checkbox][name=select]")).to_have_count(1)
    expect(page.locator(".changed")).to_have_count(1)


def test_a_long_selection_is_refused_and_kept_by_this_window(open_page: Open) -> None:
    names = [f"an unknown model of a rather long name {at}" for at in range(120)]
    page = open_page("/plan/image_generation")
    page.evaluate(
        """(names) => { for (const name of names) {
          const field = Object.assign(document.createElement("input"), {type: "hidden", name: "select", value: name});
          document.getElementById("plan").append(field);
        } }""",
        names,
    )
    page.locator("[name=select]").first.dispatch_event("input")
    arrive(page, "**#kept=**")
    expect(page.locator("#outcome [role=alert]")).to_be_visible()
    page.get_by_role("link", name="Charts").click()
    page.go_back()
    expect(page.locator("input[type=hidden][name=select]")).to_have_count(len(names))


def test_a_failure_while_recalculating_is_said(open_page: Open, watch: Watch) -> None:
    watch.expected.append("ERR_FAILED")
    page = open_page("/plan/image_generation")
    before = page.locator("#outcome").inner_text()
    page.route("**/plan/**", lambda route: route.abort())
    page.locator("[name=select]").first.click()
    expect(page.locator("#said")).to_contain_text("could not be recalculated")
    assert page.locator("#outcome").inner_text() == before


VIEWS = (
    "?preset=host_issues&sort=-size_gb",
    "?search=xl&risk_level=low",
    "?nsfw=false&baseline=stable_diffusion_1&limit=7&offset=7",
    "?verdict=protected&reason=no_active_workers",
    "?host=civitai.com",
)


@pytest.mark.parametrize("asked", VIEWS)
def test_the_whole_state_is_in_the_address(open_page: Open, asked: str) -> None:
    """The API's links give the rows of the view."""
    page = open_page(f"/models/image_generation{asked}")
    shown = names(page)
    assert shown
    links = {
        name: page.get_by_role("main").get_by_role("link", name=name).get_attribute("href") for name in ("JSON", "CSV")
    }
    found = json.loads(page.request.get(links["JSON"] or "").text())["models"]
    offset = int(query(page).get("offset", "0"))
    assert [model["name"] for model in found][offset : offset + len(shown)] == shown
    csv = page.request.get(links["CSV"] or "")
    assert csv.ok
    assert csv.text().startswith("name,")
    assert len(csv.text().splitlines()) >= len(found) + 1


def test_columns_sort(open_page: Open) -> None:
    page = open_page("/models/image_generation?limit=10", java_script_enabled=False)
    for heading in ("Model", "Level", "GB", "Baseline", "Why", "Verdict"):
        page.locator("table.models thead").get_by_role("link", name=heading, exact=True).click()
        expect(page.locator("table.models thead th[aria-sort$=ending]")).to_have_text(heading)
        assert query(page)["limit"] == "10"


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_pages_are_turned(open_page: Open, scripts: bool) -> None:
    page = open_page("/models/text_generation?limit=25", java_script_enabled=scripts)
    seen, total = addresses(page), count_shown(page)
    while page.get_by_role("link", name="Next").count():
        shown = page.locator("p.told").inner_text()
        page.get_by_role("link", name="Next").click()
        page.wait_for_load_state()  # Without scripts a new page comes.
        expect(page.locator("p.told")).not_to_have_text(shown, use_inner_text=True)
        seen += addresses(page)
    assert len(seen) == len(set(seen)) == total
    page.get_by_role("link", name="First").click()
    page.wait_for_load_state()
    expect(page.locator("p.told")).to_contain_text("1 to 25 shown")
    assert addresses(page) == seen[:25]


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_families_unfold(open_page: Open, scripts: bool) -> None:
    page = open_page("/models/text_generation?group_text_models=true&search=ledger", java_script_enabled=scripts)
    members = page.locator("tr.member")
    assert members.count() == 3
    expect(members.first).to_be_hidden()
    page.locator("details.family summary").first.click()
    expect(members.first).to_be_visible()
    family, *_ = column(page, "month")
    assert number(family) == sum(number(cell) for cell in members.locator(".c-month").all_inner_texts())
    members.first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("edger")


ERRORS = {
    "/model/image_generation/Umbra": (404, "These are close"),
    "/models/nothing": (422, "category"),
    "/models/image_generation?preset=nothing": (400, "There is no preset"),
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
    page.get_by_role("main").get_by_role("link", name="Image models").click()
    expect(page.locator(".tiles")).to_be_visible()


def test_an_earlier_plan_is_compared_and_not_stored(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/plan/image_generation?limits.max_models=1")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="plan.json").click()
    waiting.value.save_as(tmp_path / "earlier.json")
    page.goto("/plan/image_generation")
    page.locator("summary", has_text="Compare with an earlier plan").click()
    page.get_by_label("An earlier plan.json").set_input_files(tmp_path / "earlier.json")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("changed")
    expect(page.locator("tbody .pill.remove").first).to_be_visible()
    page.get_by_role("link", name="Plan of removals").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Plan of removals")
