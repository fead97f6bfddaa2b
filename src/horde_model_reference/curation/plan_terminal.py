"""The plan in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from horde_model_reference.curation.plan import HeldBack, MarkedModel, ModelVerdict, Plan, marks_by_state, staying
from horde_model_reference.curation.plan_diff import Change
from horde_model_reference.escaping import visible
from horde_model_reference.reports import words
from horde_model_reference.reports.fitted_table import FittedColumn, FittedTable
from horde_model_reference.reports.model_size import ModelSize, model_size
from horde_model_reference.reports.terminal import LEVEL_STYLES


def plan_report(plan: Plan, written: Sequence[Path], changes: Sequence[Change] | None) -> RenderableType:
    """Return the removals, their impact, the models that stay and why, the changes, and the files written."""
    parts: list[RenderableType] = (
        [_removals(plan.removed, model_size(plan.category))] if plan.removed else [Text("Nothing to remove.")]
    )
    parts += [Text(line) for line in (*_effect(plan), *_others(plan))]
    parts += [_held_back(plan.held_back)] if plan.held_back else []
    parts += [Text(line) for line in _marks(plan.marks or ())]
    if changes is not None:
        parts += [Text(line) for line in _changes(changes)]
    parts += [Text(f"{warning.code}: {visible(warning.message)}") for warning in plan.warnings]
    parts.append(Text(f"Written: {', '.join(visible(str(path)) for path in written) or 'nothing'}"))
    return Group(*parts)


def _removals(removed: Sequence[ModelVerdict], size: ModelSize) -> FittedTable:
    columns = (
        FittedColumn("Remove", least=20),
        FittedColumn("Level"),
        FittedColumn("Month\nuse", "right"),
        FittedColumn("Total\nuse", "right"),
        FittedColumn(size.narrow, "right"),
        FittedColumn("Days", "right"),
        FittedColumn("Could be replaced by", least=16),
    )
    table = FittedTable(columns, dropped=("Days", size.narrow, "Could be replaced by", "Total\nuse", "Month\nuse"))
    for verdict in removed:
        override = f" (override: {verdict.override})" if verdict.override else ""
        because = f" (because: {verdict.because.text()})" if verdict.because else ""
        table.add_row(
            Text(visible(verdict.name + override + because)),
            Text(verdict.risk_level.value, style=LEVEL_STYLES[verdict.risk_level]),
            Text(words.count(verdict.usage_month)),
            Text(words.count(verdict.usage_total)),
            Text(size.cell(verdict)),
            Text(words.count(verdict.age_days)),
            Text(_best(verdict)),
        )
    return table


def _best(verdict: ModelVerdict) -> str:
    if verdict.replacements is None:
        return words.UNKNOWN
    return visible(verdict.replacements[0].name) if verdict.replacements else "nothing"


def _effect(plan: Plan) -> list[str]:
    effect = plan.effect
    if not effect.models:
        return []
    within = f" in {words.counted(effect.files, 'file')}" if effect.files else ""
    freed = f"{model_size(plan.category).with_unit(effect)}{within}"
    displaced = f"{words.counted(effect.usage_month, 'request')} a month ({words.share(effect.share_of_month_usage)})"
    threads = words.counted(effect.worker_threads, "worker thread")
    return [
        f"Frees {freed}; displaces {displaced}; served now by {threads}.",
        _styles(plan),
    ]


def _styles(plan: Plan) -> str:
    broken = plan.effect.broken_styles
    if not plan.style_changes:
        return f"Styles that break: {'unknown' if broken is None else _names(broken)}."
    repointed = [f"{style} to {model}" for style, model in plan.repointed_styles.items()]
    return f"Styles deleted: {_names(plan.deleted_styles)}. Styles re-pointed: {_names(repointed)}."


def _names(names: Sequence[str]) -> str:
    return visible(", ".join(names)) or "none"


def _others(plan: Plan) -> list[str]:
    lines = [f"{verdict.value}: {sentence}" for verdict, sentence in staying(plan)]
    if plan.suspicious:
        found = words.first_names([f"{visible(found.name)} ({found.worker_count:,})" for found in plan.suspicious])
        lines.append(f"Suspicious, since many worker threads serve what nobody uses: {found}.")
    if plan.orphaned_styles:
        orphans = ", ".join(f"{style} ({model})" for style, model in plan.orphaned_styles.items())
        lines.append(f"Styles that name a model which is not in the catalogue: {visible(orphans)}.")
    return lines


def _marks(marks: Sequence[MarkedModel]) -> list[str]:
    return [visible(f"Marked, {state.value}: {sentence}.") for state, sentence in marks_by_state(marks)]


HELD_BACK = (
    FittedColumn("Held back by", least=20),
    FittedColumn("Models", "right"),
    FittedColumn("By it\nalone", "right"),
    FittedColumn("Would go without it", least=16),
)


def _held_back(keys: Sequence[HeldBack]) -> FittedTable:
    table = FittedTable(HELD_BACK, dropped=("By it\nalone", "Models"))
    for held in keys:
        table.add_row(
            Text(held.key),
            Text(words.count(held.models)),
            Text(words.count(held.alone)),
            Text(words.first_names([visible(name) for name in held.releases])),
        )
    return table


def _changes(changes: Sequence[Change]) -> list[str]:
    lines = [f"{visible(found.name)}: {found.before} -> {found.after}. {visible(found.why)}" for found in changes]
    return ["Since the earlier plan:", *(lines or ["nothing has changed."])]
