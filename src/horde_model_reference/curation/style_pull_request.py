"""The second patch of a plan, and the text of its pull request, for the styles repository (design section 9)."""

from __future__ import annotations

from collections.abc import Mapping

from horde_model_reference.catalogue.sources import base_name_of
from horde_model_reference.curation.artefacts import STYLES_MARKDOWN, STYLES_PATCH
from horde_model_reference.curation.patch import path_in_work_tree_of, unified_patch
from horde_model_reference.curation.plan import Plan, StyleChange
from horde_model_reference.curation.plan_markdown import BAR
from horde_model_reference.curation.repository_profiles import check_boxes, checklist, styles_profile
from horde_model_reference.curation.style_files import ChangedStyleFiles, changed_style_files
from horde_model_reference.curation.styles import StyleFile, Styles
from horde_model_reference.escaping import visible
from horde_model_reference.reports.markdown_report import code
from horde_model_reference.reports.words import counted

TABLE = "| Style | Its model | Change | Why |\n| --- | --- | --- | --- |"


def style_artefacts(plan: Plan, styles: Styles | None) -> dict[str, bytes]:
    """Return the patch and the text by file name; empty where no style changes.

    Args:
        plan: The plan.
        styles: The styles that it was made from, with their files; None where they are unknown.
    """
    files = None if styles is None else styles.files
    if files is None or not plan.style_changes:
        return {}
    changed = changed_style_files(files.styles.content, files.categories.content, plan.style_changes)
    patch = _patch(files.styles, changed.styles) + _patch(files.categories, changed.categories)
    return {STYLES_PATCH: patch.encode(), STYLES_MARKDOWN: _markdown(plan, changed).encode()}


def title(plan: Plan) -> str:
    """Return the title of the pull request."""
    numbers = {"Delete": len(plan.deleted_styles), "re-point": len(plan.repointed_styles)}
    changes = " and ".join(f"{verb} {counted(number, 'style')}" for verb, number in numbers.items() if number)
    return f"{changes[0].upper()}{changes[1:]} of removed models"


def message(plan: Plan) -> str:
    """Return the message of the commit."""
    lines = [f"- {visible(change.style)}: {visible(change.to or 'deleted')}" for change in plan.style_changes]
    return "\n".join([title(plan), "", *lines]) + "\n"


def _patch(file: StyleFile, new: bytes) -> str:
    return unified_patch(path_in_work_tree_of(file.location, base_name_of(file.location)), file.content, new)


def _markdown(plan: Plan, changed: ChangedStyleFiles) -> str:
    removed = {verdict.name for verdict in plan.removed}
    going = ", ".join(code(name) for name in sorted({change.model for change in plan.style_changes} & removed))
    sections = (
        f"# {title(plan)}",
        f"These models leave {code(plan.catalogue_file)}: {going}.",
        "After this change each style names a listed model, and each entry of a category exists.",
        "\n".join(["## Styles", "", TABLE, *map(_line, plan.style_changes)]),
        _categories(changed.deleted_categories, changed.dropped),
        "\n".join(["## Checklist", "", *check_boxes(checklist(styles_profile().checklist, _conditions(plan)))]),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def _line(change: StyleChange) -> str:
    what = "deleted" if change.to is None else f"names {code(change.to)}"
    cells = (code(change.style), code(change.model), what, change.reason)
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"


def _categories(deleted: tuple[str, ...], dropped: Mapping[str, tuple[str, ...]]) -> str:
    lines = [f"- {code(name)} is deleted: nothing is left in it" for name in deleted]
    lines += [f"- {code(name)} loses {', '.join(map(code, entries))}" for name, entries in dropped.items()]
    return "\n".join(["## Style categories", "", *lines]) if lines else ""


def _conditions(plan: Plan) -> set[str]:
    removed = {verdict.name for verdict in plan.removed}
    orphaned = any(change.model not in removed for change in plan.style_changes)
    held = {"repointed": bool(plan.repointed_styles), "orphaned": orphaned}
    return {condition for condition, holds in held.items() if holds}
