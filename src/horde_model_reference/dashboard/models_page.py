"""The models' page: one row a model or family, with filters, sorting and pages that are all links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from horde_model_reference.analytics import columns
from horde_model_reference.analytics.risk_query import BY_REMOVAL
from horde_model_reference.analytics.risk_response import respond, viewed
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.row_selection import matching
from horde_model_reference.analytics.usage_trend import SHOWN_COLUMNS
from horde_model_reference.categories import (
    MODEL_REFERENCE_CATEGORY,
    SizeMeasure,
    has_families,
    measured_in,
    usage_traits,
)
from horde_model_reference.dashboard.filters import Tables, menus, too_much
from horde_model_reference.dashboard.model_rows import AS_THEY_ARE, RowMaker, members_of
from horde_model_reference.dashboard.rendering import render
from horde_model_reference.dashboard.shell import Section, shell_of
from horde_model_reference.dashboard.views import View
from horde_model_reference.reports.model_size import model_size


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table.

    Attributes:
        word: Its heading.
        key: Its name in the markup; styles drop columns by it where a screen is too narrow.
        sort: The column of rows that it sorts by; empty where it does not.
        numeric: It holds numbers.
        descending: The direction in which it is sorted first.
        shown: Whether a category has it.
    """

    word: str
    key: str
    sort: str = ""
    numeric: bool = True
    descending: bool = True
    shown: Callable[[MODEL_REFERENCE_CATEGORY], bool] = lambda _: True


def _declared(
    name: str,
    key: str,
    word: str = "",
    *,
    descending: bool = True,
    shown: Callable[[MODEL_REFERENCE_CATEGORY], bool] = lambda _: True,
) -> Column:
    """Return the column of rows of a name, under its heading or another word."""
    found = columns.COLUMNS[name]
    return Column(word or found.declared.heading, key, name, found.numeric, descending, shown)


COLUMNS: tuple[Column, ...] = (
    _declared("name", "name", descending=False),
    _declared("risk_level", "level"),
    Column("Why", "why", "risk_score", numeric=False),
    _declared("verdict", "verdict", descending=False),
    _declared("usage_month", "month"),
    Column(f"{len(SHOWN_COLUMNS)} weeks", "weeks", numeric=False),
    _declared("worker_count", "workers"),
    _declared("queued_jobs", "queue"),
    _declared("size_gb", "size", shown=measured_in(SizeMeasure.GIGABYTES)),
    _declared("parameters", "size", "Size", shown=measured_in(SizeMeasure.PARAMETERS)),
    _declared("baseline", "baseline", descending=False, shown=measured_in(SizeMeasure.GIGABYTES)),
    Column("Days", "days"),
    *(_declared(column.name, "more") for column in AS_THEY_ARE),
)
"""The columns of the table, from left to right."""

MOST_USED_FIRST = "-usage_month"
REMOVAL_ORDERS: Mapping[SizeMeasure, str] = {
    SizeMeasure.GIGABYTES: "Order of removal: worst level, least used, largest",
    SizeMeasure.PARAMETERS: "Order of removal: worst level, least used, longest listed",
}
"""The order of removal in words, by the measure of sizes."""


def models_page(table: RiskTable, ages: pl.Series, view: View) -> str:
    """Return the page of a view.

    Args:
        table: The ungrouped table of the category.
        ages: Days since each of its models is listed; null where unknown.
        view: The rows that are asked for.
    """
    query = view.query
    answer = respond(table, query)
    looked_at = viewed(table, query)
    rows = matching(looked_at.rows, query)
    make = RowMaker(table, ages, looked_at.rows["usage_month"].max())  # type: ignore[arg-type]
    members = members_of(table, answer.models)
    shown = menus(Tables(table, looked_at), view)
    return render(
        "models.html",
        shell=shell_of(table, Section.MODELS),
        view=view,
        answer=answer,
        rows=[make.row(info) if info.members is None else make.family(info, members) for info in answer.models],
        columns=[column for column in COLUMNS if column.shown(view.category)],
        menus=shown,
        filtered=any(menu.value is not None for menu in shown) or bool(query.search),
        too_much=None if rows.height else too_much(looked_at.rows, view, shown),
        all_rows=looked_at.rows.height,
        size=_whole_size(view.category, rows),
        order=_order(view),
        by_removal=BY_REMOVAL,
        families=table.families.rows.height if has_families(view.category) else None,
        pages=[(word, view.link(offset=offset)) for word, offset in view.pages(answer.total_count)],
        title=usage_traits(view.category).title,
    )


def _order(view: View) -> str:
    """Return the order of the rows in words."""
    sort = view.query.sort
    if sort == BY_REMOVAL:
        return REMOVAL_ORDERS[usage_traits(view.category).size]
    if sort == MOST_USED_FIRST:
        return "Most used first"
    column = sort.removeprefix("-")
    word = next((found.word for found in COLUMNS if found.sort == column), column.replace("_", " "))
    return f"By {word if word == 'GB' else word.lower()}, {'descending' if sort.startswith('-') else 'ascending'}"


def _whole_size(category: MODEL_REFERENCE_CATEGORY, rows: pl.DataFrame) -> str:
    """Return the size of all rows in words, with a plus where that of some is unknown; empty where none adds up."""
    size = model_size(category)
    if not size.adds_up:
        return ""
    known = rows[size.column].drop_nulls()
    return f"{known.sum():,.1f}{'+' if known.len() < rows.height else ''} {size.unit}"
