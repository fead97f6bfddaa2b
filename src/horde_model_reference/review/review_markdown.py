"""The review as Markdown, for a comment on a pull request; names and sentences cannot act in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from horde_model_reference.reports import words
from horde_model_reference.reports.markdown_report import code
from horde_model_reference.review.review_schema import AddedInfo, ChangedInfo, FindingInfo, RemovedInfo, Review

T = TypeVar("T")

MOST_ROWS = 50
"""Rows of each table; the JSON has all."""
LONGEST = 300
"""Characters of a name or a sentence."""
LONGEST_COMMENT = 60_000
"""Characters of the whole text; GitHub takes comments of up to 65,536."""
BAR = "\\|"
"""A bar within a cell: tables demand it even inside code."""

FINDINGS = ("Severity", "Code", "Record", "Line", "Finding")
ADDED = ("Added", "Line", "Size", "Hosts", "Kind", "Others of the kind")
REMOVED = ("Removed", "Verdict", "Month use", "Workers", "Styles")
RENAMED = ("Renamed", "Before", "Line")
CHANGED = ("Changed", "Line", "Fields")


def review_markdown(review: Review) -> str:
    """Return a review of at most ``LONGEST_COMMENT`` characters: findings, then a table for each kind of change."""
    changes = (
        _table(REMOVED, review.removed, _removed),
        _table(RENAMED, review.renamed, lambda row: (_code(row.name), _code(row.before), str(row.line))),
        _table(ADDED, review.added, _added),
        _table(CHANGED, review.changed, _changed),
    )
    start = [_title(review), _table(FINDINGS, review.findings, _finding) or "No findings."]
    return "\n\n".join([*_fitting(start, filter(None, changes)), _footer(review)]) + "\n"


def _fitting(start: Sequence[str], more: Iterable[str]) -> list[str]:
    """Return the first sections, and those of the others that there is room for."""
    kept, room = list(start), LONGEST_COMMENT - sum(map(len, start)) - FOOTER
    for section in more:
        shown = section if len(section) < room else f"{section.partition(' | ')[0].removeprefix('| ')}: {NO_ROOM}"
        kept.append(shown)
        room -= len(shown)
    return kept


FOOTER = 1000
"""Characters that the footer and the notes about left-out tables take at most."""
NO_ROOM = "left out for want of room; the JSON of the review has them."


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
    sides = f"{code(review.base)} to {code(review.head)}"
    return f"## Review of {review.category.value}\n\n{sides}: {summary(review)}"


def _table(heading: Sequence[str], rows: Sequence[T], cells: Callable[[T], Iterable[str]]) -> str:
    if not rows:
        return ""
    lines = [heading, ["---"] * len(heading), *(list(cells(row)) for row in rows[:MOST_ROWS])]
    drawn = [f"| {' | '.join(cell.replace('|', BAR) for cell in line)} |" for line in lines]
    more = len(rows) - MOST_ROWS
    return "\n".join(drawn) + (f"\n\n… and {more:,} more." if more > 0 else "")


def _finding(row: FindingInfo) -> tuple[str, ...]:
    record = "" if row.record is None else _code(row.record)
    line = "" if row.line is None else str(row.line)
    return row.severity.value, f"`{row.code}`", record, line, _code(row.sentence)


def _added(row: AddedInfo) -> tuple[str, ...]:
    size = f"{words.size(row.size_gb)} GB" if row.parameters is None else words.weights(row.parameters)
    hosts = words.first_names([code(host) for host in row.hosts])
    kind = words.UNKNOWN if row.kind is None else _code(row.kind)
    return _code(row.name), str(row.line), size, hosts, kind, words.count(row.others_of_kind)


def _removed(row: RemovedInfo) -> tuple[str, ...]:
    styles = words.UNKNOWN if row.styles is None else words.first_names([code(style) for style in row.styles])
    verdict = words.UNKNOWN if row.verdict is None else row.verdict.value
    return _code(row.name), verdict, words.count(row.usage_month), words.count(row.worker_count), styles


def _changed(row: ChangedInfo) -> tuple[str, ...]:
    return _code(row.name), str(row.line), words.first_names([_code(field) for field in row.fields])


def _code(text: str) -> str:
    return code(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def _footer(review: Review) -> str:
    known = "" if review.usage_as_of is None else f" Use as of {review.usage_as_of:%Y-%m-%d %H:%M} UTC."
    return f"Made by horde-model-reference {review.version}.{known}"
