"""Markdown: names that stay text, in a table that stays a table (rule 13)."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.escaping import visible
from horde_model_reference.reports.markdown_report import code, to_markdown
from tests.support.builders import FETCHED
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES

NOW = FETCHED + timedelta(minutes=5)
PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def rows_of_cells(tokens: list[Token]) -> list[list[list[Token]]]:
    """The cells of every row of the tables, each as its inline tokens."""
    rows: list[list[list[Token]]] = []
    for before, token in pairwise(tokens):
        if before.type == "tr_open":
            rows.append([])
        if before.type in {"td_open", "th_open"}:
            rows[-1].append(token.children or [])
    return rows


def test_hostile_names_stay_text_in_their_cells(hostile: RiskTable) -> None:
    """Rule 13: as a Markdown parser reads it, each row has seven cells, and the first is the name as code."""
    answer = respond(hostile, RiskQuery(sort="name"))
    written = to_markdown(answer, NOW)
    assert not ACTIVE.search(written.replace("\n", ""))
    header, *rows = rows_of_cells(PARSER.parse(written))
    assert [cell[0].content for cell in header] == ["Model", "Level", "Month use", "Share", "Workers", "GB", "Why"]
    assert len(rows) == len(HOSTILE_NAMES)
    for cells, row in zip(rows, answer.models, strict=True):
        assert len(cells) == 7
        (name,) = cells[0]
        assert (name.type, name.content.strip()) == ("code_inline", visible(row.name).strip())
        assert all(token.type == "text" for cell in cells[1:] for token in cell)


def test_nothing_in_the_report_acts(hostile: RiskTable) -> None:
    """Rule 13: warnings too carry names; no HTML, link, image or heading comes of them."""
    answer = respond(hostile, RiskQuery())
    assert answer.warnings
    tokens = PARSER.parse(to_markdown(answer, NOW))
    inline = {child.type for token in tokens for child in token.children or ()}
    assert inline <= {"text", "code_inline", "strong_open", "strong_close"}
    assert "html_block" not in {token.type for token in tokens}
    assert [token.markup for token in tokens if token.type == "heading_open"] == ["##"]


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_code_is_code(name: str) -> None:
    """Rule 13: outside of tables as well, and with nothing added."""
    (paragraph,) = [token for token in PARSER.parse(f"before {code(name)} after") if token.type == "inline"]
    before, span, after = paragraph.children or []
    assert (before.content, span.type, after.content) == ("before ", "code_inline", " after")
    assert span.content.strip() == visible(name).strip()


def test_a_report_shows_what_a_curator_needs(tiny: RiskTable) -> None:
    answer = respond(tiny, RiskQuery(sort="removal"))
    lines = to_markdown(answer, NOW).splitlines()
    assert lines[0] == "## Deletion risk: image_generation"
    assert lines[4:7] == [
        "| `Old One` | critical | 0 | 0.0% | 0 | 7.5 | never used, no workers |",
        "| `Poor` | low | 2 | 0.016% | 1 | ? | other host, no description |",
        "| `Deliberate` | none | 12,345 | 100.0% | 12 | 2.0 |  |",
    ]
    assert "3 of 3 models, 2 at risk (1 critical, 1 low, 1 none); month usage 12,347 of 12,347." in lines
    assert any(line.startswith("Of 12,367 requests reported this month, 12,347 belong to a model") for line in lines)
    assert any(line.startswith("Horde asked 5 minutes ago; catalogue of 2026-11-20 12:00 UTC") for line in lines)
