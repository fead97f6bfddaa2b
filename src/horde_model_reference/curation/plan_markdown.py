"""The plan as the body of a pull request that a reviewer can judge from."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from horde_model_reference.curation.plan import (
    Displacement,
    HeldBack,
    MarkedModel,
    ModelVerdict,
    Plan,
    marks_by_state,
    staying,
)
from horde_model_reference.curation.plan_diff import Change
from horde_model_reference.reports import words
from horde_model_reference.reports.markdown_report import code
from horde_model_reference.reports.model_size import ModelSize, model_size

BAR = "\\|"
"""A bar within a cell: tables demand it even inside code."""

TABLE = (
    "| Model | Level | Month use | Workers | {} | Days | Could be replaced by | Why |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | --- | --- |"
)
"""The heading of the removals; its gap is for the measure of size."""


def plan_markdown(plan: Plan, changes: Sequence[Change] | None = None, repository: str = "") -> str:
    """Return the plan; with the changes since an earlier one, and the sections about its repository, if given."""
    sections = (
        _title(plan),
        _removals(plan),
        _effect(plan),
        _since(changes),
        _others(plan),
        _held_back(plan.held_back),
        _marks(plan.marks or ()),
        repository,
        _policy(plan),
        _warnings(plan),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def _title(plan: Plan) -> str:
    number = len(plan.removed)
    what = f"Remove {number} model{'' if number == 1 else 's'}" if number else "Nothing to remove"
    data = plan.data_as_of
    return (
        f"# {what} from {code(plan.catalogue_file)}\n\n"
        f"Made from revision {code(data.catalogue_revision[:12])} of the catalogue, the Horde's statistics of "
        f"{data.stats_fetched_at:%Y-%m-%d %H:%M} UTC and its workers of {data.status_fetched_at:%Y-%m-%d %H:%M} UTC"
        f"{', which are stale' if data.stale else ''}."
    )


def _removals(plan: Plan) -> str:
    if not plan.removed:
        return ""
    size = model_size(plan.category)
    return "\n".join(["## Removals", "", TABLE.format(size.heading), *(_line(found, size) for found in plan.removed)])


def _line(verdict: ModelVerdict, size: ModelSize) -> str:
    sentences = [reason.sentence for reason in verdict.reasons]
    override = f" **Override:** {code(verdict.override)}" if verdict.override else ""
    because = f" **Because:** {code(verdict.because.text())}" if verdict.because else ""
    cells = (
        f"{code(verdict.name)}{_links(verdict)}",
        verdict.risk_level.value,
        words.count(verdict.usage_month),
        words.count(verdict.worker_count),
        size.cell(verdict),
        words.count(verdict.age_days),
        _replacements(verdict),
        f"{code(' '.join(sentences))}{override}{because}",
    )
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"


def _links(verdict: ModelVerdict) -> str:
    """Return the model's links; an address is encoded so that nothing in it ends the link or the cell."""
    links = [f"[{words.link_label(link)}]({link.url})" for link in verdict.links]
    return f"; {words.first_names(links)}" if links else ""


def _replacements(verdict: ModelVerdict) -> str:
    if verdict.replacements is None:
        return words.UNKNOWN
    return ", ".join(f"{code(found.name)} ({found.usage_month:,})" for found in verdict.replacements) or "nothing"


def _effect(plan: Plan) -> str:
    effect = plan.effect
    if not effect.models:
        return ""
    hosts = ", ".join(
        f"{code(host.host)} {words.counted(host.files, 'file')}, {words.size(host.size_gb)} GB"
        for host in effect.hosts
        if host.files
    )
    usage, share = words.counted(effect.usage_month, "request"), words.share(effect.share_of_month_usage)
    files = f"{words.counted(effect.files, 'file')}, " if effect.files else ""
    freed = f"{files}{model_size(plan.category).with_unit(effect)}{f': {hosts}' if hosts else ''}"
    irreplaceable = {verdict.name for verdict in plan.removed if verdict.replacements == []}
    lines = [
        "## Effect",
        "",
        f"- {effect.models} of the category's models ({effect.share_of_models:g} %), {freed}",
        f"- {usage} a month ({share} of the category) would have to go elsewhere",
        f"- served now by {words.counted(effect.worker_threads, 'worker thread')}",
        *(_displaced(found, irreplaceable) for found in effect.displaced),
    ]
    return "\n".join([*lines, *_styles(plan)])


def _styles(plan: Plan) -> list[str]:
    emptied = f"- Style categories left empty: {_names(plan.effect.emptied_style_categories)}"
    if not plan.style_changes:
        return [f"- Styles that break: {_names(plan.effect.broken_styles)}", emptied]
    repointed = ", ".join(f"{code(style)} to {code(model)}" for style, model in plan.repointed_styles.items())
    return [
        "- Styles that name a removed model change with a pull request of their own, `styles.patch`",
        f"- Styles deleted: {_names(plan.deleted_styles)}",
        f"- Styles re-pointed: {repointed or 'none'}",
        emptied,
    ]


def _displaced(found: Displacement, irreplaceable: Collection[str]) -> str:
    requests = f"- {code(found.name)}: {words.counted(found.usage_month, 'request')}"
    if found.to is not None:
        return f"{requests}, likely to {code(found.to)}"
    return f"{requests}, {'with nothing to go to' if found.name in irreplaceable else 'where to is unknown'}"


def _names(names: list[str] | None) -> str:
    if names is None:
        return "**unknown**, since the styles could not be read"
    return ", ".join(code(name) for name in names) or "none"


def _since(changes: Sequence[Change] | None) -> str:
    if changes is None:
        return ""
    lines = [
        f"- {code(found.name)}: {found.before} → {found.after}. {_code_or_nothing(found.why)}" for found in changes
    ]
    return "\n".join(["## Since the earlier plan", "", *(lines or ["Nothing has changed."])])


def _code_or_nothing(text: str) -> str:
    return code(text) if text else ""


def _others(plan: Plan) -> str:
    lines = [
        "## What stays, and why",
        "",
        *(f"- **{verdict.value}**: {sentence}" for verdict, sentence in staying(plan)),
    ]
    if plan.suspicious:
        found = words.first_names([f"{code(found.name)} ({found.worker_count:,})" for found in plan.suspicious])
        lines.append(f"- Suspicious, since many worker threads serve what nobody uses: {found}")
    if plan.orphaned_styles:
        orphans = ", ".join(f"{code(style)} ({code(model)})" for style, model in plan.orphaned_styles.items())
        lines.append(f"- Styles that name a model which is not in the catalogue: {orphans}")
    return "\n".join(lines)


HELD_BACK = "| Key | Models | By it alone | Would go without it |\n| --- | ---: | ---: | --- |"


def _held_back(keys: Sequence[HeldBack]) -> str:
    if not keys:
        return ""
    rows = (
        f"| `{held.key}` | {held.models:,} | {held.alone:,} | "
        f"{words.first_names([code(name).replace('|', BAR) for name in held.releases])} |"
        for held in keys
    )
    return "\n".join(["## What the policy holds back", "", HELD_BACK, *rows])


def _marks(marks: Sequence[MarkedModel]) -> str:
    lines = [f"- **{state.value}**: {code(sentence)}" for state, sentence in marks_by_state(marks)]
    return "\n".join(["## Marks", "", *lines]) if lines else ""


def _policy(plan: Plan) -> str:
    candidates, limits = plan.policy.candidates, plan.policy.limits
    levels = ", ".join(level.value for level in candidates.risk_levels)
    by_hand = "selected by hand" if plan.selected is not None else "chosen by the policy"
    chosen = "selected since their marks are due" if plan.due else by_hand
    wanted = (
        f"fewer than {candidates.month_usage_below:,} requests a month, at least {candidates.min_age_days} days in the "
        f"catalogue, risk level {levels}"
    )
    bounds = (
        f"{limits.max_models} models, {limits.max_share_of_models:g} % of the models, "
        f"{limits.max_share_of_month_usage:g} % of the month's usage"
    )
    rules = f"Hash {code(plan.policy_hash[:12])}. Candidates: {wanted}. Limits: {bounds}. The models were {chosen}."
    made = f"Made by horde-model-reference {plan.version}; `plan.json` has every model's verdict with all reasons."
    return "\n\n".join(("## Policy", rules, made))


def _warnings(plan: Plan) -> str:
    return "\n".join(f"> **{warning.code}**: {code(warning.message)}" for warning in plan.warnings)
