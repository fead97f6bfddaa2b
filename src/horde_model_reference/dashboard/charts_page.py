"""The charts of a category: use against size, unused disk, levels by group, use over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import SizeMeasure, usage_traits
from horde_model_reference.dashboard import labels
from horde_model_reference.dashboard.bars import Part, parts
from horde_model_reference.dashboard.over_time import past
from horde_model_reference.dashboard.rendering import render
from horde_model_reference.dashboard.scatter import CLASSES, scatter
from horde_model_reference.dashboard.shell import Section, shell_of
from horde_model_reference.dashboard.size_bands import size_bands
from horde_model_reference.history.history_schema import ModelHistoryResponse
from horde_model_reference.reports.model_size import model_size

LEVELS = tuple(reversed(RiskLevel))
MOST_GROUPS = 12
"""Groups of a chart at most, the largest; a hostile catalogue has any number of baselines."""


@dataclass(frozen=True, slots=True)
class Group:
    """The models of one group by level.

    Attributes:
        label: The group.
        counts: Its models of each level, in the order of ``LEVELS``.
        parts: Its bar.
        total: Its models.
    """

    label: str
    counts: tuple[int, ...]
    parts: tuple[Part, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Unused:
    """The disk that the unused models of one baseline take.

    Attributes:
        label: The baseline.
        freed: GB that the plan frees.
        kept: GB of unused models that stay.
        whole: GB of all its models whose size is known.
        widths: The lengths of the two bars, in percent.
    """

    label: str
    freed: float
    kept: float
    whole: float
    widths: tuple[float, float]

    @property
    def percent(self) -> float:
        """The unused share of the whole."""
        return 100 * (self.freed + self.kept) / self.whole if self.whole else 0.0


def charts_page(table: RiskTable, limit: int, history: ModelHistoryResponse | str, *, by_count: bool) -> str:
    """Return the page of a category's charts.

    Args:
        table: The ungrouped table.
        limit: The month use below which the policy makes a model a candidate.
        history: The past of the whole category; else why that is not known.
        by_count: Draw groups on a common scale, instead of shares.
    """
    measured = model_size(table.category)
    by_baseline = measured.column is SizeMeasure.GIGABYTES
    return render(
        "charts.html",
        shell=shell_of(table, Section.CHARTS),
        category=table.category,
        title=f"{usage_traits(table.category).title}: charts",
        models=table.model_count,
        noun=f"{usage_traits(table.category).model_type.value} model",
        scatter=scatter(table, limit),
        classes=[word for word, _, _ in CLASSES],
        limit=limit,
        size=measured,
        groups=_groups(_by_baseline(table) if by_baseline else _by_band(table), by_count=by_count),
        grouped_by="baseline" if by_baseline else "parameters",
        by_count=by_count,
        unused=_unused(table) if by_baseline else [],
        levels=LEVELS,
        **past(history),
    )


Counted = Mapping[str, Mapping[RiskLevel, int]]


def _by_baseline(table: RiskTable) -> Counted:
    counted = table.rows.group_by(pl.col("baseline").fill_null("none named"), "risk_level").len()
    found: dict[str, dict[RiskLevel, int]] = {}
    for baseline, level, number in counted.sort("baseline", "risk_level").iter_rows():
        levels = found.setdefault(labels.baseline(baseline), {})
        levels[RiskLevel(level)] = levels.get(RiskLevel(level), 0) + number
    ordered = sorted(found.items(), key=lambda group: (-sum(group[1].values()), group[0]))
    return dict(ordered[:MOST_GROUPS])


def _by_band(table: RiskTable) -> Counted:
    return {
        band.label: {RiskLevel(level): number for level, number in band.rows["risk_level"].value_counts().iter_rows()}
        for band in size_bands(table.rows, table.category)
    }


def _groups(counted: Counted, *, by_count: bool) -> list[Group]:
    most = max((sum(levels.values()) for levels in counted.values()), default=0)
    return [
        Group(
            label=label,
            counts=tuple(levels.get(level, 0) for level in LEVELS),
            parts=parts(((level, levels.get(level, 0)) for level in LEVELS), most if by_count else None),
            total=sum(levels.values()),
        )
        for label, levels in counted.items()
    ]


def _unused(table: RiskTable) -> list[Unused]:
    """Return the unused disk of each baseline, the largest baselines first."""
    size, no_use = pl.col("size_gb").fill_null(0.0), pl.col("usage_month") == 0
    goes = (pl.col("verdict") == Verdict.REMOVE.value).fill_null(value=False)
    sums = (
        table.rows.group_by(pl.col("baseline").fill_null("none named"))
        .agg(
            freed=size.filter(goes).sum(),
            kept=size.filter(no_use & ~goes).sum(),
            whole=size.sum(),
        )
        .with_columns(label=pl.col("baseline").map_elements(labels.baseline, pl.String))
        .group_by("label")
        .agg(pl.col("freed", "kept", "whole").sum())
        .sort(["whole", "label"], descending=[True, False])
        .head(MOST_GROUPS)
    )
    return list(_drawn(sums))


def _drawn(sums: pl.DataFrame) -> Iterator[Unused]:
    most = max((freed + kept for _, freed, kept, _ in sums.iter_rows()), default=0.0) or 1.0
    for label, freed, kept, whole in sums.iter_rows():
        yield Unused(label, freed, kept, whole, (round(100 * freed / most, 2), round(100 * kept / most, 2)))
