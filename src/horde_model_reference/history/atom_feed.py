"""The changes of a category as an Atom feed (RFC 4287), with pages (RFC 5005)."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from horde_model_reference.escaping import visible
from horde_model_reference.history.changes_schema import CategoryChangesResponse, ChangeInfo

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
NEVER = datetime(2022, 8, 1, tzinfo=UTC)
"""The date of a feed without entries: the Horde's beginning."""


def atom_feed(page: CategoryChangesResponse, path: str) -> bytes:
    """Return a page of changes as a feed.

    Args:
        page: The changes, the newest first.
        path: The feed's path on the server; links are relative to it.
    """
    feed = ET.Element(f"{{{NAMESPACE}}}feed")
    _add(feed, "id", f"tag:horde-model-reference,2026:{page.category.value}/changes")
    _add(feed, "title", f"Changes of {page.category.value}")
    _add(feed, "updated", _time(max((change.seen_at for change in page.changes), default=NEVER)))
    _add(_add(feed, "author"), "name", "horde-model-reference")
    for relation, offset in _pages(page):
        query = f"?limit={page.limit}&offset={offset}"
        _add(feed, "link", rel=relation, href=path + query, type=MEDIA_TYPE)
    for change in page.changes:
        _entry(feed, change)
    ET.register_namespace("", NAMESPACE)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _pages(page: CategoryChangesResponse) -> list[tuple[str, int]]:
    """Return the relations of the pages that exist, each with its offset."""
    found = [("self", page.offset), ("first", 0)]
    if page.offset > 0:
        found.append(("previous", max(0, page.offset - page.limit)))
    if page.offset + page.returned_count < page.total_count:
        found.append(("next", page.offset + page.limit))
    return found


def _entry(feed: ET.Element, change: ChangeInfo) -> None:
    entry = _add(feed, "entry")
    kind = change.kind.value.replace("_", " ")
    _add(entry, "id", change.id)
    _add(entry, "title", f"{change.name}: {kind}", type="text")
    _add(entry, "updated", _time(change.seen_at))
    _add(entry, "published", _time(change.seen_at))
    _add(entry, "category", term=change.kind.value)
    _add(entry, "content", f"{change.name}: {change.sentence}", type="text")


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    """Add an element; characters that act, and those that XML cannot hold, are written as their escapes."""
    element = ET.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    element.text = None if text is None else _without_noncharacters(visible(text))
    return element


def _without_noncharacters(text: str) -> str:
    return text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
