"""The category page: tiles that count what they show, and rows with all that is known."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from horde_model_reference.analytics.matching import matching
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.dashboard.category_page import HEADINGS, MOST_MEMBERS, category_page
from horde_model_reference.dashboard.views import PLAIN, View
from tests.dashboard.test_views import read
from tests.support.builders import IMAGE, TEXT, catalogue_of, observation_of, stats_of, status_of, table_of
from tests.support.markup import Markup


@pytest.fixture(scope="module")
def images() -> RiskTable:
    models: dict[str, dict[str, Any]] = {f"used {at}": {"size_on_disk_bytes": at * 2**30} for at in range(1, 6)}
    models |= {"idle": {"baseline": "flux_1"}, "lost": {"config": {"download": []}, "size_on_disk_bytes": None}}
    stats = stats_of({name: (9, 900, 9000) for name in models if name != "idle"})
    return table_of(catalogue_of(models), observation_of(stats, status_of(dict.fromkeys(models.keys() - {"idle"}, 2))))


@pytest.fixture(scope="module")
def texts() -> RiskTable:
    names = ["a/Stheno-8B", "a/Stheno-70B", "b/Alone-7B"]
    stats = {"koboldcpp/Stheno-8B": 7, "aphrodite/a/Stheno-8B": 8, "koboldcpp/Stheno-70B": 20, "nothing at all": 3}
    return table_of(catalogue_of(names, TEXT), observation_of(stats_of(stats), category=TEXT))


def page(table: RiskTable, **asked: Any) -> str:
    return category_page(table, View(table.category, replace(PLAIN, **asked)))


def tiles(text: str) -> dict[str, tuple[str, RiskQuery, bool]]:
    """The tiles of a page: figure, what their link asks, and whether it is the view shown."""
    found = re.findall(r'<li><a href="([^"]*)"( aria-current="true")?><strong>([^<]*)</strong> ([^<]*)</a></li>', text)
    return {label: (value, read(unescape(link)), bool(current)) for link, current, value, label in found}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"preset": "critical"},
        {"risk_level": "high"},
        {"search": "used", "preset": "host_issues", "risk_level": "low"},
        {"baseline": "flux_1"},
    ],
)
def test_a_tile_counts_the_rows_its_link_shows(images: RiskTable, asked: dict[str, str]) -> None:
    found = tiles(page(images, **asked))
    for label in ("models", "at risk", "critical", "with warnings"):
        value, query, current = found[label]
        assert int(value) == matching(images.rows, query).height
        assert query.search == asked.get("search")
        assert query.baseline == asked.get("baseline")
        now = {"preset": asked.get("preset"), "risk_level": asked.get("risk_level")}
        assert current == (now == {"preset": query.preset, "risk_level": query.risk_level})


@pytest.mark.parametrize(
    ("asked", "size", "use"),
    [
        ({}, "17+", "5,400"),
        ({"search": "used"}, "15", "4,500"),
        ({"search": "lost"}, "?", "900"),
        ({"search": "nothing"}, "0", "0"),
    ],
)
def test_sums_are_those_of_the_rows_shown(images: RiskTable, asked: dict[str, str], size: str, use: str) -> None:
    found = tiles(page(images, **asked))
    assert (found["GB"][0], found["requests a month"][0]) == (size, use)


def test_every_column_links_to_its_order(images: RiskTable) -> None:
    text = page(images)
    links = re.findall(r'<th scope="col"[^>]*><a href="([^"]*)">([^<]*)</a></th>', text)
    headings = [heading for heading in HEADINGS if heading.shown(IMAGE)]
    assert [word for _, word in links] == [heading.word for heading in headings]
    assert [read(unescape(link)).sort.removeprefix("-") for link, _ in links] == [heading.sort for heading in headings]


def test_text_models_have_a_number_of_weights_and_no_gb() -> None:
    """Design section 8: the size of text models; it sorts like every other column."""
    records = {"a/Stheno-8B": {"parameters": 8_030_000_000}, "a/Stheno-70B": {"parameters": 70_600_000_000}, "b/x": {}}
    table = table_of(catalogue_of(records, TEXT), observation_of(stats_of({"elsewhere": 1}), category=TEXT))
    text = page(table, sort="-parameters")
    assert re.findall(r'<td class="number">([^<]*[BM?])</td>', text) == ["70.6B", "8B", "?"]
    assert re.findall(r'aria-sort="descending" class="number"><a href="[^"]*">(\w+)<', text) == ["Parameters"]
    assert "sorted by parameters." in " ".join(text.split())
    assert "GB" not in text
    assert "70.6B" in page(table, group_text_models=True)


def test_what_the_form_cannot_list_it_still_says(images: RiskTable) -> None:
    markup = Markup(page(images, baseline="gone", host="gone.example", limit=13))
    chosen = {option["value"] for option in markup.all("option") if "selected" in option}
    assert {"gone", "gone.example", "13"} <= chosen


def test_families_carry_their_members_figures(texts: RiskTable) -> None:
    text = page(texts, group_text_models=True)
    assert "Stheno (2)" in text
    members = re.findall(r'<tr class="member">.*?</tr>', text, re.DOTALL)
    assert [re.findall(r'<td class="number">(\d+)</td>', member)[0] for member in members] == ["20", "15"]
    assert '<a href="/model/text_generation/b/Alone-7B">Alone</a>' in text


def test_a_very_large_family_is_cut_and_says_so() -> None:
    names = [f"a/Stheno-{at}B" for at in range(MOST_MEMBERS + 5)]
    table = table_of(catalogue_of(names, TEXT), observation_of(stats_of({"koboldcpp/Stheno-1B": 1}), category=TEXT))
    text = page(table, group_text_models=True)
    assert text.count('<tr class="member"><th') == MOST_MEMBERS
    assert "and 5 more" in text


def test_backends_have_rows_of_their_own(texts: RiskTable) -> None:
    text = page(texts, include_backend_variations=True, search="Stheno-8B")
    backends = re.findall(
        r'<tr class="backend"><th scope="row">(\w+) .*?<td class="number">(\d+)</td>', text, re.DOTALL
    )
    assert backends == [("aphrodite", "8"), ("koboldcpp", "7")]


def test_trust_is_told_in_plain_words(texts: RiskTable) -> None:
    text = page(texts)
    assert "35 belong to a model, 0 could belong to several, 3 to none" in text
    assert "stale" not in text
    stale = replace(texts, data_as_of=replace(texts.data_as_of, stale=True))
    assert "stale: the newest attempt to refresh them failed" in page(stale)


def test_unknown_use_is_said_and_not_zero() -> None:
    """Rule 3."""
    table = table_of(catalogue_of(["a"]), observation_of({"day": {}, "month": {}, "total": {}}))
    text = page(table)
    assert "The Horde reports no usage figures just now." in text
    assert tiles(text)["requests a month"][0] == "?"


def test_a_page_beyond_the_last_row_leads_back(images: RiskTable) -> None:
    assert "There are no rows so far down" in page(images, offset=500)
    assert "No model matches" in page(images, search="nothing")


@pytest.mark.parametrize("category", [IMAGE, TEXT])
def test_pages_have_nothing_inline_and_no_id_twice(images: RiskTable, texts: RiskTable, category: object) -> None:
    table = images if category is IMAGE else texts
    for asked in ({}, {"group_text_models": True}, {"include_backend_variations": True}):
        markup = Markup(page(table, **asked))
        assert markup.inline() == []
        ids = [attributes["id"] for _, attributes in markup.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        described = {
            attributes["aria-describedby"] for _, attributes in markup.elements if "aria-describedby" in attributes
        }
        assert described <= set(ids)


def test_the_same_table_gives_the_same_page(images: RiskTable) -> None:
    """Rule 12: a page says nothing of the moment it was made, so that it can be kept as long as its table."""
    assert page(images) == page(images)
