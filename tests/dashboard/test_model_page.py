"""The model page: size, links and verdict, in which hostile records stay inert."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from horde_model_reference.analytics.detail_schema import FlagEvidence
from horde_model_reference.analytics.link_columns import with_link_checks
from horde_model_reference.analytics.mark_columns import with_marks
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_response import respond_for_model
from horde_model_reference.dashboard.model_page import _observed, model_page
from horde_model_reference.links.link import LinkOutcome
from horde_model_reference.links.link_check import LinkCheck
from horde_model_reference.marks.mark_state import MarkState, deletion_mark
from tests.support.builders import FETCHED, TEXT, stats_of
from tests.support.curation import CROWD, SUBJECT, facts_of, plan_of, verdicts_of
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.marks import mark_of
from tests.support.markup import Markup
from tests.support.rows import files

REL = "noopener noreferrer external"


def page(name: str = SUBJECT, record: Mapping[str, Any] | None = None, use: int = 0, **more: Any) -> str:
    """The page of a model among a crowd."""
    facts = facts_of(CROWD | {name: use}, records={name: record or {}}, **more)
    detail = respond_for_model(facts.table, name)
    return model_page(facts.table, detail, verdicts_of(plan_of(facts))[name], "No history.")


def leading_away(shown: str) -> list[str]:
    """The addresses of the links that lead away from the service."""
    found = [link for link in Markup(shown).all("a") if not link["href"].startswith(("/", "#"))]
    assert all(link.get("rel") == REL for link in found)
    return [link["href"] for link in found]


def test_pages_and_files_are_links() -> None:
    """Design section 8."""
    record = {"homepage": "https://civitai.com/models/1", **files("https://h.example/a b", "javascript:alert(1)")}
    shown = page(record=record)
    assert leading_away(shown) == ["https://civitai.com/models/1", "https://h.example/a%20b"]
    assert "<code>file 1</code><small>no known host</small>" in shown
    assert 'class="outs"' not in page(record=files())


@pytest.mark.parametrize("hostile", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_rule_13_hostile_addresses_are_inert(hostile: str) -> None:
    record = {"homepage": hostile, "url": f"https://example.org/{hostile}", **files(hostile)}
    shown = page(record=record)
    assert Markup(shown).inline() == []
    assert all(url.startswith("https://example.org/") for url in leading_away(shown))


def test_text_models_have_a_number_of_parameters() -> None:
    """Design section 8."""
    shown = page("a/Oakmoss-7B", {"parameters": 7_240_000_000}, category=TEXT)
    assert "<dt>Size</dt><dd>7.2B <small>parameters</small>" in shown
    assert leading_away(shown)[0] == "https://huggingface.co/a/Oakmoss-7B"
    assert "Model card</a><small>huggingface.co, by its name</small>" in shown


def test_a_suspicious_model_is_called_so() -> None:
    """Design section 8."""
    shown = " ".join(page(threads={SUBJECT: 9}).split())
    assert "<strong>It stays, since too little is known.</strong> Suspicious: 9 worker threads" in shown
    assert "But for that it would be a candidate." in shown


def test_the_first_reason_is_told_with_the_verdict() -> None:
    shown = " ".join(page(threads={SUBJECT: 1}, jobs={SUBJECT: 2}).split())
    assert "<strong>It stays, because 2 jobs wait for it.</strong>" in shown
    assert "Jobs waiting for it" not in shown


def test_the_most_used_names_come_first() -> None:
    uses = {"koboldcpp/Oakmoss-7B": 3, "a/Oakmoss-7B": 2, "aphrodite/a/Oakmoss-7B": 9}
    shown = page("a/Oakmoss-7B", category=TEXT, stats=stats_of(uses)).partition("Names counted for it")[2]
    assert sorted(uses, key=lambda name: shown.index(f">{name}<")) == sorted(uses, key=lambda name: -uses[name])


def test_evidence_says_what_would_have_been_enough() -> None:
    shown = page(record=files("https://elsewhere.example/x"))
    rows = {row.partition("</code>")[0].rpartition("<code>")[2]: row for row in shown.split("<tr>") if "</code>" in row}
    assert '<td class="number word" data-label="Enough">at least 1</td>' in rows["zero_usage_month"]
    assert '<td class="number word" data-label="Enough">huggingface.co</td>' in rows["has_non_preferred_host"]
    assert "<strong>elsewhere.example</strong>" in rows["has_non_preferred_host"]
    assert "at least 0.0065%" in rows["low_usage"]


@pytest.mark.parametrize("unit", ["", "%"])
def test_what_was_observed_is_told_whatever_its_type(unit: str) -> None:
    values = {None: "none", True: "yes", 1234: "1,234", 0.5: "0.5", "x": "x"}
    for value, says in values.items():
        found = FlagEvidence(
            flag="x", severity=RiskLevel.LOW, sentence="", observed=value, threshold=None,
            unit="percent" if unit else "", source="",
        )  # fmt: skip
        assert _observed(found) == says + unit


def test_results_of_checked_links_stand_with_their_addresses() -> None:
    """Design section 12; rule 13: an address that is no link stays text."""
    facts = facts_of(CROWD | {SUBJECT: 900}, records={SUBJECT: files("https://h.example/<b>")})
    address = "https://h.example/<b>"
    check = LinkCheck(LinkOutcome.GONE, "status 404", datetime(2026, 11, 1, tzinfo=UTC), 3)
    table = with_link_checks(facts.table, {address: check})
    detail = respond_for_model(table, SUBJECT)
    shown = model_page(table, detail, verdicts_of(plan_of(facts))[SUBJECT], "No history.")
    assert "A file&#39;s address failed on 3 days in a row." in shown
    assert "https://h.example/&lt;b&gt;: gone, status 404" in shown
    assert "2026-11-01 00:00 UTC" in shown


@pytest.mark.parametrize(
    ("state", "after", "words"),
    [
        (MarkState.WAITING, FETCHED.date() + timedelta(18), "in 18 days"),
        (MarkState.WAITING, FETCHED.date() + timedelta(1), "in 1 day."),
        (MarkState.DUE, FETCHED.date(), "now"),
    ],
)
def test_a_mark_tells_the_days_until_the_model_may_go(state: MarkState, after: date, words: str) -> None:
    """Design section 10."""
    mark = mark_of(SUBJECT, remove_after=after, replacement="<b>", because="superseded_by", detail="<i>a LoRA</i>")
    facts = facts_of(CROWD | {SUBJECT: 0})
    table = replace(facts.table, rows=with_marks(facts.table.rows, {SUBJECT: deletion_mark(mark, state, [])}))
    shown = model_page(table, respond_for_model(table, SUBJECT), verdicts_of(plan_of(facts))[SUBJECT], "No history.")
    text = " ".join(text for _, text in Markup(shown).texts)
    assert f"it may go from {after} on, {words}" in text
    assert "Another model, or a LoRA, does the same better. (<i>a LoRA</i>) Use instead: <b>." in text


def test_a_model_without_a_mark_says_nothing_of_marks() -> None:
    assert "Marked" not in page()
