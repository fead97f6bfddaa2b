"""The files of a plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache, partial
from pathlib import Path

from horde_model_reference.curation.catalogue_files import catalogue_names, generated_names, remove_records
from horde_model_reference.curation.companions import Companions
from horde_model_reference.curation.db_json import generated_db_json
from horde_model_reference.curation.patch import unified_patch
from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.plan_diff import Change
from horde_model_reference.curation.plan_markdown import plan_markdown
from horde_model_reference.curation.planned_file import PlannedFile
from horde_model_reference.errors import OutputError, PlanError
from horde_model_reference.escaping import visible
from horde_model_reference.reports.json_report import to_json
from horde_model_reference.safe_files import write_atomically

PLAN_JSON = "plan.json"
PLAN_MARKDOWN = "plan.md"
PATCH = "removals.patch"
STYLES_PATCH = "styles.patch"
STYLES_MARKDOWN = "styles.md"
NOTICES = "notices.md"
OWN_NAMES = (PLAN_JSON, PLAN_MARKDOWN, PATCH, STYLES_PATCH, STYLES_MARKDOWN, NOTICES)
"""The files of a plan beside the changed ones."""


def artefacts(
    plan: Plan,
    catalogue: PlannedFile,
    generated: PlannedFile | None = None,
    changes: Sequence[Change] | None = None,
    companions: Companions | None = None,
) -> dict[str, bytes]:
    """Return a plan's files by name; arguments and errors as for :func:`artefact_makers`.

    Raises:
        CatalogueCutError: A file cannot be cut into records.
    """
    return {name: make() for name, make in artefact_makers(plan, catalogue, generated, changes, companions).items()}


def artefact_makers(
    plan: Plan,
    catalogue: PlannedFile,
    generated: PlannedFile | None = None,
    changes: Sequence[Change] | None = None,
    companions: Companions | None = None,
) -> dict[str, Callable[[], bytes]]:
    """Return the function that makes each file of a plan; new files and a patch only if it removes models.

    The functions of new files and of the patch raise :class:`CatalogueCutError` if a file cannot be cut into records;
    the plan itself does not depend on that.

    Args:
        plan: The plan.
        catalogue: The catalogue file.
        generated: The ``db.json`` that is generated from it, if there is one.
        changes: The changes since an earlier plan, if one was given.
        companions: The companions in the catalogue's repository, if it is one: its generated file is made anew.

    Raises:
        PlanError: Two files would have the same name.
    """
    names = [*OWN_NAMES, catalogue.name, *([generated.name] if generated is not None else [])]
    if len(set(names)) < len(names):
        raise PlanError(f"A plan's files cannot be written beside each other: {visible(', '.join(names))}.")
    makers: dict[str, Callable[[], bytes]] = {
        PLAN_JSON: lambda: to_json(plan),
        PLAN_MARKDOWN: lambda: plan_markdown(
            plan, changes, "" if companions is None else companions.markdown(plan)
        ).encode(),
    }
    gone = {verdict.name for verdict in plan.removed}
    if not gone:
        return makers
    staying = {verdict.name for verdict in plan.verdicts} - gone
    lost = {catalogue: catalogue_names(plan.category, gone, staying)}
    if generated is not None:
        lost[generated] = generated_names(gone, staying)

    @cache
    def new(file: PlannedFile) -> bytes:
        if file is generated and companions is not None:
            return generated_db_json(new(catalogue), catalogue.name)
        return remove_records(file.content, lost[file], file.name)

    def patch() -> bytes:
        changed = "".join(unified_patch(file.path, file.content, new(file)) for file in lost)
        deleted = "" if companions is None else companions.deletions()
        return f"{_reasons(plan)}{changed}{deleted}".encode("utf-8", "surrogateescape")

    makers |= {file.name: partial(new, file) for file in lost}
    makers[PATCH] = patch
    return makers


def _reasons(plan: Plan) -> str:
    """Return the reasons of people as the text before a patch, which git skips; empty without any.

    No line of it can be taken for a part of the patch, since each begins with a word of its own.
    """
    given = ((found.name, found.reason_given) for found in plan.removed if found.reason_given)
    lines = "".join(f"Removed: {visible(f'{name} ({reason})')}\n" for name, reason in given)
    return f"{lines}\n" if lines else ""


def check_folder(files: Collection[str], folder: Path, originals: Sequence[Path]) -> None:
    """Check that a plan's files may be written into a folder.

    Raises:
        PlanError: The folder is where a catalogue lies that would be written over.
    """
    for original in originals:
        if original.resolve() in {(folder / name).resolve() for name in (*files, original.name)}:
            raise PlanError(
                f"{visible(str(folder))} is where {visible(original.name)} itself lies; nothing was written.",
                hint="Choose another --output-dir; `apply` is what changes the file.",
            )


def write_artefacts(files: dict[str, bytes], folder: Path, originals: Sequence[Path]) -> list[Path]:
    """Write a plan's files into a folder, and remove the files of an earlier plan that this one lacks.

    Raises:
        PlanError: See :func:`check_folder`.
        OutputError: A file cannot be written.
    """
    check_folder(files, folder, originals)
    leftovers = {*OWN_NAMES, *(original.name for original in originals)} - files.keys()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in leftovers:
            (folder / name).unlink(missing_ok=True)
        for name, content in files.items():
            write_atomically(folder / name, content)
    except OSError as error:
        raise OutputError(
            f"{visible(str(folder))}: {error.strerror or error}.", hint="Choose another --output-dir."
        ) from error
    return [folder / name for name in files]
