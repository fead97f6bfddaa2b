"""The plan page: what is ticked stays ticked, and what is refused says why."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.planned_file import PlannedFile
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.styles import StyleFile, StyleFiles, Styles
from horde_model_reference.dashboard.plan_page import plan_archive, plan_file
from horde_model_reference.dashboard.plan_page import plan_page as whole_page
from horde_model_reference.dashboard.plan_view import ROWS, PlanView, Tab
from horde_model_reference.errors import NotFoundError, PlanError, PolicyError
from horde_model_reference.marks.mark import Marks
from tests.support.archives import unzipped
from tests.support.builders import FETCHED, catalogue_of, observation_of, stats_of, status_of, table_of
from tests.support.curation import CROWD, SUBJECT, facts_of
from tests.support.marks import mark_of
from tests.support.markup import Markup
from tests.support.service import catalogue_bytes

DAY = 86400
PLAIN = tuple(f"plain {at}" for at in range(30))
"""Little used, old, replaceable."""
STYLED = "styled"
FIELDS = {"style": "realistic"}


@pytest.fixture(scope="module")
def facts() -> CurationFacts:
    names = [*PLAIN, STYLED, *(f"used {at}" for at in range(11))]
    stats = {name: (1, 90_000, 90_000) for name in names if name.startswith("used")}
    stats |= dict.fromkeys((*PLAIN, STYLED), (0, 3, 300))
    catalogue = catalogue_of(dict.fromkeys(names, FIELDS))
    table = table_of(catalogue, observation_of(stats_of(stats), status_of({STYLED: 1})))
    return CurationFacts(
        table=table,
        catalogue=catalogue,
        location="catalogue.json",
        catalogue_file="catalogue.json",
        styles=Styles({"a style": STYLED}, {}),
        listings=dict.fromkeys(names, Listing(FETCHED.timestamp() - 1000 * DAY)),
    )


def plan_page(facts: CurationFacts, policy: Policy, view: PlanView, part: str = "") -> str:
    return whole_page(facts.table, facts, policy, view, part)


def ticks(page: str) -> set[str]:
    """The ticked models of a page, those of other tabs and pages included."""
    markup = Markup(page)
    boxes = [box for box in markup.all("input", type="checkbox", name="select") if "checked" in box]
    return {box["value"] for box in [*boxes, *markup.all("input", type="hidden", name="select")]}


def downloads(page: str) -> list[str]:
    """The files that can be downloaded by themselves; none where their buttons are disabled."""
    buttons = [found for found in Markup(page).all("button") if "/files/" in found.get("formaction", "")]
    files = [found["formaction"].rpartition("/")[2] for found in buttons if "disabled" not in found]
    return [name for name in files if name != "policy.toml"]


def test_the_policy_ticks_first(facts: CurationFacts) -> None:
    page = plan_page(facts, Policy(), PlanView())
    assert 0 < len(ticks(page)) <= 10
    assert ticks(page) <= set(PLAIN)
    assert downloads(page) == ["plan.md", "removals.patch", "catalogue.json", "plan.json"]
    assert 'role="alert"' not in page
    assert Markup(page).inline() == []


def test_the_keys_that_hold_back_are_told_with_the_models_that_each_releases(facts: CurationFacts) -> None:
    """Design section 8: a plan never ends silently."""
    page = plan_page(facts, Policy(), PlanView()).partition("What the policy holds back")[2]
    row = page[page.index("<code>styles.on_removal</code>") :].partition("</tr>")[0]
    assert re.findall(r">([^<]+)</td>", row) == ["1", "1", "none"]
    row = page[page.index("<code>limits.max_share_of_models</code>") :].partition("</tr>")[0]
    assert re.findall(r">([^<]+)</td>", row)[2] == "plain 12, plain 13, plain 14, plain 15, plain 16 and 1 more"
    assert "What the policy holds back" not in plan_page(facts, Policy(), PlanView(), "outcome")


def test_what_is_ticked_is_planned(facts: CurationFacts) -> None:
    page = plan_page(facts, Policy(), PlanView(PLAIN[:2]))
    assert ticks(page) == set(PLAIN[:2])
    assert '<p class="big">2 models</p>' in page
    assert "<dt>Frees</dt><dd>4.0 GB</dd>" in page


def test_nothing_ticked_is_a_plan_of_nothing(facts: CurationFacts) -> None:
    page = plan_page(facts, Policy(), PlanView(()))
    assert ticks(page) == set()
    assert "Nothing would be removed." in page
    assert downloads(page) == ["plan.md", "plan.json"]
    assert "Nothing is proposed" not in page


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ((PLAIN[0], STYLED), ["styled is protected: Styles that name it: 1. Write a reason"]),
        (("used 1", STYLED), ["used 1 is protected", "styled is protected"]),
        (PLAIN[:20], ["exceeds a limit", "over the limit"]),
        ((PLAIN[0], "gone"), ["no model &#39;gone&#39;", "The closest names are: "]),
        (("<b>",), ["no model &#39;&lt;b&gt;&#39;"]),
    ],
)
def test_a_refused_selection_says_why_and_keeps_its_ticks(
    facts: CurationFacts, names: tuple[str, ...], says: list[str]
) -> None:
    page = plan_page(facts, Policy(), PlanView(names))
    assert all(words in page for words in says)
    assert ticks(page) == set(names)
    assert downloads(page) == []
    known = len(set(names) & facts.catalogue.records.keys())
    assert f"<span>Models</span><span><strong>{known}</strong> of 10" in page, "the effect is that of what is ticked"


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (FIELDS, "Its 3 requests would likely go to "),
        (FIELDS | {"inpainting": True}, "Its 3 requests would have nothing to go to."),
        ({"style": None}, "Where its 3 requests would go is unknown."),
    ],
)
def test_rule_3_unknown_replacements_are_not_told_as_none(record: dict[str, Any], says: str) -> None:
    facts = facts_of(CROWD | {SUBJECT: 3}, records=dict.fromkeys(CROWD, FIELDS) | {SUBJECT: record})
    assert says in plan_page(facts, Policy(), PlanView((SUBJECT,), {SUBJECT: "agreed"}))


def test_a_reason_overrides_and_is_kept(facts: CurationFacts) -> None:
    page = plan_page(facts, Policy(), PlanView((STYLED,), {STYLED: 'broken "x"'}))
    assert "Removed all the same: broken &#34;x&#34;" in page
    assert "Styles that break: a style" in page
    field = Markup(page).all("input", name=f"override:{STYLED}")
    assert {found["value"] for found in field} == {'broken "x"'}
    assert downloads(page)


def test_a_reason_beside_a_model_that_is_not_ticked_is_kept_and_says_nothing(facts: CurationFacts) -> None:
    page = plan_page(facts, Policy(), PlanView((PLAIN[0],), {STYLED: "perhaps"}))
    assert '<p class="big">1 model</p>' in page
    assert 'value="perhaps"' in plan_page(
        facts, Policy(), replace(PlanView((PLAIN[0],), {STYLED: "perhaps"}), tab=Tab.PROTECTED)
    )
    assert downloads(page)


def test_the_script_gets_what_changes_and_no_more(facts: CurationFacts) -> None:
    view = PlanView(PLAIN[:2])
    part, page = plan_page(facts, Policy(), view, "outcome"), plan_page(facts, Policy(), view)
    assert part.strip() in page
    assert len(part) < len(page) / 4
    assert part.count("<section") == part.count('id="outcome"') == 1


def test_enter_presses_the_button_that_recalculates(facts: CurationFacts) -> None:
    buttons = Markup(plan_page(facts, Policy(), PlanView())).all("button")
    assert "formaction" not in buttons[0]


def test_ticks_of_other_tabs_and_pages_are_kept(facts: CurationFacts) -> None:
    view = PlanView(("used 1", PLAIN[0]), {"used 1": "agreed"}, tab=Tab.PROPOSED)
    page = plan_page(facts, Policy(), view)
    assert ticks(page) == {"used 1", PLAIN[0]}
    hidden = Markup(page).all("input", type="hidden", name="override:used 1")
    assert {found["value"] for found in hidden} == {"agreed"}


def test_a_tab_lists_the_models_of_its_verdict_page_by_page() -> None:
    names = [f"unknown {at:02}" for at in range(ROWS + 3)]
    facts = facts_of(CROWD | dict.fromkeys(names, 0), days=dict.fromkeys(names, None))
    pages = [plan_page(facts, Policy(), PlanView((), tab=Tab.UNKNOWN, page=at)) for at in (0, 1, 99)]
    listed = [[box["value"] for box in Markup(page).all("input", type="checkbox", name="select")] for page in pages]
    assert [len(part) for part in listed] == [ROWS, 3, 3]
    assert sorted(listed[0] + listed[1]) == names
    assert listed[1] == listed[2], "a page beyond the last is the last"
    assert "26 to 28 shown" in pages[1]
    found = plan_page(facts, Policy(), PlanView((), tab=Tab.UNKNOWN, filters={"search": "UNKNOWN 07"}))
    assert [box["value"] for box in Markup(found).all("input", type="checkbox", name="select")] == ["unknown 07"]


def test_marked_models_have_a_tab_whatever_their_verdict(facts: CurationFacts) -> None:
    """Design section 10."""
    marks = Marks((mark_of(PLAIN[0]), mark_of("used 1"), mark_of("gone")))
    page = plan_page(replace(facts, marks=marks), Policy(), PlanView((), tab=Tab.MARKED))
    assert [box["value"] for box in Markup(page).all("input", type="checkbox", name="select")] == [PLAIN[0], "used 1"]
    assert "of 2 marked" in page


def test_another_policy_proposes_other_models_and_keeps_its_changes() -> None:
    names = [f"young {at}" for at in range(3)]
    facts = facts_of(CROWD | dict.fromkeys(names, 0), days=dict.fromkeys(names, None))
    nothing = plan_page(facts, Policy(), PlanView())
    assert "Nothing is proposed." in nothing
    assert 'href="/plan/image_generation?candidates.min_age_days=0">set it to 0' in nothing
    page = plan_page(facts, Policy(), PlanView(policy={"candidates.min_age_days": "0"}))
    assert ticks(page) == set(names)
    assert "1 key differs from the service" in page
    assert re.search(r'<label class="changed" title="[^"]*"><span>Listed at least, days', page)


def test_a_policy_without_sense_is_refused_and_stands_in_the_form(facts: CurationFacts) -> None:
    page = plan_page(facts, Policy(), PlanView(policy={"candidates.min_age_days": "soon"}))
    assert "candidates.min_age_days: &#39;soon&#39; is no value of it." in page
    assert downloads(page) == []
    assert Markup(page).all("input", name="candidates.min_age_days", value="soon")


def test_the_first_tab_with_a_tick_is_shown(facts: CurationFacts) -> None:
    page = plan_page(facts, Policy(), PlanView((STYLED,)))
    assert Markup(page).all("button", name="tab", value="protected")[0]["aria-current"] == "true"


def test_the_files_are_those_of_the_selection(facts: CurationFacts) -> None:
    content = catalogue_bytes(dict.fromkeys(facts.catalogue.records, FIELDS))
    file = PlannedFile("catalogue.json", "catalogue.json", content)
    view = PlanView((PLAIN[0],))
    archive = plan_archive(facts, Policy(), file, view)
    files = unzipped(archive)
    assert list(files) == ["catalogue.json", "plan.json", "plan.md", "removals.patch"]
    assert sorted(downloads(plan_page(facts, Policy(), view))) == list(files)
    assert all(plan_file(facts, Policy(), file, view, name) == content for name, content in files.items())
    policy = plan_file(facts, Policy(), file, replace(view, policy={"limits.max_models": "7"}), "policy.toml")
    assert b"max_models = 7\n" in policy
    assert json.loads(content).keys() - json.loads(files["catalogue.json"]).keys() == {PLAIN[0]}
    assert re.search(rb"^diff --git a/catalogue.json", files["removals.patch"])
    assert plan_archive(facts, Policy(), file, view) == archive
    with pytest.raises(PlanError):
        plan_archive(facts, Policy(), file, PlanView((STYLED,)))
    with pytest.raises(NotFoundError, match="no file of this name"):
        plan_file(facts, Policy(), file, view, "other.txt")
    with pytest.raises(PolicyError):
        plan_file(facts, Policy(), file, replace(view, policy={"limits.max_models": "x"}), "policy.toml")


def test_the_archive_has_the_part_for_the_styles_repository(facts: CurationFacts) -> None:
    """Design section 9: styles that change are a second patch, with its pull request."""
    style_files = StyleFiles(
        StyleFile("styles.json", json.dumps({"a style": {"model": STYLED}}).encode()),
        StyleFile("categories.json", b"{}"),
    )
    facts = replace(facts, styles=Styles({"a style": STYLED}, {}, {"a style": {"model": STYLED}}, style_files))
    content = catalogue_bytes(dict.fromkeys(facts.catalogue.records, FIELDS))
    file = PlannedFile("catalogue.json", "catalogue.json", content)
    policy = Policy.model_validate({"styles": {"on_removal": "delete"}})
    view = PlanView((STYLED,))
    files = unzipped(plan_archive(facts, policy, file, view))
    assert list(files) == ["catalogue.json", "plan.json", "plan.md", "removals.patch", "styles.md", "styles.patch"]
    assert b"a style" in files["styles.patch"]
    page = plan_page(facts, policy, view)
    assert sorted(downloads(page)) == list(files)
    assert "a style is deleted" in page


def test_the_page_says_what_else_changes_in_the_repository(facts: CurationFacts) -> None:
    page = plan_page(facts, Policy(), PlanView((PLAIN[0],)))
    assert "<code>python scripts/date_info.py</code>" in page
    assert "Set the label" in page
    assert "What else changes" not in plan_page(facts, Policy(), PlanView(()))


def test_suspicious_models_are_named_with_a_link() -> None:
    """Design section 8; rule 13: hostile names too."""
    threads = {f"odd {at}": 10 for at in range(5)} | {"<b>odd": 1234}
    page = plan_page(facts_of(CROWD | dict.fromkeys(threads, 0), threads=threads), Policy(), PlanView())
    (said,) = re.findall("<p>Suspicious, since.*?</p>", page)
    assert said.endswith("</a> (10) and 1 more.</p>")
    assert '<a href="/model/image_generation/%3Cb%3Eodd">&lt;b&gt;odd</a> (1,234), ' in said
    assert "Suspicious, since" not in plan_page(facts_of(CROWD | {"low": 0}), Policy(), PlanView())
