"""The models' page: rows with all that is known, filters that are links, and families that unfold."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any

import polars as pl
import pytest

from horde_model_reference.analytics.link_columns import with_link_checks
from horde_model_reference.analytics.mark_columns import with_marks
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.dashboard.models_page import COLUMNS, models_page
from horde_model_reference.dashboard.views import PLAIN, View
from horde_model_reference.links.link import LinkOutcome
from horde_model_reference.links.link_check import LinkCheck
from horde_model_reference.marks.mark_state import MarkState, deletion_mark
from tests.dashboard.test_views import read
from tests.support.builders import GOOD_URL, IMAGE, TEXT, catalogue_of, observation_of, stats_of, status_of, table_of
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.marks import mark_of
from tests.support.markup import Markup
from tests.support.rows import judged


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


def page(table: RiskTable, ages: list[int | None] | None = None, **asked: Any) -> str:
    days = pl.Series("age_days", ages or [None] * table.rows.height, dtype=pl.Int64)
    return models_page(table, days, View(table.category, replace(PLAIN, **asked)))


def cells(text: str, column: str) -> list[str]:
    """The texts of a column, from top to bottom."""
    found = re.findall(
        rf'<t[dh][^>]*class="c-{column}[ "][^>]*>(.*?)</t[dh]>', text.partition("</thead>")[2], re.DOTALL
    )
    return [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in found]


def told(text: str) -> str:
    (found,) = re.findall(r'<p class="told".*?</p>', text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", "", found).split())


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "7 models, 17.0+ GB, 5,400 requests a month"),
        ({"search": "used"}, "5 of 7 models, 15.0 GB, 4,500 requests a month"),
        ({"search": "lost"}, "1 of 7 models, 0.0+ GB, 900 requests a month"),
        ({"limit": 3, "offset": 3}, "7 models, 17.0+ GB, 5,400 requests a month; 4 to 6 shown"),
    ],
)
def test_counts_and_sums_are_those_of_the_rows_that_match(images: RiskTable, asked: dict[str, Any], says: str) -> None:
    assert told(page(images, **asked)).startswith(says)


def test_every_column_that_sorts_links_to_its_order(images: RiskTable) -> None:
    text = page(images, sort="-usage_day")
    links = re.findall(r'<th scope="col"[^>]*aria-sort="none"><a href="([^"]*)"[^>]*>([^<]*)</a></th>', text)
    sorting = [column for column in COLUMNS if column.shown(IMAGE) and column.sort]
    assert [word for _, word in links] == [column.word for column in sorting]
    assert [read(unescape(link)).sort.removeprefix("-") for link, _ in links] == [column.sort for column in sorting]
    assert re.findall(r'class="c-(\w+)" aria-sort="descending"', page(images)) == ["level"], "first by removal"
    assert "By gb" not in page(images, sort="-size_gb")
    assert "By GB, descending" in told(page(images, sort="-size_gb"))


def test_text_models_have_a_number_of_weights_and_no_gb() -> None:
    """Design section 8: the size of text models; it sorts like every other column."""
    records = {"a/Stheno-8B": {"parameters": 8_030_000_000}, "a/Stheno-70B": {"parameters": 70_600_000_000}, "b/x": {}}
    table = table_of(catalogue_of(records, TEXT), observation_of(stats_of({"elsewhere": 1}), category=TEXT))
    text = page(table, sort="-parameters")
    assert cells(text, "size") == ["70.6B", "8B", "?"]
    assert re.findall(r'aria-sort="descending"><a [^>]*>(\w+)<', text) == ["Size"]
    assert "GB" not in told(text)
    assert cells(page(table, group_text_models=True, sort="-parameters"), "size")[0] == "8B–70.6B"


def test_a_verdict_stands_with_the_reasons_that_speak_for_it(images: RiskTable) -> None:
    verdicts = {"used 1": ("protected", ["named_by_styles", "used_enough"]), "idle": ("remove", ["candidate"])}
    text = page(judged(images, verdicts, styles={"used 1": 2}))
    names = cells(text, "name")
    assert cells(text, "verdict")[names.index("used 1")] == "protected 2 styles"
    assert cells(text, "verdict")[names.index("idle")] == "remove"
    assert cells(text, "verdict")[names.index("lost")] == "unknown", "without a verdict"


def test_a_mark_says_after_which_day_the_model_may_go(images: RiskTable) -> None:
    """Design section 10."""
    mark = deletion_mark(mark_of("idle"), MarkState.WAITING, [])
    text = page(
        judged(replace(images, rows=with_marks(images.rows, {"idle": mark})), {"idle": ("remove", ["candidate"])})
    )
    verdicts = dict(zip(cells(text, "name"), cells(text, "verdict"), strict=True))
    assert verdicts["idle"] == f"remove marked, may go from {mark.remove_after}"


def test_checked_links_are_reasons_too(images: RiskTable) -> None:
    """Design section 12."""
    dead = LinkCheck(LinkOutcome.GONE, "status 404", datetime(2026, 11, 1, tzinfo=UTC), 3)
    text = page(with_link_checks(images, {GOOD_URL: dead}))
    assert "dead download" in text
    assert "login needed" not in text
    assert "dead download" not in page(images)


def test_unknown_use_is_said_and_not_zero() -> None:
    """Rule 3."""
    table = table_of(catalogue_of(["a"]), observation_of({"day": {}, "month": {}, "total": {}}))
    text = page(table)
    assert "? requests a month" in told(text)
    assert cells(text, "month") == ["?"]


def test_an_empty_view_names_the_filter_that_is_too_much(images: RiskTable) -> None:
    text = page(images, baseline="flux_1", risk_level="none", host="gone.example")
    assert "Without <strong>Host: gone.example</strong> there is 1 model." in text
    assert "There are no rows so far down" in page(images, offset=500)
    assert "No model matches" in page(images, search="nothing")


def test_a_search_keeps_the_other_filters(images: RiskTable) -> None:
    hidden = Markup(page(images, baseline="flux_1", sort="name", limit=13, offset=13)).all("input", type="hidden")
    assert {(field["name"], field["value"]) for field in hidden} == {
        ("baseline", "flux_1"),
        ("sort", "name"),
        ("limit", "13"),
    }


@pytest.mark.parametrize("category", [IMAGE, TEXT])
def test_pages_have_nothing_inline_and_no_id_twice(images: RiskTable, texts: RiskTable, category: object) -> None:
    table = images if category is IMAGE else texts
    for asked in ({}, {"group_text_models": True}, {"baseline": "x"}):
        markup = Markup(page(table, **asked))
        assert markup.inline() == []
        ids = [attributes["id"] for _, attributes in markup.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        described = {
            attributes["aria-describedby"] for _, attributes in markup.elements if "aria-describedby" in attributes
        }
        assert described <= set(ids)


def test_rule_13_hostile_names_baselines_and_hosts_are_inert() -> None:
    names = list(HOSTILE_NAMES.values())
    table = table_of(catalogue_of({name: {"baseline": name} for name in names}), observation_of(stats_of({})))
    markup = Markup(page(table, limit=1000, search=names[0], baseline=names[0]))
    assert markup.inline() == Markup(page(table, limit=1000)).inline() == []
    assert {tag for tag, _ in markup.elements} & {"img", "b", "iframe"} == set()


def test_the_same_table_gives_the_same_page(images: RiskTable) -> None:
    """Rule 12: a page says nothing of the moment it was made, so that it can be kept as long as its table."""
    assert page(images) == page(images)
