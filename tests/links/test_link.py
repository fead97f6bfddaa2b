"""The links of records."""

from __future__ import annotations

from horde_model_reference.links.link import FAILURES, NO_RESULT, OUTCOMES, Link, LinkOutcome, links_of
from tests.support.builders import catalogue_of


def downloading(*addresses: str, **more: object) -> dict[str, object]:
    return {"config": {"download": [{"file_name": "x", "file_url": address, **more} for address in addresses]}}


def test_each_address_is_a_link_once_with_all_its_models() -> None:
    records = catalogue_of({
        "One": downloading(" https://a.example/1 ", "", sha256sum="AB", size_bytes=5),
        "Two": downloading("https://a.example/1", "https://a.example/2"),
    }).records  # fmt: skip
    assert links_of(records.values()) == [
        Link("https://a.example/1", "ab", 5, ("One", "Two")),
        Link("https://a.example/2", models=("Two",)),
    ]


def test_each_outcome_has_its_meaning() -> None:
    assert OUTCOMES.keys() == set(LinkOutcome)
    assert not FAILURES & NO_RESULT
