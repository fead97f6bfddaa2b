"""Searches over records."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.compat.catalogue_index import CatalogueIndex
from horde_model_reference.compat.record_search import FILTERS, RecordQuery, RecordSort, search
from tests.support.builders import IMAGE, TEXT, catalogue_of

RECORDS: dict[str, dict[str, Any]] = {
    "Alpha": {"tags": ["Anime", "fast"], "nsfw": True, "style": "anime", "inpainting": True},
    "beta": {"tags": ["anime"], "baseline": "flux_1", "style": "artistic", "size_on_disk_bytes": 5},
    "koboldcpp/gamma-Q4_K_M": {"tags": [], "nsfw": None, "size_on_disk_bytes": None, "style": None},
}
INDEX = CatalogueIndex(catalogue_of(RECORDS, IMAGE))
OTHER = CatalogueIndex(catalogue_of(["beta", "Zeta"], TEXT))


def names(**asked: Any) -> list[str]:
    return [record["name"] for record in search([INDEX], RecordQuery(**asked)).results]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Alpha", "beta", "koboldcpp/gamma-Q4_K_M"]),
        ({"nsfw": True}, ["Alpha"]),
        ({"nsfw": False}, ["beta"]),
        ({"baseline": "flux_1"}, ["beta"]),
        ({"baseline": ""}, ["Alpha", "beta", "koboldcpp/gamma-Q4_K_M"]),
        ({"inpainting": True}, ["Alpha"]),
        ({"tags_any": ["ANIME", "nothing"]}, ["Alpha", "beta"]),
        ({"tags_all": ["anime", "FAST"]}, ["Alpha"]),
        ({"tags_all": ["anime", "Anime"]}, ["Alpha", "beta"]),
        ({"tags_none": ["fast"]}, ["beta", "koboldcpp/gamma-Q4_K_M"]),
        ({"tags_any": [""]}, ["Alpha", "beta", "koboldcpp/gamma-Q4_K_M"]),
        ({"name_contains": "ALP"}, ["Alpha"]),
        ({"name_contains": ".*"}, []),
        ({"exclude_backend_variations": True}, ["Alpha", "beta"]),
        ({"quantized": True}, ["koboldcpp/gamma-Q4_K_M"]),
        ({"quantized": False, "nsfw": True}, ["Alpha"]),
        ({"names": frozenset({"beta"})}, ["beta"]),
        ({"names": frozenset()}, []),
    ],
    ids=str,
)
def test_each_field_chooses_records(asked: dict[str, Any], found: list[str]) -> None:
    assert names(**asked) == found


def test_every_field_that_chooses_is_a_field_of_the_query() -> None:
    assert FILTERS.keys() <= RecordQuery.__dataclass_fields__.keys()
    assert RecordQuery.__dataclass_fields__.keys() - FILTERS.keys() == {"sort_by", "sort_desc", "limit", "offset"}


@pytest.mark.parametrize(
    ("column", "ascending", "descending"),
    [
        (RecordSort.name, "Abk", "kbA"),
        (RecordSort.style, "Abk", "bAk"),
        (RecordSort.size_on_disk_bytes, "bAk", "Abk"),
        (RecordSort.nsfw, "bAk", "Abk"),
        (RecordSort.parameters, "Abk", "Abk"),
    ],
)
def test_unknown_values_come_last_and_ties_go_by_name(column: RecordSort, ascending: str, descending: str) -> None:
    assert "".join(name[0] for name in names(sort_by=column)) == ascending
    assert "".join(name[0] for name in names(sort_by=column, sort_desc=True)) == descending


def test_several_catalogues_are_searched_together() -> None:
    found = search([INDEX, OTHER], RecordQuery(name_contains="eta"))
    assert [record["name"] for record in found.results] == ["Zeta", "beta", "beta"]
    assert [record.get("text_model_group") for record in found.results] == ["Zeta", None, "beta"]
    assert search([], RecordQuery()) == search([INDEX], RecordQuery(names=frozenset()))


@given(st.integers(1, 4), st.integers(0, 9) | st.just(2**31), st.sampled_from(RecordSort), st.booleans(), st.booleans())
def test_pages_are_cut_from_one_order(
    limit: int, offset: int, sort_by: RecordSort, sort_desc: bool, quantized: bool
) -> None:
    """Whatever the page, total and order are those of all matches."""
    asked: dict[str, Any] = {"sort_by": sort_by, "sort_desc": sort_desc, "quantized": quantized}
    whole = search([INDEX, OTHER], RecordQuery(**asked))
    page = search([INDEX, OTHER], RecordQuery(**asked, limit=limit, offset=offset))
    assert page.results == whole.results[offset : offset + limit]
    assert page.total == whole.total == len(whole.results)
