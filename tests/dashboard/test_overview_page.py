"""The overview: a sentence from the plan, and numbers that count the rows their links show."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape

import polars as pl
import pytest

from horde_model_reference.analytics.mark_columns import with_marks
from horde_model_reference.analytics.risk_response import viewed
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.row_selection import matching
from horde_model_reference.analytics.usage_trend import SHOWN_COLUMNS
from horde_model_reference.dashboard import labels
from horde_model_reference.dashboard.overview_page import headline, overview_page
from horde_model_reference.history.changes import ChangeKind
from horde_model_reference.history.changes_schema import CategoryChangesResponse, ChangeInfo
from horde_model_reference.marks.mark_state import MarkState, deletion_mark
from tests.dashboard.test_views import read
from tests.support.builders import IMAGE, TEXT, catalogue_of, observation_of, stats_of, status_of, table_of
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.marks import mark_of
from tests.support.markup import Markup
from tests.support.rows import judged

USE = {"used": 900, "little": 3, "gone": 0, "styled": 0, "odd": 0, "kept": 5000}
VERDICTS = {
    "used": ("keep", ["used_enough"]),
    "little": ("remove", ["candidate"]),
    "gone": ("remove", ["candidate"]),
    "styled": ("protected", ["named_by_styles", "jobs_waiting"]),
    "odd": ("unknown", ["age_unknown"]),
    "kept": ("protected", ["among_the_most_used", "used_enough"]),
}


def table(verdicts: dict[str, tuple[str, list[str]]] = VERDICTS) -> RiskTable:
    made = table_of(catalogue_of(list(USE)), observation_of(stats_of(USE | {"unlisted": 70}), status_of({"gone": 2})))
    return judged(made, verdicts, styles={"styled": 2})


def page(shown: RiskTable, recorded: CategoryChangesResponse | None = None) -> str:
    return overview_page(shown, pl.Series([5] * shown.rows.height, dtype=pl.Int64), recorded)


def text_of(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def test_the_sentence_is_that_of_the_plan() -> None:
    text = text_of(page(table()).partition("<main")[2])
    assert "2 of 6 image models can go now." in text
    assert "That frees 4.0 GB, moves 3 requests a month and breaks no style." in text
    assert "2 more had no use in 30 days, yet stay: jobs wait for 1, styles name 1 and the age of 1 is unknown." in text


@pytest.mark.parametrize(
    ("verdicts", "says"),
    [
        (dict.fromkeys(USE, ("keep", ["used_enough"])), "No image model can be proposed now."),
        ({}, "No image model can be judged now."),
    ],
)
def test_that_nothing_can_go_is_said(verdicts: dict[str, tuple[str, list[str]]], says: str) -> None:
    assert headline(table(verdicts)) == says
    assert "plan.md" not in page(table(verdicts))


def test_every_number_counts_the_rows_its_link_shows() -> None:
    shown = table()
    found = page(shown)
    cells = re.findall(r'<td class="number \w+"><a href="([^"]*)"[^>]*>(\d+)</a>', found)
    tiles = re.findall(r'<li class="tile \w+"><a href="([^"]*)">.*?<strong>(\d+)</strong>', found, re.DOTALL)
    assert sum(int(number) for _, number in cells) == sum(int(number) for _, number in tiles) == len(USE)
    for link, number in [*cells, *tiles]:
        query = read(unescape(link))
        assert matching(viewed(shown, query).rows, query).height == int(number)


def test_holds_tell_how_many_models_each_reason_holds_back() -> None:
    many = {f"model {at:02}": 0 for at in range(30)}
    made = table_of(catalogue_of(list(many)), observation_of(stats_of({"x": 1})))
    verdicts = {name: ("unknown", ["age_unknown"]) for name in many}
    verdicts |= {"model 00": ("unknown", ["age_unknown", "kind_unknown"])}
    found = page(judged(made, verdicts)).partition("What holds removals back</h2>")[2]
    rows = re.findall(r"<tr>.*?>([^<]+)</a><small><code>([^<]+)</code>.*?>(\d+)</td>.*?<strong>(\d+)</strong>", found)
    assert rows == [
        ("Age unknown", "candidates.min_age_days", "30", "29"),
        ("Kind unknown", "protect.last_of_its_kind", "1", "0"),
    ]


def test_unused_models_that_stay_are_listed_with_their_reasons() -> None:
    found = page(table()).partition("Unused, yet they stay</h2>")[2].partition("</section>")[0]
    assert "2 styles, jobs waiting" in found
    assert "age unknown" in found
    assert "gone" not in text_of(found)


def test_use_that_changes_is_told_of_used_models() -> None:
    made = table()
    weeks = [pl.lit(float(week)).alias(name) for week, name in enumerate(SHOWN_COLUMNS)]
    trend = pl.when(pl.col("name").is_in(["used", "little"])).then(-40.0).alias("trend_30d")
    found = page(replace(made, rows=made.rows.with_columns(*weeks, trend)))
    changes = text_of(found.partition("Use that changes</h2>")[2].partition("</section>")[0])
    assert "used −40% to 900" in changes
    assert "little" not in changes, "small numbers jump"


def test_marked_models_are_a_link_away() -> None:
    """Design section 10."""
    made = table()
    mark = deletion_mark(mark_of("little"), MarkState.WAITING, [])
    found = page(replace(made, rows=with_marks(made.rows, {"little": mark})))
    assert 'href="/models/image_generation?preset=marked">1 model marked for removal</a>' in found
    assert "marked for removal" not in page(made)


def test_rule_3_unknown_use_is_said() -> None:
    nothing = table_of(catalogue_of(["a"]), observation_of({"day": {}, "month": {}, "total": {}}))
    assert "the Horde reports no usage figures just now" in page(nothing)


def test_text_models_have_no_sum_of_sizes() -> None:
    made = table_of(catalogue_of(["a"], TEXT), observation_of(stats_of({"b": 1}), category=TEXT))
    assert "That moves no requests and breaks no style." in page(judged(made, {"a": ("remove", ["candidate"])}))


def test_rule_13_hostile_names_are_inert() -> None:
    use = dict.fromkeys(HOSTILE_NAMES.values(), 0)
    made = table_of(catalogue_of(list(use)), observation_of(stats_of({f"{name} unlisted": 5 for name in use})))
    markup = Markup(page(judged(made, dict.fromkeys(use, ("protected", ["jobs_waiting"])))))
    assert markup.inline() == []
    assert {tag for tag, _ in markup.elements} & {"img", "b", "iframe"} == set()


def test_the_same_table_gives_the_same_page() -> None:
    """Rule 12."""
    assert page(table()) == page(table())
    assert IMAGE.value in page(table())


def change(kind: ChangeKind, name: str) -> ChangeInfo:
    moment = datetime(2026, 11, 1, 12, tzinfo=UTC)
    return ChangeInfo(
        id="x", kind=kind, name=name, day=date(2026, 11, 1), seen_at=moment, sentence=".", deletion_mark=None
    )


def changes_of(*found: ChangeInfo, total: int | None = None) -> CategoryChangesResponse:
    return CategoryChangesResponse(
        category=IMAGE,
        total_count=len(found) if total is None else total,
        returned_count=len(found),
        offset=0,
        limit=6,
        changes=list(found),
    )


def test_recorded_changes_are_told_with_their_day() -> None:
    """Design section 10: changes are kept day by day."""
    found = changes_of(change(ChangeKind.NEWLY_CRITICAL, "gone"), change(ChangeKind.REMOVED, "<b>left"), total=9)
    card = page(table(), found).partition("What changed")[2].partition("</section>")[0]
    assert '<a href="/model/image_generation/gone">gone</a><small>newly critical</small>' in card
    assert "&lt;b&gt;left<small>left the catalogue</small>" in card, "what is gone has no page"
    assert text_of(card).endswith("9 in all: JSON , Atom feed")
    assert card.count("2026-11-01</time>") == 2


def test_without_a_history_nothing_is_said_of_changes() -> None:
    assert "What changed" not in page(table())
    assert "What changed" not in page(table(), changes_of()), "nor of none"


def test_every_kind_of_change_has_words() -> None:
    assert labels.CHANGES.keys() == set(ChangeKind)
