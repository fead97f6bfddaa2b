"""The plan page: what is ticked stays ticked, and what is refused says why."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.curation.artefacts import PlannedFile
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.styles import StyleFile, StyleFiles, Styles
from horde_model_reference.dashboard import plan_page as module
from horde_model_reference.dashboard.plan_page import LONGEST_LINK, Ticked, plan_archive, plan_page
from horde_model_reference.errors import PlanError
from tests.support.archives import unzipped
from tests.support.builders import FETCHED, IMAGE, catalogue_of, observation_of, stats_of, status_of, table_of
from tests.support.curation import CROWD, SUBJECT, facts_of
from tests.support.hostile_names import HOSTILE_NAMES
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


def ticks(page: str) -> set[str]:
    """The ticked models of a page."""
    boxes = Markup(page).all("input", type="checkbox")
    return {box["value"] for box in boxes if "checked" in box}


def downloads(page: str) -> list[str]:
    """The files that the one archive has, as the page tells them; none without a button for it."""
    (said,) = re.findall(
        r'<p class="downloads"><button [^>]*/deletion-plan\.zip"[^>]*>[^<]*</button> with (.*)</p>', page
    ) or [""]
    return [name for name in said.split(", ") if name]


def test_the_policy_ticks_first(facts: CurationFacts) -> None:
    page = plan_page(facts, Policy(), Ticked(None, {}))
    assert 0 < len(ticks(page)) <= 10
    assert ticks(page) <= set(PLAIN)
    assert downloads(page) == ["plan.md", "plan.json", "removals.patch", "catalogue.json"]
    assert 'role="alert"' not in page
    assert Markup(page).inline() == []


def test_the_keys_that_hold_back_are_told_with_the_models_that_each_releases(facts: CurationFacts) -> None:
    """Design section 8: a plan never ends silently."""
    page = plan_page(facts, Policy(), Ticked(None, {}))
    row = page[page.index("<code>styles.on_removal</code>") :].partition("</tr>")[0]
    assert re.findall(r">([^<]+)</td>", row) == ["1", "1", "none"]
    row = page[page.index("<code>limits.max_share_of_models</code>") :].partition("</tr>")[0]
    assert re.findall(r">([^<]+)</td>", row)[2] == "plain 12, plain 13, plain 14, plain 15, plain 16 and 1 more"
    assert "What the policy holds back" not in plan_page(facts, Policy(), Ticked(None, {}), outcome_alone=True)


def test_what_is_ticked_is_planned(facts: CurationFacts) -> None:
    page = plan_page(facts, Policy(), Ticked(PLAIN[:2], {}))
    assert ticks(page) == set(PLAIN[:2])
    assert "<strong>2 models</strong>, 2 files, 4.0 GB" in page


def test_nothing_ticked_is_a_plan_of_nothing(facts: CurationFacts) -> None:
    page = plan_page(facts, Policy(), Ticked((), {}))
    assert ticks(page) == set()
    assert "Nothing would be removed." in page
    assert downloads(page) == ["plan.md", "plan.json"]


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
    page = plan_page(facts, Policy(), Ticked(names, {}))
    assert all(words in page for words in says)
    assert ticks(page) == set(names) & facts.catalogue.records.keys()
    assert downloads(page) == []
    assert f"Models: {len(ticks(page))} of 10" in page, "the effect is that of what is ticked"


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
    assert says in plan_page(facts, Policy(), Ticked((SUBJECT,), {SUBJECT: "agreed"}))


def test_a_reason_overrides_and_is_kept(facts: CurationFacts) -> None:
    page = plan_page(facts, Policy(), Ticked((STYLED,), {STYLED: 'broken "x"'}))
    assert "Removed all the same: broken &#34;x&#34;" in page
    assert "Styles that break: a style" in page
    field = Markup(page).all("input", name=f"override:{STYLED}")
    assert [found["value"] for found in field] == ['broken "x"']
    assert downloads(page)


def test_a_reason_beside_a_model_that_is_not_ticked_is_kept_and_says_nothing(facts: CurationFacts) -> None:
    page = plan_page(facts, Policy(), Ticked((PLAIN[0],), {STYLED: "perhaps"}))
    assert "<strong>1 model</strong>" in page
    assert 'value="perhaps"' in page
    assert downloads(page)


def test_the_script_gets_what_changes_and_no_more(facts: CurationFacts) -> None:
    ticked = Ticked(PLAIN[:2], {})
    part, page = plan_page(facts, Policy(), ticked, outcome_alone=True), plan_page(facts, Policy(), ticked)
    assert part.strip() in page
    assert len(part) < len(page) / 4
    assert part.count("<section") == part.count('id="outcome"') == 1


def test_enter_presses_the_button_that_recalculates(facts: CurationFacts) -> None:
    buttons = Markup(plan_page(facts, Policy(), Ticked(None, {}))).all("button")
    assert "formaction" not in buttons[0]


def test_more_models_than_can_be_listed_are_told(facts: CurationFacts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SHOWN", 5)
    page = plan_page(facts, Policy(), Ticked(("used 1",), {}))
    assert len(Markup(page).all("input", type="checkbox")) == 5
    assert ticks(page) == {"used 1"}
    assert "Listed are the 5 models" in page


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1) | st.sampled_from(sorted(HOSTILE_NAMES.values()))


@given(st.lists(names, max_size=4, unique=True), st.dictionaries(names, names.filter(str.strip), max_size=3))
def test_an_address_ticks_the_same(chosen: list[str], reasons: dict[str, str]) -> None:
    ticked = Ticked(tuple(chosen), reasons)
    link = ticked.link(IMAGE)
    if link is not None:
        read = Ticked.read(parse_qsl(urlsplit(link).query, keep_blank_values=True))
        assert read.names == ticked.names
        assert read.reasons == {name: reason for name, reason in reasons.items() if name in chosen}
        assert read.choice() == ticked.choice()


def test_a_long_selection_has_no_address() -> None:
    many = Ticked(tuple(f"a model of a long name {at}" for at in range(100)), {})
    few = Ticked(many.names[:10] if many.names else None, {})
    assert many.link(IMAGE) is None
    assert len(few.link(IMAGE) or "") <= LONGEST_LINK


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([], None),
        ([("asked", "1")], ()),
        ([("select", "a"), ("select", "b")], ("a", "b")),
        ([("select", "a%0Ab"), ("x", "y")], ("a\nb",)),
    ],
)
def test_a_form_tells_nobody_asked_from_nothing_ticked(
    fields: list[tuple[str, str]], expected: tuple[str, ...] | None
) -> None:
    assert Ticked.read(fields).names == expected


def test_the_files_are_those_of_the_selection(facts: CurationFacts) -> None:
    content = catalogue_bytes(dict.fromkeys(facts.catalogue.records, FIELDS))
    file = PlannedFile("catalogue.json", "catalogue.json", content)
    ticked = Ticked((PLAIN[0],), {})
    archive = plan_archive(facts, Policy(), file, ticked)
    files = unzipped(archive)
    assert list(files) == ["catalogue.json", "plan.json", "plan.md", "removals.patch"]
    assert sorted(downloads(plan_page(facts, Policy(), ticked))) == list(files)
    assert json.loads(content).keys() - json.loads(files["catalogue.json"]).keys() == {PLAIN[0]}
    assert re.search(rb"^diff --git a/catalogue.json", files["removals.patch"])
    assert plan_archive(facts, Policy(), file, ticked) == archive
    with pytest.raises(PlanError):
        plan_archive(facts, Policy(), file, Ticked((STYLED,), {}))


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
    ticked = Ticked((STYLED,), {})
    files = unzipped(plan_archive(facts, policy, file, ticked))
    assert list(files) == ["catalogue.json", "plan.json", "plan.md", "removals.patch", "styles.md", "styles.patch"]
    assert b"a style" in files["styles.patch"]
    page = plan_page(facts, policy, ticked)
    assert sorted(downloads(page)) == list(files)
    assert "a style is deleted" in page


def test_the_page_says_what_else_changes_in_the_repository(facts: CurationFacts) -> None:
    page = plan_page(facts, Policy(), Ticked((PLAIN[0],), {}))
    assert "<code>python scripts/date_info.py</code>" in page
    assert "Set the label" in page
    assert "What else changes" not in plan_page(facts, Policy(), Ticked((), {}))


def test_suspicious_models_are_named_with_a_link() -> None:
    """Design section 8; rule 13: hostile names too."""
    threads = {f"odd {at}": 10 for at in range(5)} | {"<b>odd": 1234}
    page = plan_page(facts_of(CROWD | dict.fromkeys(threads, 0), threads=threads), Policy(), Ticked(None, {}))
    (said,) = re.findall("<p>Suspicious, since.*?</p>", page)
    assert said.endswith("</a> (10) and 1 more.</p>")
    assert '<a href="/model/image_generation/%3Cb%3Eodd">&lt;b&gt;odd</a> (1,234), ' in said
    assert "Suspicious, since" not in plan_page(facts_of(CROWD | {"low": 0}), Policy(), Ticked(None, {}))
