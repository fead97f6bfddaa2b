"""The category page: tiles that filter, a table that sorts, and how far the figures can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import chain

import polars as pl

from horde_model_reference.analytics.filter_presets import PRESETS
from horde_model_reference.analytics.matching import matching
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import BY_REMOVAL, RiskQuery
from horde_model_reference.analytics.risk_response import respond, viewed
from horde_model_reference.analytics.risk_schema import CategoryDeletionRiskSummary, ModelDeletionRiskInfo
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.categories import (
    MODEL_REFERENCE_CATEGORY,
    SizeMeasure,
    has_families,
    has_styles,
    measured_in,
)
from horde_model_reference.dashboard.rendering import render
from horde_model_reference.dashboard.views import PAGE_SIZES, View
from horde_model_reference.reports import words
from horde_model_reference.reports.model_size import model_size

MOST_MEMBERS = 100
"""Members shown of a family at most."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the summary.

    Attributes:
        label: The models that it counts.
        value: The figure.
        link: The view that shows it.
        current: The reader is looking at that view already.
    """

    label: str
    value: str
    link: str
    current: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of the table.

    Attributes:
        word: Its heading.
        sort: The column that it sorts by.
        numeric: It holds numbers.
        descending: The direction in which it is sorted first.
        shown: Whether a category has it.
    """

    word: str
    sort: str
    numeric: bool = True
    descending: bool = True
    shown: Callable[[MODEL_REFERENCE_CATEGORY], bool] = lambda _: True


HEADINGS: tuple[Heading, ...] = (
    Heading("Model", "name", numeric=False, descending=False),
    Heading("Level", "risk_level", numeric=False),
    Heading("Month use", "usage_month"),
    Heading("Share", "usage_percentage_of_category"),
    Heading("Day", "usage_day"),
    Heading("Total", "usage_total"),
    Heading("Workers", "worker_count"),
    Heading("Queue", "queued_jobs"),
    Heading("GB", "size_gb", shown=measured_in(SizeMeasure.GIGABYTES)),
    Heading("Parameters", "parameters", shown=measured_in(SizeMeasure.PARAMETERS)),
    Heading("Styles", "style_count", shown=has_styles),
    Heading("Baseline", "baseline", numeric=False, descending=False),
    Heading("Why", "risk_score", numeric=False),
)
"""The columns of the table, from left to right."""


def category_page(table: RiskTable, view: View) -> str:
    """Return the page of a view."""
    query = view.query
    answer = respond(table, query)
    return render(
        "category.html",
        view=view,
        category=view.category,
        answer=answer,
        tiles=_tiles(table, view, answer.summary),
        members=_members(table, answer.models),
        most_members=MOST_MEMBERS,
        headings=[heading for heading in HEADINGS if heading.shown(view.category)],
        presets=PRESETS,
        levels=list(reversed(RiskLevel)),
        baselines=_with(table.baselines, query.baseline),
        hosts=_with(table.hosts, query.host),
        page_sizes=sorted({*PAGE_SIZES, view.page_size}),
        by_removal=BY_REMOVAL,
        attribution=words.attribution(answer.attribution.month),
        families=has_families(view.category),
        styles=has_styles(view.category),
        size=model_size(view.category),
    )


def _tiles(table: RiskTable, view: View, shown: CategoryDeletionRiskSummary) -> list[Tile]:
    """Return the tiles: each count is that of the rows its link shows, the sums are those of the rows shown now."""
    everything = {"preset": None, "risk_level": None}
    every = replace(view.query, preset=None, risk_level=None)
    rows = viewed(table, every).rows
    counts = shown if every == view.query else CategoryDeletionRiskSummary.from_risk_models(matching(rows, every))
    filters = (
        ("models" if not view.query.group_text_models else "families", counts.total_models, everything),
        ("at risk", counts.models_at_risk, everything | {"preset": "deletion_candidates"}),
        ("critical", counts.models_critical, everything | {"preset": "critical"}),
        ("with warnings", counts.models_with_warnings, everything | {"preset": "host_issues"}),
    )
    disk = ("GB", _gigabytes(matching(rows, view.query)), "-size_gb")
    requests = ("requests a month", words.count(shown.category_total_month_usage), "-usage_month")
    sums = (disk, requests) if model_size(view.category).adds_up else (requests,)
    now = {"preset": view.query.preset or None, "risk_level": view.query.risk_level or None}
    return [
        *(Tile(label, words.count(count), view.link(**asked), asked | now == asked) for label, count, asked in filters),
        *(Tile(label, total, view.link(sort=sort), view.query.sort == sort) for label, total, sort in sums),
    ]


def _gigabytes(rows: pl.DataFrame) -> str:
    """Return the size of all rows; with a plus where that of some is unknown."""
    known = rows["size_gb"].drop_nulls()
    if known.is_empty():
        return words.UNKNOWN if rows.height else "0"
    return f"{known.sum():,.0f}{'+' if len(known) < rows.height else ''}"


def _members(table: RiskTable, rows: Iterable[ModelDeletionRiskInfo]) -> dict[str, ModelDeletionRiskInfo]:
    """Return the members of the families among the rows, by name."""
    names = list(chain.from_iterable((row.members or ())[:MOST_MEMBERS] for row in rows))
    if not names:
        return {}
    narrowed = replace(table, rows=table.rows.filter(pl.col("name").is_in(names)))
    return {member.name: member for member in respond(narrowed, RiskQuery()).models}


def _with(known: tuple[str, ...], asked: str | None) -> tuple[str, ...]:
    """Return the choices of a form: all values of the rows, and the chosen one even if no row has it."""
    return known if not asked or asked in known else (asked, *known)
