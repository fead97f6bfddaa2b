"""Views: every part of what a reader looks at stands in the address, and comes back from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from horde_model_reference.analytics.filter_presets import PRESETS
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import BY_REMOVAL, SCALAR_COLUMNS, RiskQuery
from horde_model_reference.analytics.size_bands import SIZE_BANDS
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.dashboard.views import PAGE_SIZE, PLAIN, View
from horde_model_reference.service.parameters import OF_PAGES
from tests.support.builders import IMAGE, TEXT

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
queries = st.builds(
    RiskQuery,
    group_text_models=st.booleans(),
    include_backend_variations=st.booleans(),
    preset=st.none() | st.sampled_from(sorted(PRESETS)),
    limit=st.integers(1, 1000),
    offset=st.integers(0, 10**6),
    sort=st.sampled_from([BY_REMOVAL, *SCALAR_COLUMNS, *(f"-{column}" for column in SCALAR_COLUMNS)]),
    search=st.none() | words.filter(bool),
    risk_level=st.none() | st.sampled_from([level.value for level in RiskLevel]),
    baseline=st.none() | words.filter(bool),
    nsfw=st.none() | st.booleans(),
    host=st.none() | words.filter(bool),
    exact_level=st.none() | st.sampled_from(RiskLevel),
    verdict=st.none() | st.sampled_from(Verdict),
    reason=st.none() | words.filter(bool),
    size=st.none() | st.sampled_from(sorted(SIZE_BANDS)),
    backend=st.none() | words.filter(bool),
)
TYPES: dict[str, TypeAdapter[Any]] = {found.name: TypeAdapter(found.annotation) for found in OF_PAGES}
DEFAULTS = {found.name: found.default for found in OF_PAGES}


def read(address: str) -> RiskQuery:
    """The question of an address, as the route reads it."""
    asked = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    return RiskQuery.of(DEFAULTS | {name: TYPES[name].validate_python(value) for name, value in asked})


@given(queries)
def test_the_whole_state_is_in_the_address(query: RiskQuery) -> None:
    view = View(IMAGE, query)
    assert read(view.link(offset=query.offset)) == query


@given(queries)
def test_a_changed_filter_starts_at_the_first_page(query: RiskQuery) -> None:
    assert read(View(IMAGE, query).link(preset="critical")).offset == 0


def test_what_is_not_asked_stays_out_of_the_address() -> None:
    assert View(TEXT, PLAIN).link() == "/models/text_generation"
    assert View(TEXT, PLAIN).link(search="a&b=c#d") == "/models/text_generation?search=a%26b%3Dc%23d"
    assert read("/?nsfw=&preset=&search=&risk_level=&sort=&baseline=&host=") == PLAIN


def test_the_api_has_all_rows_of_a_view_in_its_order() -> None:
    view = View(IMAGE, RiskQuery(limit=PAGE_SIZE, offset=100, sort=BY_REMOVAL, nsfw=False, preset="critical"))
    path = "/api/model_references/statistics/image_generation/deletion-risk"
    assert view.api(".csv") == f"{path}.csv?preset=critical&sort=removal&nsfw=false"
    assert View(IMAGE, RiskQuery()).api() == path


@pytest.mark.parametrize(
    ("sort", "descending", "then", "direction"),
    [
        (BY_REMOVAL, True, "-size_gb", "none"),
        (BY_REMOVAL, False, "size_gb", "none"),
        ("-size_gb", True, "size_gb", "descending"),
        ("size_gb", True, "-size_gb", "ascending"),
        ("size_gb", False, "-size_gb", "ascending"),
        ("-size_gb", False, "size_gb", "descending"),
    ],
)
def test_a_heading_sorts_and_then_turns_round(sort: str, descending: bool, then: str, direction: str) -> None:
    view = View(IMAGE, RiskQuery(limit=PAGE_SIZE, sort=sort))
    assert read(view.sorted_by("size_gb", descending=descending)).sort == then
    assert view.direction("size_gb") == direction


@pytest.mark.parametrize(
    ("offset", "total", "turns"),
    [
        (0, 0, []),
        (0, 50, []),
        (0, 51, [("Next", 50), ("Last", 50)]),
        (50, 200, [("First", 0), ("Previous", 0), ("Next", 100), ("Last", 150)]),
        (150, 200, [("First", 0), ("Previous", 100)]),
        (20, 60, [("First", 0), ("Previous", 0)]),
        (900, 120, [("First", 0), ("Previous", 100)]),
        (900, 0, [("First", 0), ("Previous", 0)]),
    ],
)
def test_pages_are_turned_within_the_rows(offset: int, total: int, turns: list[tuple[str, int]]) -> None:
    assert View(IMAGE, RiskQuery(limit=PAGE_SIZE, offset=offset)).pages(total) == turns


@given(queries)
def test_a_form_that_carries_the_other_fields_asks_the_same(query: RiskQuery) -> None:
    fields = dict(View(IMAGE, query).fields())
    typed = {name: TYPES[name].validate_python(value) for name, value in fields.items()}
    assert RiskQuery.of(DEFAULTS | typed) == replace(query, offset=0)
    assert "search" not in dict(View(IMAGE, query).fields("search"))
