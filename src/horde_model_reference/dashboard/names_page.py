"""The page of reported names: where each name's requests went, and which model an unattributed one could be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from rapidfuzz import fuzz

from horde_model_reference.analytics.detail_schema import ApiNameInfo
from horde_model_reference.analytics.risk_response import names_of_outcome
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_families, usage_traits
from horde_model_reference.dashboard.rendering import model_path, render
from horde_model_reference.dashboard.shell import Section, shell_of
from horde_model_reference.dashboard.sparkline import share_of
from horde_model_reference.escaping import toml_string
from horde_model_reference.integrations.attribution import AMBIGUOUS, ATTRIBUTED, UNATTRIBUTED

ROWS = 100
"""Rows on a page."""
OUTCOMES = (UNATTRIBUTED, AMBIGUOUS, ATTRIBUTED)
"""The tabs, in the order in which they are shown."""
PERIODS = (("Day", "day"), ("Month", "month"), ("Ever", "total"))
LIKENESS = ((80.0, "strong"), (60.0, "fair"), (0.0, "weak"))
"""From which similarity of two names, in percent, their likeness has which word."""


@dataclass(frozen=True, slots=True)
class NamesView:
    """The names that a page shows: their outcome, and the page from 0."""

    category: MODEL_REFERENCE_CATEGORY
    outcome: str = UNATTRIBUTED
    page: int = 0

    def link(self, **changes: object) -> str:
        """Return the address of this view with some parts changed."""
        asked = replace(self, **changes)  # type: ignore[arg-type]
        fields = {"outcome": asked.outcome, "page": asked.page}
        given = {field: value for field, value in fields.items() if value not in {UNATTRIBUTED, 0}}
        return Section.NAMES.path(self.category) + (f"?{urlencode(given)}" if given else "")


@dataclass(frozen=True, slots=True)
class NameRow:
    """One reported name.

    Attributes:
        info: The name with its figures.
        bar: The length of the bar of its month use, in percent.
        model: The model that it belongs to or could be; None without one.
        link: The page of the model.
        likeness: How alike the two names are, in words; empty where it belongs to the model.
        alias: The line of TOML that makes the name an alias of the model; empty where there is none to propose.
    """

    info: ApiNameInfo
    bar: float | None
    model: str | None
    link: str
    likeness: str
    alias: str


@dataclass(frozen=True, slots=True)
class Share:
    """Where the requests of one period went; percentages of those reported."""

    word: str
    attributed: int
    other: int
    percent: float

    @property
    def rest(self) -> float:
        """Percent of the requests that belong to no model."""
        return round(100 - self.percent, 1)


def names_page(table: RiskTable, view: NamesView) -> str:
    """Return the page of a view."""
    counts = dict(table.api_names["outcome"].value_counts().iter_rows())
    found = names_of_outcome(table, view.outcome, view.page * ROWS, ROWS)
    most = max((info.usage_month or 0 for info in found), default=0)
    number = counts.get(view.outcome, 0)
    return render(
        "names.html",
        shell=shell_of(table, Section.NAMES),
        category=table.category,
        title=f"{usage_traits(table.category).title}: reported names",
        view=view,
        month=table.totals["month"],
        tabs=[(outcome, counts.get(outcome, 0), view.link(outcome=outcome, page=0)) for outcome in OUTCOMES],
        rows=[_row(table, info, most) for info in found],
        pages=list(_pages(view, number)),
        shares=list(_shares(table)),
        backends=has_families(table.category),
    )


def _pages(view: NamesView, number: int) -> Iterator[tuple[str, str]]:
    if view.page:
        yield "Previous", view.link(page=view.page - 1)
    if (view.page + 1) * ROWS < number:
        yield "Next", view.link(page=view.page + 1)


def _row(table: RiskTable, info: ApiNameInfo, most: int) -> NameRow:
    likely = info.model or next(iter([*info.likely_models, *info.candidates]), None)
    guessed = info.model is None and likely is not None
    return NameRow(
        info=info,
        bar=share_of(info.usage_month, most),
        model=likely,
        link=model_path(table.category, likely) if likely else "",
        likeness=_likeness(info.api_name, likely) if guessed and likely else "",
        alias=_alias(info.api_name, likely) if guessed and likely and has_families(table.category) else "",
    )


def _alias(name: str, model: str) -> str:
    """Return the line of an alias file; characters of patterns in the name stand for themselves."""
    literal = re.sub(r"([*?[])", r"[\1]", name)
    return f"{toml_string(literal)} = {toml_string(model)}"


def _likeness(name: str, model: str) -> str:
    similar = fuzz.token_set_ratio(name.lower(), model.lower())
    return next(word for least, word in LIKENESS if similar >= least)


def _shares(table: RiskTable) -> Iterator[Share]:
    """Return the periods of which it is known where the requests went, and that had any."""
    for word, period in PERIODS:
        totals = table.totals[period]
        if totals.reported and totals.attributed is not None:
            percent = round(100 * totals.attributed / totals.reported, 1)
            yield Share(word, totals.attributed, totals.reported - totals.attributed, percent)
