"""The changes of categories as a digest in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from horde_model_reference.history.changes import SENTENCES, ChangeKind
from horde_model_reference.history.changes_schema import CategoryChangesResponse, ChangeInfo
from horde_model_reference.reports.markdown_report import code


def digest(pages: Sequence[CategoryChangesResponse], since: date, until: date) -> str:
    """Return the changes between two days, by category and kind."""
    title = f"# Changes from {since} to {until}"
    return "\n\n".join([title, *(_category(page) for page in pages)]) + "\n"


def _category(page: CategoryChangesResponse) -> str:
    heading = f"## {page.category.value}"
    kinds = [(kind, [found for found in page.changes if found.kind is kind]) for kind in ChangeKind]
    sections = [_kind(kind, found) for kind, found in kinds if found]
    return "\n\n".join([heading, *(sections or ["Nothing has changed."])])


def _kind(kind: ChangeKind, found: Sequence[ChangeInfo]) -> str:
    heading = f"### {kind.value.replace('_', ' ').capitalize()} ({len(found):,})"
    lines = [f"- {change.day} {code(change.name)}{_more(change)}" for change in found]
    return "\n".join([heading, "", SENTENCES[kind], "", *lines])


def _more(change: ChangeInfo) -> str:
    """Return the part of the sentence that is the change's own."""
    own = change.sentence.removeprefix(SENTENCES[change.kind]).strip()
    return f": {code(own)}" if own else ""
