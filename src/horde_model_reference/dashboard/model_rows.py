"""The rows of the models' page: a model with its reasons and verdict, or a family with its members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain

import polars as pl

from horde_model_reference.analytics.columns import ShownIn, shown_in
from horde_model_reference.analytics.link_flags import LINK_FLAGS, LinkFlag
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.analytics.risk_schema import ModelDeletionRiskInfo
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.usage_trend import SHOWN_COLUMNS
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_families
from horde_model_reference.dashboard import labels
from horde_model_reference.dashboard.flag_chips import NO_CHIPS, FlagChips, flag_chips
from horde_model_reference.dashboard.rendering import model_path
from horde_model_reference.dashboard.sparkline import log_share, weeks_line
from horde_model_reference.reports import words
from horde_model_reference.reports.model_size import model_size

MOST_MEMBERS = 100
"""Members shown of a family at most."""
AS_THEY_ARE = shown_in(ShownIn.PAGE)
"""Columns of rows that the page shows as they are."""
ORDER = (Verdict.REMOVE, Verdict.PROTECTED, Verdict.UNKNOWN, Verdict.KEEP)
"""The order of a family's verdicts."""


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
        flags: The reasons against it; none of a family.
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
        as_they_are: The cells of ``AS_THEY_ARE``.
        members: The rows of a family's members.
        more: Members that are not shown.
    """

    name: str
    above: str
    link: str
    level: RiskLevel
    flags: FlagChips
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
    as_they_are: tuple[str, ...]
    members: tuple[Row, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class RowMaker:
    """Makes the page's rows of the models of a table.

    Attributes:
        table: The ungrouped table.
        ages: Days since each of its models is listed.
        most: The largest month use, whatever is filtered: a bar means the same in every view.
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
            flags=flag_chips([*words.telling_flags(info), *_link_flags(info)]),
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
            "flags": NO_CHIPS,
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
            "as_they_are": tuple(words.plain(getattr(info, column.name)) for column in AS_THEY_ARE),
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
    return "–".join(ends) or words.UNKNOWN  # noqa: RUF001 - the sign of a range


def members_of(table: RiskTable, rows: Iterable[ModelDeletionRiskInfo]) -> dict[str, ModelDeletionRiskInfo]:
    """Return the members of the families among the rows, by name."""
    names = list(chain.from_iterable((row.members or ())[:MOST_MEMBERS] for row in rows))
    if not names:
        return {}
    narrowed = replace(table, rows=table.rows.filter(pl.col("name").is_in(names)))
    return {member.name: member for member in respond(narrowed, RiskQuery()).models}
