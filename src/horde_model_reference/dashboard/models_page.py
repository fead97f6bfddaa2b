"""The models' page: one row a model or family, with filters, sorting and pages that are all links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain

import polars as pl

from horde_model_reference.analytics.flags import Flag
from horde_model_reference.analytics.link_flags import LINK_FLAGS, LinkFlag
from horde_model_reference.analytics.matching import matching
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import BY_REMOVAL, RiskQuery
from horde_model_reference.analytics.risk_response import respond, viewed
from horde_model_reference.analytics.risk_schema import ModelDeletionRiskInfo
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.usage_trend import SHOWN_COLUMNS
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import (
    MODEL_REFERENCE_CATEGORY,
    SizeMeasure,
    has_families,
    measured_in,
    usage_traits,
)
from horde_model_reference.dashboard import labels
from horde_model_reference.dashboard.filters import menus, too_much
from horde_model_reference.dashboard.rendering import model_path, render
from horde_model_reference.dashboard.shell import Section, shell_of
from horde_model_reference.dashboard.sparkline import log_share, weeks_line
from horde_model_reference.dashboard.views import View
from horde_model_reference.reports import words
from horde_model_reference.reports.model_size import model_size

MOST_MEMBERS = 100
"""Members shown of a family at most."""


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


COLUMNS: tuple[Column, ...] = (
    Column("Model", "name", "name", numeric=False, descending=False),
    Column("Level", "level", "risk_level", numeric=False),
    Column("Why", "why", "risk_score", numeric=False),
    Column("Verdict", "verdict", "verdict", numeric=False, descending=False),
    Column("Month use", "month", "usage_month"),
    Column(f"{len(SHOWN_COLUMNS)} weeks", "weeks", numeric=False),
    Column("Workers", "workers", "worker_count"),
    Column("Queue", "queue", "queued_jobs"),
    Column("GB", "size", "size_gb", shown=measured_in(SizeMeasure.GIGABYTES)),
    Column("Size", "size", "parameters", shown=measured_in(SizeMeasure.PARAMETERS)),
    Column(
        "Baseline", "baseline", "baseline", numeric=False, descending=False, shown=measured_in(SizeMeasure.GIGABYTES)
    ),
    Column("Days", "days"),
)
"""The columns of the table, from left to right."""

ORDER = (Verdict.REMOVE, Verdict.PROTECTED, Verdict.UNKNOWN, Verdict.KEEP)
"""The order of a family's verdicts."""
ORDERS: Mapping[str, str] = {
    BY_REMOVAL: "Order of removal: worst level, least used, largest",
    "-usage_month": "Most used first",
}
"""The orders of rows that have words of their own."""


@dataclass(frozen=True, slots=True)
class Pill:
    """A verdict with its words."""

    verdict: Verdict
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table.

    Attributes:
        name: The name that leads to the model; of a family its base name.
        above: The part of the name before the last slash, which stands below it; empty without one.
        link: The model's page; empty for a family of several.
        level: Its level.
        flags: The reasons against it.
        why: The levels of a family's members, in words.
        pills: Its verdict; of a family, how many members have which.
        reasons: The reasons of the verdict, in words.
        mark: The notice of its removal, in words; empty without one.
        month: Its month use, with possible use.
        bar: The length of the bar below, in percent; None without one.
        lines: The use of the last weeks as polylines; None where unknown.
        unused: No use in any of these weeks.
        workers: Worker threads.
        queue: Jobs that wait.
        size: Its size.
        baseline: Its baseline, abbreviated; empty without one.
        days: Days since it is listed.
        members: The rows of a family's members.
        more: Members that are not shown.
    """

    name: str
    above: str
    link: str
    level: RiskLevel
    flags: tuple[Flag | LinkFlag, ...]
    why: str
    pills: tuple[Pill, ...]
    reasons: str
    mark: str
    month: str
    bar: float | None
    lines: tuple[str, ...] | None
    unused: bool
    workers: str
    queue: str
    size: str
    baseline: str
    days: str
    members: tuple[Row, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class _Rows:
    """Makes rows of a table's infos.

    Attributes:
        table: The ungrouped table.
        ages: Days since each of its models is listed.
        most: The largest month use of any row of the view.
    """

    table: RiskTable
    ages: pl.Series
    most: int | None

    def row(self, info: ModelDeletionRiskInfo) -> Row:
        """Return the row of a model."""
        author, _, name = info.name.rpartition("/") if has_families(info.category) else ("", "", info.name)
        at = self.table.rows["name"].search_sorted(info.name)
        weeks = self.table.rows.row(at, named=True)
        known = [weeks[column] for column in SHOWN_COLUMNS]
        return self._filled(
            info,
            name=name,
            above=author,
            link=model_path(info.category, info.name),
            flags=(*words.telling_flags(info), *_link_flags(info)),
            pills=() if info.verdict is None else (Pill(info.verdict, info.verdict.value),),
            reasons=_reasons(info),
            lines=weeks_line(known),
            unused=not any(known),
            days=words.count(self.ages[at]),
        )

    def family(self, info: ModelDeletionRiskInfo, members: Mapping[str, ModelDeletionRiskInfo]) -> Row:
        """Return the row of a family; a family of one is its model."""
        names = info.members or []
        if len(names) == 1:
            return self.row(members[names[0]])
        shown = [members[name] for name in names[:MOST_MEMBERS]]
        verdicts = Counter(member.verdict for member in shown if member.verdict is not None)
        return self._filled(
            info,
            name=info.name,
            why=_levels(info),
            pills=tuple(
                Pill(verdict, f"{number} {verdict.value}") for verdict in ORDER if (number := verdicts[verdict])
            ),
            size=_sizes(info.category, shown),
            members=tuple(map(self.row, sorted(shown, key=lambda member: -(member.usage_month or 0)))),
            more=len(names) - len(shown),
        )

    def _filled(self, info: ModelDeletionRiskInfo, **others: object) -> Row:
        given: dict[str, object] = {
            "above": "",
            "link": "",
            "level": info.risk_level,
            "flags": (),
            "why": "",
            "reasons": "",
            "mark": labels.mark(info.remove_after),
            "month": words.month_use(info),
            "bar": log_share(info.usage_month, self.most),
            "lines": None,
            "unused": False,
            "workers": words.count(info.worker_count),
            "queue": words.count(info.queued_jobs),
            "size": model_size(info.category).cell(info),
            "baseline": labels.baseline(info.baseline) if info.baseline else "",
            "days": "",
        }
        return Row(**(given | others))  # type: ignore[arg-type]


def _reasons(info: ModelDeletionRiskInfo) -> str:
    if info.verdict is None or info.verdict is Verdict.REMOVE:
        return ""
    return labels.reasons(labels.deciding(info.verdict_reasons or (), info.verdict), info.style_count)


def _link_flags(info: ModelDeletionRiskInfo) -> list[LinkFlag]:
    """Return the set flags of checked links."""
    return [flag for flag in LINK_FLAGS if getattr(info.link_flags, flag.name, None)]


def _levels(info: ModelDeletionRiskInfo) -> str:
    counts = info.members_by_level or {}
    return ", ".join(f"{number} {level.value}" for level, number in counts.items() if number)


def _sizes(category: MODEL_REFERENCE_CATEGORY, members: Iterable[ModelDeletionRiskInfo]) -> str:
    """Return the smallest and the largest size of some members."""
    size = model_size(category)
    known = sorted(value for member in members if (value := getattr(member, size.column)) is not None)
    ends = dict.fromkeys(size.text(value) for value in (known[:1] + known[-1:]))
    return " to ".join(ends) or words.UNKNOWN


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
    make = _Rows(table, ages, rows["usage_month"].max())  # type: ignore[arg-type]
    members = _members(table, answer.models)
    shown = menus(looked_at, view)
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
    if sort in ORDERS:
        return ORDERS[sort]
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


def _members(table: RiskTable, rows: Iterable[ModelDeletionRiskInfo]) -> dict[str, ModelDeletionRiskInfo]:
    """Return the members of the families among the rows, by name."""
    names = list(chain.from_iterable((row.members or ())[:MOST_MEMBERS] for row in rows))
    if not names:
        return {}
    narrowed = replace(table, rows=table.rows.filter(pl.col("name").is_in(names)))
    return {member.name: member for member in respond(narrowed, RiskQuery()).models}
