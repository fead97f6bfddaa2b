"""The overview: one sentence from the plan, the verdicts by level, and the loose ends that need a look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_response import names_of_no_model
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.usage_trend import SHOWN_COLUMNS
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, SizeMeasure, usage_traits
from horde_model_reference.curation.artefacts import PLAN_MARKDOWN
from horde_model_reference.curation.plan import SUSPICIOUS
from horde_model_reference.curation.reasons import REASONS
from horde_model_reference.dashboard import labels
from horde_model_reference.dashboard.bars import parts
from horde_model_reference.dashboard.checks import data_checks
from horde_model_reference.dashboard.rendering import model_path, render
from horde_model_reference.dashboard.shell import Section, shell_of
from horde_model_reference.dashboard.sparkline import weeks_line
from horde_model_reference.history.changes_schema import CategoryChangesResponse, ChangeInfo
from horde_model_reference.reports import words
from horde_model_reference.reports.model_size import model_size

VERDICTS = (Verdict.REMOVE, Verdict.PROTECTED, Verdict.UNKNOWN, Verdict.KEEP)
LEVELS = tuple(reversed(RiskLevel))
MOST_LISTED = 6
"""Models, changes and names in a list of the overview."""
MOST_HOLDS = 6
NOTES_OF_NONE: Mapping[Verdict, str] = {
    Verdict.REMOVE: "The policy lets none go",
    Verdict.UNKNOWN: "All that a verdict rests on is known",
}
"""What it means that no model has a verdict."""
HELD: Mapping[str, tuple[str, str]] = {
    "named_by_styles": ("styles name {}", "styles name {}"),
    "jobs_waiting": ("jobs wait for {}", "jobs wait for {}"),
    "last_of_its_kind": ("{} is the last of its kind", "{} are the last of their kind"),
    "age_unknown": ("the age of {} is unknown", "the age of {} is unknown"),
    "too_young": ("{} is new", "{} are new"),
    "limit_reached": ("the limit of a plan keeps {}", "the limit of a plan keeps {}"),
    "possibly_used": ("{} is perhaps used", "{} are perhaps used"),
    SUSPICIOUS: ("{} is served, yet unused", "{} are served, yet unused"),
}
"""What holds one model or several back, as part of a sentence; other reasons are listed in their short words."""
LEAST_USE = 100
"""Month use below which a change is not listed: small numbers jump."""


@dataclass(frozen=True, slots=True)
class Tile:
    """The models of one verdict.

    Attributes:
        verdict: The verdict.
        models: Their number.
        unit: What stands behind the number.
        note: Their size and their commonest reason; of none, what that means.
        link: Their rows.
    """

    verdict: Verdict
    models: int
    unit: str
    note: str
    link: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of the matrix with the link to its rows."""

    models: int
    link: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """The models of one level by verdict, in the order of ``VERDICTS``, and all of them."""

    level: RiskLevel
    cells: tuple[Cell, ...]
    models: int


@dataclass(frozen=True, slots=True)
class Staying:
    """A model that nobody used and that stays."""

    name: str
    link: str
    size: str
    verdict: Verdict
    reasons: str


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason against removal.

    Attributes:
        word: Its words.
        key: The key of the policy that it follows from; empty where it always holds.
        models: Models that have it.
        alone: Models that have no other.
        link: Their rows.
    """

    word: str
    key: str
    models: int
    alone: int
    link: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A change that the history has: its subject, whose page it leads to if it has one, its words, and its day."""

    name: str
    link: str
    words: str
    day: date


@dataclass(frozen=True, slots=True)
class Change:
    """A model whose use changes."""

    name: str
    link: str
    percent: float
    month: int
    lines: tuple[str, ...] | None


def overview_page(table: RiskTable, ages: pl.Series, recorded: CategoryChangesResponse | None) -> str:
    """Return the overview of a category.

    Args:
        table: The ungrouped table, with verdicts.
        ages: Days since each of its models is listed; null where unknown.
        recorded: The newest changes that the history has, at most ``MOST_LISTED``; None where it cannot be read.
    """
    staying = table.rows.filter((pl.col("usage_month") == 0) & (pl.col("verdict") != Verdict.REMOVE.value))
    return render(
        "overview.html",
        shell=shell_of(table, Section.OVERVIEW),
        category=table.category,
        title=f"{usage_traits(table.category).title}, overview",
        headline=headline(table),
        lead=" ".join(_lead(table, staying)),
        proposed=_of(table, Verdict.REMOVE).height,
        plan_markdown=PLAN_MARKDOWN,
        tiles=[_tile(table, verdict) for verdict in VERDICTS],
        bar=parts((level, number) for level, number in _levels(table.rows).items()),
        matrix=_matrix(table),
        verdicts=VERDICTS,
        marked=int(table.rows["is_marked"].sum()),
        marked_link=_link(table.category, preset="marked"),
        staying=[_staying(table, row) for row in _first(staying).iter_rows(named=True)],
        staying_count=staying.height,
        staying_link=_link(table.category, preset="zero_usage"),
        holds=_holds(table)[:MOST_HOLDS],
        recorded=None if recorded is None else [_recorded(table, change) for change in recorded.changes],
        recorded_count=0 if recorded is None else recorded.total_count,
        changes=[_change(table.category, row) for row in _movers(table.rows).iter_rows(named=True)],
        names=names_of_no_model(table, MOST_LISTED - 1),
        checks=data_checks(table, ages),
    )


def _of(table: RiskTable, verdict: Verdict) -> pl.DataFrame:
    return table.rows.filter(pl.col("verdict") == verdict.value)


def _link(category: MODEL_REFERENCE_CATEGORY, **asked: str) -> str:
    fields = "&".join(f"{field}={value}" for field, value in asked.items())
    return f"{Section.MODELS.path(category)}?{fields}"


def headline(table: RiskTable) -> str:
    """Return the answer to which models can go, as one sentence."""
    noun = f"{usage_traits(table.category).model_type.value} model"
    proposed, unjudged = _of(table, Verdict.REMOVE).height, table.rows["verdict"].null_count()
    if unjudged:
        return f"No {noun} can be judged now."
    if not proposed:
        return f"No {noun} can be proposed now."
    return f"{proposed:,} of {table.model_count:,} {noun}s can go now."


def _lead(table: RiskTable, staying: pl.DataFrame) -> Iterator[str]:
    removed = _of(table, Verdict.REMOVE)
    if removed.height:
        yield _effect(table, removed)
    if staying.height:
        number = f"{staying.height:,}{' more' if removed.height else ''}"
        reasons = [pair for verdict in VERDICTS for pair in _commonest(staying, verdict)]
        first = sorted(reasons, key=lambda pair: -pair[1])[:3]
        listed = _listed([_held(code, count) for code, count in first])
        stay = "stays" if staying.height == 1 else "stay"
        yield f"{number} had no use in 30 days, yet {stay}: {listed}." if listed else f"{number} had no use in 30 days."


def _held(code: str, models: int) -> str:
    one, several = HELD.get(code, (f"{{}} {labels.reasons([code])}",) * 2)
    return (one if models == 1 else several).format(f"{models:,}")


def _listed(parts_of_sentence: list[str]) -> str:
    *first, last = parts_of_sentence or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _effect(table: RiskTable, removed: pl.DataFrame) -> str:
    """Return the effect of the proposed removals; figures that are unknown are said to be."""
    size, moved, styles = _size(table, removed), int(removed["usage_month"].sum()), removed["style_count"]
    frees = f"frees {size}, " if size else ""
    moves = "moves no requests" if not moved else f"moves {words.counted(moved, 'request')} a month"
    broken = int(styles.sum())
    breaks = "no style" if not broken else words.counted(broken, "style")
    changes = f" and breaks {breaks}" if styles.null_count() == 0 else ""
    return f"That {frees}{moves}{changes}."


def _size(table: RiskTable, rows: pl.DataFrame) -> str:
    """Return the size of rows in words, with a plus where that of some is unknown; empty where sizes do not add up."""
    size = model_size(table.category)
    if not size.adds_up:
        return ""
    known = rows[size.column].drop_nulls()
    return f"{known.sum():,.1f}{'+' if known.len() < rows.height else ''} {size.unit}"


def _tile(table: RiskTable, verdict: Verdict) -> Tile:
    rows = _of(table, verdict)
    note = _note(table, rows, verdict) if rows.height else NOTES_OF_NONE.get(verdict, "")
    unit = _of_all(table, rows) if verdict is Verdict.REMOVE else "model" if rows.height == 1 else "models"
    return Tile(verdict, rows.height, unit, note, _link(table.category, verdict=verdict.value))


def _of_all(table: RiskTable, rows: pl.DataFrame) -> str:
    """Return the whole that proposed models are a part of: the size of all models, or their number."""
    part = _size(table, rows) if rows.height else ""
    return f"{part} of {_size(table, table.rows)}" if part else f"of {table.model_count:,}"


def _note(table: RiskTable, rows: pl.DataFrame, verdict: Verdict) -> str:
    if verdict is Verdict.REMOVE:
        threads = int(rows["worker_count"].sum())
        return f"served by {words.counted(threads, 'worker thread') if threads else 'no worker'}"
    commonest = [_held(code, count) for code, count in _commonest(rows, verdict)[:1]]
    return "; ".join(filter(None, (_size(table, rows), *commonest)))


def _commonest(rows: pl.DataFrame, verdict: Verdict) -> list[tuple[str, int]]:
    """Return the reasons that speak for a verdict with the number of rows that have each, the commonest first."""
    counted = rows["verdict_reasons"].explode().drop_nulls().value_counts()
    numbers = dict(counted.iter_rows())
    deciding = labels.deciding(numbers, verdict)
    return sorted(((code, numbers[code]) for code in deciding), key=lambda pair: (-pair[1], pair[0]))


def _levels(rows: pl.DataFrame) -> Mapping[RiskLevel, int]:
    counts = dict(rows["risk_level"].value_counts().iter_rows())
    return {level: counts.get(level.value, 0) for level in LEVELS}


def _matrix(table: RiskTable) -> list[MatrixRow]:
    counted = table.rows.group_by("risk_level", "verdict").len()
    numbers = {(level, verdict): number for level, verdict, number in counted.iter_rows()}

    def cell(level: RiskLevel, verdict: Verdict) -> Cell:
        link = _link(table.category, exact_level=level.value, verdict=verdict.value)
        return Cell(numbers.get((level.value, verdict.value), 0), link)

    return [
        MatrixRow(level, tuple(cell(level, verdict) for verdict in VERDICTS), number)
        for level, number in _levels(table.rows).items()
        if number or level is not RiskLevel.NONE
    ]


def _first(staying: pl.DataFrame) -> pl.DataFrame:
    return staying.sort(["risk_level", "size_gb", "name"], descending=[True, True, False], nulls_last=True).head(
        MOST_LISTED
    )


def _staying(table: RiskTable, row: Mapping[str, object]) -> Staying:
    size = model_size(table.category)
    name, verdict = str(row["name"]), Verdict(str(row["verdict"]))
    codes = labels.deciding(row["verdict_reasons"], verdict)  # type: ignore[arg-type]
    return Staying(
        name=name,
        link=model_path(table.category, name),
        size=f"{size.text(row[size.column])} {size.unit if size.column is SizeMeasure.GIGABYTES else ''}",  # type: ignore[arg-type]
        verdict=verdict,
        reasons=labels.reasons(codes[:2], row["style_count"]),  # type: ignore[arg-type]
    )


_KEYS = {reason.code: reason.key for reason in reversed(REASONS)}


def _holds(table: RiskTable) -> list[Hold]:
    """Return the reasons against removal, those that hold back most models by themselves first."""
    rows = table.rows.filter(pl.col("verdict") != Verdict.REMOVE.value)["verdict_reasons"]
    alone = dict(rows.filter(rows.list.len() == 1).list.first().value_counts().iter_rows())
    held = [
        Hold(
            word=labels.reasons([code]).capitalize(),
            key=_KEYS.get(code, ""),
            models=number,
            alone=alone.get(code, 0),
            link=_link(table.category, reason=code),
        )
        for code, number in rows.explode().drop_nulls().value_counts().iter_rows()
    ]
    return sorted(held, key=lambda hold: (-hold.alone, -hold.models, hold.word))


def _recorded(table: RiskTable, change: ChangeInfo) -> Recorded:
    link = model_path(table.category, change.name) if change.name in table.records else ""
    return Recorded(change.name, link, labels.CHANGES[change.kind], change.day)


def _movers(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the used models whose use changes most, falling or rising."""
    known = rows.filter(pl.col("trend_30d").is_not_null() & (pl.col("usage_month") >= LEAST_USE))
    return known.sort(pl.col("trend_30d").abs(), "name", descending=[True, False]).head(MOST_LISTED)


def _change(category: MODEL_REFERENCE_CATEGORY, row: Mapping[str, object]) -> Change:
    name = str(row["name"])
    weeks: list[float | None] = [row[column] for column in SHOWN_COLUMNS]  # type: ignore[misc]
    return Change(name, model_path(category, name), row["trend_30d"], row["usage_month"], weeks_line(weeks))  # type: ignore[arg-type]
