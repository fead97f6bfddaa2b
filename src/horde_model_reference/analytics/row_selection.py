"""The rows of a risk table that answer a question: filtered, ordered, and cut into a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from horde_model_reference.analytics.columns import CONSTANT_COLUMNS
from horde_model_reference.analytics.filter_columns import BACKENDS, MEMBER_REASONS, MEMBER_VERDICTS
from horde_model_reference.analytics.filter_presets import apply_preset_filter
from horde_model_reference.analytics.flags import FLAG_NAMES, LEVEL_TYPE, has_member_of
from horde_model_reference.analytics.risk_query import BY_REMOVAL, RiskQuery
from horde_model_reference.analytics.size_bands import SIZE_BANDS
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, SizeMeasure, usage_traits
from horde_model_reference.hosts import a_label

FILTERS: dict[str, Callable[[Any], pl.Expr]] = {
    "search": lambda text: (
        _mentions(pl.col("name"), text)
        | pl.col("members").list.eval(_mentions(pl.element(), text)).list.any().fill_null(value=False)
    ),
    "risk_level": lambda level: (pl.col("risk_level") >= pl.lit(level, LEVEL_TYPE)) | has_member_of(level),
    "baseline": lambda baseline: pl.col("baseline") == baseline,
    "nsfw": lambda nsfw: pl.col("nsfw") == nsfw,
    "host": lambda host: pl.col("download_hosts").list.contains(a_label(host) or host),
    "exact_level": lambda level: pl.col("risk_level") == pl.lit(level, LEVEL_TYPE),
    "verdict": lambda verdict: pl.col("verdict") == verdict,
    "reason": lambda reason: (
        pl.col(reason) if reason in FLAG_NAMES else pl.col("verdict_reasons").list.contains(reason)
    ),
    "size": lambda band: SIZE_BANDS[band].condition,
    "backend": pl.col(BACKENDS).list.contains,
}
"""The conditions of the parameters of a query that leave out rows, by name; the presets have a table of their own."""

_OF_FAMILIES: dict[str, Callable[[Any], pl.Expr]] = {
    "verdict": pl.col(MEMBER_VERDICTS).list.contains,
    "reason": lambda reason: pl.col(reason) if reason in FLAG_NAMES else pl.col(MEMBER_REASONS).list.contains(reason),
}
"""The conditions that look at the members of families, whose columns only they have; see :mod:`.filter_columns`."""


def _mentions(name: pl.Expr, text: str) -> pl.Expr:
    return name.str.to_lowercase().str.contains(text.lower(), literal=True)


def matching(rows: pl.DataFrame, query: RiskQuery) -> pl.DataFrame:
    """Return the rows that a query is about, in the table's order; the rows are those that ``viewed`` gives for it."""
    if query.preset:
        rows = apply_preset_filter(rows, query.preset)
    filters = FILTERS | _OF_FAMILIES if MEMBER_VERDICTS in rows.columns else FILTERS
    for field, condition in filters.items():
        wanted = getattr(query, field)
        if wanted not in {None, ""}:
            rows = rows.filter(condition(wanted))
    return rows


_LISTED: dict[str, str] = {
    "baseline": "baseline",
    "host": "download_hosts",
    "reason": "verdict_reasons",
    "backend": BACKENDS,
}
"""The columns of the filters whose values differ from one catalogue to the next."""


def unmatched(rows: pl.DataFrame, query: RiskQuery) -> dict[str, list[str]]:
    """Return, for each filter of a query that no row passes, the values that there are; by the filter's name."""
    asked = {field: getattr(query, field) for field in _LISTED}
    return {
        field: _values(rows[_LISTED[field]])
        for field, wanted in asked.items()
        if wanted and rows.filter(FILTERS[field](wanted)).is_empty()
    }


def _values(column: pl.Series) -> list[str]:
    flat = column.explode() if column.dtype == pl.List else column
    return flat.drop_nulls().unique().sort().to_list()


def page(rows: pl.DataFrame, query: RiskQuery, category: MODEL_REFERENCE_CATEGORY) -> pl.DataFrame:
    """Return the rows of a query's page, in its order; the order of removal is the category's.

    Ties sort by name, ascending in both directions; names by code point, nulls last, levels by rank.
    """
    # However large the numbers, a page lies within the rows.
    offset = min(query.offset, rows.height)
    limit = rows.height if query.limit is None else min(query.limit, rows.height)
    return _ordered(rows, query.sort, category).slice(offset, limit)


_REMOVAL_ORDERS = {
    SizeMeasure.GIGABYTES: {"risk_level": True, "usage_month": False, "size_gb": True},
    # A text model that was never used and is long listed goes before a new one that nobody can host yet.
    SizeMeasure.PARAMETERS: {
        "risk_level": True,
        "usage_month": False,
        "usage_total": False,
        "listed_since": False,
        "parameters": True,
    },
}
"""The keys of the order of removal by the category's measure of size, and whether they descend (design section 8)."""


def _removal_order(rows: pl.DataFrame, category: MODEL_REFERENCE_CATEGORY) -> dict[str, bool]:
    """Return the keys that the rows have: only plans know when models were listed."""
    keys = _REMOVAL_ORDERS[usage_traits(category).size]
    return {key: descending for key, descending in keys.items() if key in rows.columns}


def _ordered(rows: pl.DataFrame, sort: str, category: MODEL_REFERENCE_CATEGORY) -> pl.DataFrame:
    if sort == BY_REMOVAL:
        order = _removal_order(rows, category)
        keys, descending = list(order), list(order.values())
    else:
        keys, descending = [sort.removeprefix("-")], [sort.startswith("-")]
    if keys[0] in CONSTANT_COLUMNS:
        return rows
    # Rows come sorted by name, and the sort is stable, so names break every tie.
    return rows.sort(keys, descending=descending, nulls_last=True, maintain_order=True)
