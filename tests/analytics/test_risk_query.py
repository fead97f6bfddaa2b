"""Filters, order and pages: views of one table, which change no number."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import SCALAR_COLUMNS, RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.analytics.risk_schema import ModelDeletionRiskInfo
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.errors import UnknownRiskLevelError, UnknownSortColumnError, UsageError
from tests.support.builders import TEXT, catalogue_of, observation_of, stats_of, table_of
from tests.support.rows import rows_of

RANKS = list(RiskLevel)
ORDERS = [*SCALAR_COLUMNS, *(f"-{column}" for column in SCALAR_COLUMNS), "removal"]


def sort_key(row: ModelDeletionRiskInfo, column: str) -> Any:
    value = getattr(row, column)
    return RANKS.index(value) if isinstance(value, RiskLevel) else value


def plainly_sorted(rows: list[ModelDeletionRiskInfo], sort: str) -> list[str]:
    """Section 4's order in plain words: nulls last, ties by name ascending whatever the direction."""
    found = sorted(rows, key=lambda row: row.name)
    keys = [("size_gb", True), ("usage_month", False), ("risk_level", True)]
    for column, descending in keys if sort == "removal" else [(sort.removeprefix("-"), sort.startswith("-"))]:
        known = [row for row in found if getattr(row, column) is not None]
        unknown = [row for row in found if getattr(row, column) is None]
        found = sorted(known, key=lambda row: sort_key(row, column), reverse=descending) + unknown
    return [row.name for row in found]


@pytest.mark.parametrize("sort", ORDERS)
def test_order(sort: str, varied: RiskTable) -> None:
    """Every scalar column both ways, and ``removal``."""
    rows = list(rows_of(varied).values())
    assert list(rows_of(varied, sort=sort)) == plainly_sorted(rows, sort)


@pytest.mark.parametrize("sort", ORDERS)
def test_order_of_families(sort: str, text: RiskTable) -> None:
    rows = list(rows_of(text, group_text_models=True).values())
    assert list(rows_of(text, sort=sort, group_text_models=True)) == plainly_sorted(rows, sort)


def test_the_table_can_tell_the_orders_apart(varied: RiskTable) -> None:
    """Ties, nulls and all levels occur, or the tests above would show little."""
    rows = list(rows_of(varied).values())
    assert {row.risk_level for row in rows} == set(RiskLevel)
    for column in ("usage_month", "worker_count", "size_gb", "baseline", "nsfw"):
        values = [getattr(row, column) for row in rows]
        assert None in values
        assert len(set(values)) < len(values)


def test_the_default_order_is_most_used_first(varied: RiskTable) -> None:
    assert RiskQuery().sort == "-usage_month"
    assert list(rows_of(varied))[:4] == ["Zebra", "apple", "\uffff", "\U0001f98a"]


def test_removal_is_worst_first_then_least_used_then_largest(varied: RiskTable) -> None:
    assert list(rows_of(varied, sort="removal"))[:3] == ["dead and large", "dead", "dead and small"]


def test_names_go_by_code_point(varied: RiskTable) -> None:
    names = list(rows_of(varied, sort="name"))
    assert [name for name in names if name in {"Zebra", "apple", "Äpfel", "\uffff", "\U0001f98a"}] == [
        "Zebra",
        "apple",
        "Äpfel",
        "\uffff",
        "\U0001f98a",
    ]


@pytest.mark.parametrize("sort", ["", "-", "size", "--name", "-removal", "deletion_risk_flags", "members", "NAME"])
def test_an_unknown_order_is_refused_with_the_valid_ones(sort: str) -> None:
    with pytest.raises(UnknownSortColumnError) as caught:
        RiskQuery(sort=sort)
    assert all(column in caught.value.message for column in (*SCALAR_COLUMNS, "removal"))


@pytest.mark.parametrize("level", ["HIGH", "worst", "3"])
def test_an_unknown_level_is_refused_with_the_valid_ones(level: str) -> None:
    with pytest.raises(UnknownRiskLevelError) as caught:
        RiskQuery(risk_level=level)
    assert all(valid.value in caught.value.message for valid in RiskLevel)


@pytest.mark.parametrize("level", list(RiskLevel))
def test_risk_level_means_at_least(level: RiskLevel, varied: RiskTable) -> None:
    expected = {name for name, row in rows_of(varied).items() if RANKS.index(row.risk_level) >= RANKS.index(level)}
    assert set(rows_of(varied, risk_level=level.value)) == expected
    assert expected


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"search": "DEAD AND"}, {"dead and large", "dead and small"}),
        ({"search": "äPF"}, {"Äpfel"}),
        ({"search": ".*"}, set()),
        ({"search": "\U0001f98a"}, {"\U0001f98a"}),
        ({"baseline": "stable_diffusion_1"}, {"apple"}),
        ({"baseline": "stable_diffusion"}, set()),
        ({"nsfw": True}, {"apple", "dead and large"}),
        ({"host": "civitai.com"}, {"dead", "many hosts"}),
        ({"host": "CIVITAI.com"}, {"dead", "many hosts"}),
        ({"host": "civitai"}, set()),
        ({"host": "civitai.com", "preset": "critical"}, {"dead"}),
        ({"search": "dead", "nsfw": True, "risk_level": "critical"}, {"dead and large"}),
        ({"search": "no such model"}, set()),
    ],
)
def test_filters(query: dict[str, Any], names: set[str], varied: RiskTable) -> None:
    """Parts of names ignoring case and taken literally; baseline, nsfw and host equal; all at once."""
    assert set(rows_of(varied, **query)) == names


def test_not_nsfw_leaves_out_the_unknown(varied: RiskTable) -> None:
    rows = rows_of(varied)
    assert rows["Äpfel"].nsfw is None
    assert set(rows_of(varied, nsfw=False)) == {name for name, row in rows.items() if row.nsfw is False}


@pytest.mark.parametrize("field", ["preset", "search", "risk_level", "baseline", "host"])
def test_an_empty_text_asks_nothing(field: str, varied: RiskTable) -> None:
    assert rows_of(varied, **{field: ""}) == rows_of(varied)


@pytest.mark.parametrize(
    ("search", "families"),
    [("OTHER/QWEN", {"Qwen2.5-Coder"}), ("stheno-v3", {"L3-Stheno"}), ("coder", {"Qwen2.5-Coder"}), ("zzz", set())],
)
def test_search_looks_into_members(search: str, families: set[str], text: RiskTable) -> None:
    assert set(rows_of(text, group_text_models=True, search=search)) == families


@pytest.mark.parametrize(
    ("page", "returned"),
    [({"offset": 14}, 1), ({"offset": 15}, 0), ({"offset": 2**70}, 0), ({"limit": 2**70}, 15), ({"limit": 1}, 1)],
)
def test_a_page_beyond_the_end_is_short_or_empty(page: dict[str, Any], returned: int, varied: RiskTable) -> None:
    """The counts are of all rows nevertheless."""
    answer = respond(varied, RiskQuery(**page))
    assert (answer.returned_count, len(answer.models), answer.total_count) == (returned, returned, 15)
    assert answer.summary.total_models == 15
    assert (answer.offset, answer.limit) == (page.get("offset", 0), page.get("limit"))


@given(
    sort=st.sampled_from(ORDERS),
    limit=st.integers(1, 17),
    preset=st.sampled_from([None, "zero_usage", "host_issues"]),
)
def test_pages_put_together_are_the_whole(varied: RiskTable, sort: str, limit: int, preset: str | None) -> None:
    """No row is lost or shown twice, whatever the order and the size of the pages; the summary is the whole's."""
    whole = respond(varied, RiskQuery(sort=sort, preset=preset))
    pages = [
        respond(varied, RiskQuery(sort=sort, preset=preset, limit=limit, offset=offset))
        for offset in range(0, whole.total_count, limit)
    ]
    assert [row for page in pages for row in page.models] == whole.models
    assert all(page.summary == whole.summary for page in pages)


NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)


@given(names=st.lists(NAME, min_size=1, max_size=8, unique=True), sort=st.sampled_from(["name", "-name", "-usage_day"]))
def test_any_names_are_ordered_by_code_point(names: list[str], sort: str) -> None:
    """Rule 13: whatever Unicode they are of."""
    table = table_of(catalogue_of(names, TEXT), observation_of(stats_of({"x" * 9: 1}), category=TEXT))
    kept = [name for name in names if name in rows_of(table)]
    assert list(rows_of(table, sort=sort)) == sorted(kept, reverse=sort == "-name")


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ({"limit": 0}, "The limit is 0; it must be at least 1"),
        ({"limit": -5}, "The limit is -5; it must be at least 1"),
        ({"offset": -1}, "The offset is -1; it must be at least 0"),
    ],
)
def test_a_page_that_cannot_be_is_refused(page: dict[str, int], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        RiskQuery(**page)  # type: ignore[arg-type]


SIZES: dict[str, dict[str, Any]] = {
    f"{author}/{name}": {"parameters": size}
    for author, name, size in (("a", "Large-70B", 70), ("b", "Mid-7B", 7), ("c", "New", None), ("d", "Small-1B", 1))
}


@pytest.mark.parametrize(
    ("sort", "order"), [("parameters", "dbac"), ("-parameters", "abdc"), ("removal", "abdc"), ("-size_gb", "abcd")]
)
def test_text_models_are_ordered_by_their_number_of_weights(sort: str, order: str) -> None:
    """Section 8: the size of text models, last in the order of removal; unknown comes last."""
    table = table_of(catalogue_of(SIZES, TEXT), observation_of(stats_of({"elsewhere": 1}), category=TEXT))
    assert [name[0] for name in rows_of(table, sort=sort)] == list(order)


@pytest.mark.parametrize(
    ("asked", "following"),
    [
        ({"limit": 4}, "limit=4&offset=4"),
        ({"limit": 4, "offset": 8}, "limit=4&offset=12"),
        ({"limit": 4, "offset": 12}, None),
        ({"limit": 4, "offset": 99}, None),
        ({}, None),
        (
            {"limit": 1, "include_backend_variations": True, "sort": "name", "search": "&\u202e", "nsfw": False},
            "include_backend_variations=true&limit=1&offset=1&sort=name&search=%26%E2%80%AE&nsfw=false",
        ),
    ],
)
def test_an_answer_names_the_next_page(asked: dict[str, Any], following: str | None) -> None:
    names = [f"m{number:02}&\u202e" for number in range(15)]
    table = table_of(catalogue_of(names), observation_of(stats_of(dict.fromkeys(names, 1))))
    path = "/api/model_references/statistics/image_generation/deletion-risk?"
    assert respond(table, RiskQuery(**asked)).next == (None if following is None else path + following)
