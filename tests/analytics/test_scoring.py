"""What is computed from a row's own figures: shares, trends, sizes; and that use never condemns."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_schema import ModelDeletionRiskInfo
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from tests.support.builders import GOOD_URL, IMAGE, TEXT, catalogue_of, observation_of, stats_of, status_of, table_of
from tests.support.rows import files, flags_of, rows_of

GIB = 2**30
RANKS = list(RiskLevel)


def row_with(
    usage: tuple[int, int, int], others: int = 0, fields: dict[str, Any] | None = None
) -> ModelDeletionRiskInfo:
    """The row of an image model with these figures."""
    stats = stats_of({"model": usage, "other": (0, others, 0)})
    return rows_of(table_of(catalogue_of({"model": fields or {}, "other": {}}), observation_of(stats)))["model"]


@pytest.mark.parametrize(
    ("month", "others", "share"),
    [(1, 2, 33.3333), (2, 1, 66.6667), (1, 0, 100.0), (0, 5, 0.0), (0, 0, 0.0), (1, 999_999, 0.0001), (1, 10**8, 0.0)],
)
def test_share_of_the_category(month: int, others: int, share: float) -> None:
    """100 · month / the category's month, 4 decimals; 0 when that is 0."""
    assert row_with((0, month, 1), others).usage_percentage_of_category == share


def test_the_share_is_of_attributed_usage_only() -> None:
    """What belongs to no model does not make a model's share smaller."""
    stats = stats_of({"model": 10, "nobody's": 990})
    assert (
        rows_of(table_of(catalogue_of(["model"]), observation_of(stats)))["model"].usage_percentage_of_category == 100
    )


@pytest.mark.parametrize(
    ("usage", "day_to_month", "month_to_total"),
    [
        ((1, 4, 8), 0.25, 0.5),
        ((4, 4, 4), 1.0, 1.0),
        ((1, 1, 1), 1.0, 1.0),
        ((0, 4, 8), 0.0, 0.5),
        ((0, 0, 8), None, 0.0),
        ((0, 0, 0), None, None),
        ((1, 37, 36), 1 / 37, None),
        ((37, 37, 0), 1.0, None),
    ],
)
def test_trend(usage: tuple[int, int, int], day_to_month: float | None, month_to_total: float | None) -> None:
    """Null on a zero denominator; the month to total ratio also where the total, which trails, is the smaller."""
    trend = row_with(usage).usage_trend
    assert (trend.day_to_month_ratio, trend.month_to_total_ratio) == (day_to_month, month_to_total)


SIZES: dict[str, tuple[dict[str, Any], float | None, float | None]] = {
    "of the record": ({"size_on_disk_bytes": 4 * GIB}, 4.0, 25.0),
    "of the record, rounded": ({"size_on_disk_bytes": 3 * GIB + GIB // 3}, 3.33, 30.0),
    "cost by the exact size": ({"size_on_disk_bytes": GIB // 256}, 0.0, 25600.0),
    "empty": ({"size_on_disk_bytes": 0}, 0.0, None),
    "unknown": ({"size_on_disk_bytes": None}, None, None),
    "of the files": (
        files(GOOD_URL, GOOD_URL, sizes=(GIB, GIB)) | {"size_on_disk_bytes": 9 * GIB},
        2.0,
        50.0,
    ),
    "of one file only": (
        files(GOOD_URL, GOOD_URL, sizes=(GIB, None)) | {"size_on_disk_bytes": 4 * GIB},
        4.0,
        25.0,
    ),
    "of one file only, else unknown": (
        files(GOOD_URL, GOOD_URL, sizes=(GIB, None)) | {"size_on_disk_bytes": None},
        None,
        None,
    ),
    "no files": (files() | {"size_on_disk_bytes": 4 * GIB}, 4.0, 25.0),
}


@pytest.mark.parametrize(("fields", "size", "cost"), SIZES.values(), ids=SIZES.keys())
def test_size_and_cost(fields: dict[str, Any], size: float | None, cost: float | None) -> None:
    """Size: the sum of the files' when all have one, else the record's; cost: month usage by the exact size."""
    row = row_with((1, 100, 1000), fields=fields)
    assert (row.size_gb, row.cost_benefit_score) == (size, cost)


def test_workers_and_queue() -> None:
    status = status_of({"model": 3, "queued": 0}, jobs={"model": 5, "queued": 2})
    rows = rows_of(table_of(catalogue_of(["model", "queued", "absent"]), observation_of(stats_of({"x": 1}), status)))
    found = {name: (row.worker_count, row.queued_jobs) for name, row in rows.items()}
    assert found == {"model": (3, 5), "queued": (0, 2), "absent": (0, 0)}


def test_hour_and_minute_are_never_known() -> None:
    row = row_with((1, 1, 1))
    assert (row.usage_hour, row.usage_minute) == (None, None)


FIGURES = st.integers(0, 50)
USAGE = st.tuples(FIGURES, FIGURES, FIGURES)


@given(
    usage=USAGE,
    more=USAGE,
    threads=st.integers(0, 2),
    others=st.sampled_from([0, 10, 100_000]),
    category=st.sampled_from([IMAGE, TEXT]),
    fields=st.sampled_from([{}, {"description": None}, files("ftp://x/y"), files(GOOD_URL, "https://a.example/")]),
)
def test_use_never_condemns(
    usage: tuple[int, int, int],
    more: tuple[int, int, int],
    threads: int,
    others: int,
    category: MODEL_REFERENCE_CATEGORY,
    fields: dict[str, Any],
) -> None:
    """Rules 4, 5, 6: a model used more has no usage flag that it lacked before, and no higher level or score."""
    found = []
    for figures in (usage, tuple(a + b for a, b in zip(usage, more, strict=True))):
        stats = stats_of({"model": (figures[0], figures[1], figures[2]), "other": others + 1})
        observation = observation_of(stats, status_of({"model": threads, "other": 1}), category)
        found.append(rows_of(table_of(catalogue_of({"model": fields, "other": {}}, category), observation))["model"])
    before, after = found
    assert flags_of(after) <= flags_of(before)
    assert after.risk_score <= before.risk_score
    assert RANKS.index(after.risk_level) <= RANKS.index(before.risk_level)
    assert before.is_critical or not after.is_critical
