"""The review as Markdown, for a comment on a pull request; names and sentences cannot act in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from horde_model_reference.escaping import visible
from horde_model_reference.reports import words
from horde_model_reference.reports.markdown_report import code
from horde_model_reference.review.review_schema import (
    AddedInfo,
    ChangedInfo,
    FindingInfo,
    RemovedInfo,
    RenamedInfo,
    Review,
)

MOST_ROWS = 50
"""Rows of each table; the JSON has all."""
LONGEST = 300
"""Characters of a name or a sentence."""
LONGEST_COMMENT = 60_000
"""Characters of the whole text; GitHub takes comments of up to 65,536."""
RESERVE = 2_000
"""Characters that are kept for the footer, and for the words about rows that are left out."""
BAR = "\\|"
"""A bar within a cell: tables demand it even inside code."""

FINDINGS = ("Severity", "Code", "Record", "Line", "Finding")
ADDED = ("Added", "Line", "Size", "Hosts", "Kind", "Others of the kind")
REMOVED = ("Removed", "Verdict", "Month use", "Workers", "Styles")
RENAMED = ("Renamed", "Before", "Line")
CHANGED = ("Changed", "Line", "Fields")


def review_markdown(review: Review) -> str:
    """Return a review of at most ``LONGEST_COMMENT`` characters: findings, then a table for each kind of change."""
    sections = [_title(review)]
    for heading, rows, cells in _tables(review):
        room = LONGEST_COMMENT - RESERVE - sum(map(len, sections))
        sections.append(_table(heading, rows, cells, room))
    sections[1] = sections[1] or "No findings."
    return "\n\n".join([*filter(None, sections), _footer(review)]) + "\n"


Cells = Callable[[Any], Iterable[str]]


def _tables(review: Review) -> Iterator[tuple[Sequence[str], Sequence[object], Cells]]:
    """Yield heading, rows and cells of each table."""
    yield FINDINGS, review.findings, _finding
    yield REMOVED, review.removed, _removed
    yield RENAMED, review.renamed, _renamed
    yield ADDED, review.added, _added
    yield CHANGED, review.changed, _changed


def summary(review: Review) -> str:
    """Return the counts of a review in one line."""
    counts = ", ".join(words.counted(number, severity.value) for severity, number in review.counts.items())
    changes = ", ".join(
        f"{len(found):,} {word}"
        for word, found in (
            ("added", review.added),
            ("removed", review.removed),
            ("renamed", review.renamed),
            ("changed", review.changed),
        )
    )
    models = f"{words.count(review.models_before)} to {words.count(review.models_after)} models"
    return f"{counts.replace('infos', 'info')}; {models}: {changes}."


def _title(review: Review) -> str:
    sides = f"{_code(review.base)} to {_code(review.head)}"
    return f"## Review of {review.category.value}\n\n{sides}: {summary(review)}"


def _table(heading: Sequence[str], rows: Sequence[object], cells: Cells, room: int) -> str:
    """Return a table of at most ``MOST_ROWS`` rows, and as many characters as there is room for."""
    if not rows:
        return ""
    lines = [_line(heading), _line(["---"] * len(heading))]
    room -= sum(map(len, lines))
    for row in rows[:MOST_ROWS]:
        line = _line(cells(row))
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    more = len(rows) + 2 - len(lines)
    return "\n".join(lines) + (f"\n\n… and {more:,} more." if more else "")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"


def _finding(row: FindingInfo) -> tuple[str, ...]:
    record = "" if row.record is None else _code(row.record)
    line = "" if row.line is None else str(row.line)
    return row.severity.value, _code(row.code), record, line, _code(row.sentence)


def _added(row: AddedInfo) -> tuple[str, ...]:
    size = f"{words.size(row.size_gb)} GB" if row.parameters is None else words.weights(row.parameters)
    hosts = words.first_names([_code(host) for host in row.hosts])
    kind = words.UNKNOWN if row.kind is None else _code(row.kind)
    return _code(row.name), str(row.line), size, hosts, kind, words.count(row.others_of_kind)


def _removed(row: RemovedInfo) -> tuple[str, ...]:
    styles = words.UNKNOWN if row.styles is None else words.first_names([_code(style) for style in row.styles])
    verdict = words.UNKNOWN if row.verdict is None else row.verdict.value
    return _code(row.name), verdict, words.count(row.usage_month), words.count(row.worker_count), styles


def _renamed(row: RenamedInfo) -> tuple[str, ...]:
    return _code(row.name), _code(row.before), str(row.line)


def _changed(row: ChangedInfo) -> tuple[str, ...]:
    return _code(row.name), str(row.line), words.first_names([_code(field) for field in row.fields])


def _code(text: str) -> str:
    shown = visible(text)
    return code(shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…")


def _footer(review: Review) -> str:
    known = "" if review.usage_as_of is None else f" Use as of {review.usage_as_of:%Y-%m-%d %H:%M} UTC."
    return f"Made by horde-model-reference {_code(review.version)}.{known}"
