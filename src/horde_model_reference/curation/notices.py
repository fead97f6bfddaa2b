"""Notices for owners of workers and authors of styles: the text that says which models go (design section 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.plan import Plan
from horde_model_reference.integrations.attribution import ATTRIBUTED
from horde_model_reference.integrations.horde_workers import Workers
from horde_model_reference.marks.because import CODES, Because, RemovalCode
from horde_model_reference.marks.mark import Mark
from horde_model_reference.reports.markdown_report import code


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice about one model.

    Attributes:
        name: The model.
        day: The first day on which it may be gone.
        because: The reason.
        replacement: The model to use instead; None where none is known.
        workers: The names of the workers that serve it now; None if unknown.
        styles: The styles that name it; None if unknown.
    """

    name: str
    day: date
    because: Because
    replacement: str | None
    workers: Sequence[str] | None
    styles: Sequence[str] | None


def notices_of_plan(plan: Plan, facts: CurationFacts, workers: Workers | None) -> list[Notice]:
    """Return the notices of the models that a plan removes, in its order."""
    going = {verdict.name for verdict in plan.removed}
    serving = workers_by_model(facts.table, workers)
    marks = facts.own_marks
    return [
        Notice(
            name=verdict.name,
            day=marks[verdict.name].remove_after if verdict.name in marks else plan.made_on,
            because=verdict.because or Because(code=RemovalCode.LOW_USE),
            replacement=(marks[verdict.name].replacement if verdict.name in marks else None)
            or _successor(verdict.because)
            or next((found.name for found in verdict.replacements or () if found.name not in going), None),
            workers=None if serving is None else serving.get(verdict.name, ()),
            styles=verdict.styles,
        )
        for verdict in plan.removed
    ]


def notices_of_marks(marks: Sequence[Mark], facts: CurationFacts, workers: Workers | None) -> list[Notice]:
    """Return the notices of marked models, in their order."""
    serving = workers_by_model(facts.table, workers)
    return [
        Notice(
            name=mark.name,
            day=mark.remove_after,
            because=mark.reason,
            replacement=mark.replacement or _successor(mark.reason),
            workers=None if serving is None else serving.get(mark.name, ()),
            styles=None if facts.styles is None else facts.styles.naming(mark.name),
        )
        for mark in marks
    ]


def _successor(because: Because | None) -> str | None:
    """Return the successor that a reason names, if any."""
    if because is None or because.code not in {RemovalCode.SUPERSEDED_BY, RemovalCode.RENAMED_TO}:
        return None
    return because.detail


def workers_by_model(table: RiskTable, workers: Workers | None) -> Mapping[str, Sequence[str]] | None:
    """Return the names of the workers that serve each model under any of its API names; None if unknown."""
    if workers is None:
        return None
    names = table.rows["name"]
    owned = table.api_names.filter(pl.col("outcome") == ATTRIBUTED).select("api_name", "model_index")
    serving: dict[str, set[str]] = {}
    for api_name, index in owned.iter_rows():
        serving.setdefault(names[index], set()).update(workers.get(api_name, ()))
    return {model: sorted(found) for model, found in serving.items()}


def notices_markdown(notices: Sequence[Notice]) -> str:
    """Return the notices as Markdown."""
    heading = "# Models that are to be removed"
    text = (
        "For owners of workers and authors of styles. Please tell the curators if you rely on one of these models; "
        "a model that is used enough stays."
    )
    return "\n\n".join([heading, text, *map(_section, notices)]) + "\n"


def _section(notice: Notice) -> str:
    because = notice.because
    reason = f"{CODES[because.code].meaning}{f' {code(because.detail)}' if because.detail else ''}"
    lines = [
        f"## {code(notice.name)}",
        "",
        f"- When: not before {notice.day}",
        f"- Why: {reason}",
        f"- Use instead: {code(notice.replacement) if notice.replacement else 'nothing is named'}",
        f"- Workers that serve it now: {_names(notice.workers)}",
        f"- Styles that name it: {_names(notice.styles)}",
    ]
    return "\n".join(lines)


def _names(names: Sequence[str] | None) -> str:
    if names is None:
        return "**unknown**"
    return ", ".join(map(code, names)) or "none"
