"""The Atom feed, held against RFC 4287: the required elements, one of each, dates, ids and characters."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from horde_model_reference.history.atom_feed import MEDIA_TYPE, NAMESPACE, NEVER, atom_feed
from horde_model_reference.history.changes import Change, ChangeKind, change_id
from horde_model_reference.history.changes_schema import CategoryChangesResponse, ChangeInfo
from tests.support.builders import IMAGE
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES

SEEN = datetime(2026, 5, 1, 2, 3, 4, tzinfo=UTC)
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]+")


def page_of(*names: str, total: int | None = None, offset: int = 0, limit: int = 10) -> CategoryChangesResponse:
    changes = [
        ChangeInfo(
            id=change_id(IMAGE, SEEN.date().isoformat(), Change(ChangeKind.DUE, name)),
            kind=ChangeKind.DUE,
            name=name,
            day=SEEN.date(),
            seen_at=SEEN - timedelta(hours=at),
            sentence=f"{name} may go.",
            deletion_mark=None,
        )
        for at, name in enumerate(names)
    ]
    count = len(changes) if total is None else total
    return CategoryChangesResponse(
        category=IMAGE, total_count=count, returned_count=len(changes), offset=offset, limit=limit, changes=changes
    )


def read(feed: bytes) -> ET.Element:
    return ET.fromstring(feed)


def children(element: ET.Element, name: str) -> list[ET.Element]:
    return element.findall(f"{{{NAMESPACE}}}{name}")


def only(element: ET.Element, name: str) -> str:
    (found,) = children(element, name)
    return found.text or ""


FEED = {"id", "title", "updated", "author", "link", "entry"}
ENTRY = {"id", "title", "updated", "published", "category", "content"}


def assert_valid(feed: bytes) -> ET.Element:
    """Check the rules of RFC 4287, sections 4.1.1 and 4.1.2, as far as the feed uses them."""
    root = read(feed)
    assert root.tag == f"{{{NAMESPACE}}}feed"
    assert {child.tag.rpartition("}")[2] for child in root} <= FEED
    tags = [child.tag.rpartition("}")[2] for child in root]
    assert tags == sorted(tags, key=lambda tag: tag == "entry"), "metadata comes before the entries"
    (author,) = children(root, "author")
    assert only(author, "name")
    relations = [link.get("rel") for link in children(root, "link")]
    assert len(set(relations)) == len(relations)
    assert all(link.get("href") and link.get("type") == MEDIA_TYPE for link in children(root, "link"))
    assert "self" in relations
    for element in (root, *children(root, "entry")):
        assert ABSOLUTE.fullmatch(only(element, "id"))
        assert DATE.fullmatch(only(element, "updated"))
        assert only(element, "title").strip()
    for entry in children(root, "entry"):
        assert {child.tag.rpartition("}")[2] for child in entry} == ENTRY
        assert DATE.fullmatch(only(entry, "published"))
        assert only(entry, "content")
        assert [category.get("term") for category in children(entry, "category")] == ["due"]
        assert {found.get("type") for name in ("title", "content") for found in children(entry, name)} == {"text"}
    ids = [only(entry, "id") for entry in children(root, "entry")]
    assert len(set(ids)) == len(ids)
    return root


def test_a_feed_is_valid_and_its_date_is_that_of_its_newest_entry() -> None:
    root = assert_valid(atom_feed(page_of("a", "b"), "/feed"))
    assert only(root, "updated") == "2026-05-01T02:03:04Z"
    assert [only(entry, "content") for entry in children(root, "entry")] == ["a: a may go.", "b: b may go."]
    assert only(children(root, "entry")[1], "updated") == "2026-05-01T01:03:04Z"


def test_an_empty_feed_is_valid() -> None:
    root = assert_valid(atom_feed(page_of(), "/feed"))
    assert only(root, "updated") == f"{NEVER:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_any_name_is_text(name: str) -> None:
    """Rule 13."""
    feed = atom_feed(page_of(name), "/feed")
    (entry,) = children(assert_valid(feed), "entry")
    assert not list(children(entry, "content")[0])
    assert not ACTIVE.search(only(entry, "content"))


@pytest.mark.parametrize("name", ["\ufffe", "\uffff", "\x00", "\ud800", "]]>", "<b>&lt;"])
def test_characters_that_xml_cannot_hold_are_escaped(name: str) -> None:
    assert_valid(atom_feed(page_of(f"a{name}b"), "/feed"))


@pytest.mark.parametrize(
    ("offset", "total", "relations"),
    [
        (0, 2, {"self": 0, "first": 0}),
        (0, 5, {"self": 0, "first": 0, "next": 2}),
        (2, 5, {"self": 2, "first": 0, "previous": 0, "next": 4}),
        (3, 5, {"self": 3, "first": 0, "previous": 1}),
        (1, 5, {"self": 1, "first": 0, "previous": 0, "next": 3}),
    ],
)
def test_pages_are_linked(offset: int, total: int, relations: dict[str, int]) -> None:
    """RFC 5005, section 3."""
    root = assert_valid(atom_feed(page_of("a", "b", total=total, offset=offset, limit=2), "/feed"))
    links = {link.get("rel"): link.get("href") for link in children(root, "link")}
    assert links == {relation: f"/feed?limit=2&offset={at}" for relation, at in relations.items()}
