"""The routes of changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from horde_model_reference.history.changes_schema import CategoryChangesResponse
from tests.history.test_atom_feed import children, only, read
from tests.support.service import STATISTICS, BlockingClient, assert_problem, serving_the_sample

CHANGES = f"{STATISTICS}/image_generation/changes"


@pytest.fixture(scope="module")
def demo() -> Iterator[BlockingClient]:
    with serving_the_sample() as client:
        yield client


def page(demo: BlockingClient, query: str = "") -> CategoryChangesResponse:
    answer = demo.get(CHANGES + query)
    assert answer.status_code == 200
    return CategoryChangesResponse.model_validate(answer.json())


def test_the_newest_come_first_in_pages(demo: BlockingClient) -> None:
    whole = page(demo)
    assert whole.total_count == whole.returned_count == 5
    assert [change.seen_at for change in whole.changes] == sorted(
        (change.seen_at for change in whole.changes), reverse=True
    )
    assert page(demo, "?limit=2&offset=1").changes == whole.changes[1:3]
    assert [change.kind for change in page(demo, "?since=2026-05-01").changes] == ["marked", "due"]


def test_a_mark_is_in_the_feed_from_its_since(demo: BlockingClient) -> None:
    """Design 10."""
    found = {change.name: change for change in page(demo).changes if change.kind == "marked"}
    assert str(found["Cobalt Depth 768"].day) == "2026-03-02"
    assert found["Cobalt Depth 768"].deletion_mark is not None


def test_the_feed_has_the_same_changes_and_links(demo: BlockingClient) -> None:
    answer = demo.get(f"{CHANGES}.atom?limit=2&offset=2")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = read(answer.content)
    assert [only(entry, "id") for entry in children(feed, "entry")] == [
        change.id for change in page(demo, "?limit=2&offset=2").changes
    ]
    for link in children(feed, "link"):
        assert demo.get(str(link.get("href"))).status_code == 200


@pytest.mark.parametrize("route", [CHANGES, f"{CHANGES}.atom"])
def test_a_client_that_has_an_answer_gets_none(demo: BlockingClient, route: str) -> None:
    first = demo.get(route)
    again = demo.get(route, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    other = demo.get(f"{route}?limit=1", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200
    assert demo.get(route, headers={"If-None-Match": '"other"'}).content == first.content


@pytest.mark.parametrize("end", ["", ".atom"])
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("lora/changes", 400, "category_not_supported"),
        ("nothing/changes", 422, "parameters_malformed"),
        ("image_generation/changes?limit=0", 422, "parameters_malformed"),
        ("image_generation/changes?limit=1001", 422, "parameters_malformed"),
        ("image_generation/changes?offset=-1", 422, "parameters_malformed"),
        ("image_generation/changes?since=soon", 422, "parameters_malformed"),
    ],
)
def test_what_has_no_sense_is_a_problem(demo: BlockingClient, path: str, status: int, code: str, end: str) -> None:
    route, question, query = path.partition("?")
    assert_problem(demo.get(f"{STATISTICS}/{route}{end}{question}{query}"), status, code)
