"""What a plan is written out as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from horde_model_reference.curation.catalogue_files import catalogue_names, generated_names, remove_records
from horde_model_reference.curation.comparing import Change
from horde_model_reference.curation.patch import unified_patch
from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.plan_markdown import plan_markdown
from horde_model_reference.curation.safe_files import write_atomically
from horde_model_reference.errors import OutputError, PlanError
from horde_model_reference.inert import visible
from horde_model_reference.reports.json_report import to_json

PLAN_JSON = "plan.json"
PLAN_MARKDOWN = "plan.md"
PATCH = "removals.patch"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file that a plan changes.

    Attributes:
        name: Its base name.
        path: How the patch names it.
        content: Its bytes now.
    """

    name: str
    path: str
    content: bytes


def artefacts(
    plan: Plan, catalogue: PlannedFile, generated: PlannedFile | None = None, changes: Sequence[Change] | None = None
) -> dict[str, bytes]:
    """Return a plan's files by name: always the plan; and, when something is removed, new files and patch.

    Args:
        plan: The plan.
        catalogue: The catalogue file.
        generated: The ``db.json`` that is generated from it, if there is one.
        changes: What changed since an earlier plan, where that was asked for.

    Raises:
        CatalogueFormatError: A file cannot be cut into records.
        PlanError: Two files would have the same name.
    """
    names = [PLAN_JSON, PLAN_MARKDOWN, PATCH, catalogue.name, *([generated.name] if generated is not None else [])]
    if len(set(names)) < len(names):
        raise PlanError(f"A plan's files cannot be written beside each other: {visible(', '.join(names))}.")
    files = {PLAN_JSON: to_json(plan), PLAN_MARKDOWN: plan_markdown(plan, changes).encode()}
    gone = {verdict.name for verdict in plan.removed}
    if not gone:
        return files
    staying = {verdict.name for verdict in plan.verdicts} - gone
    own = catalogue_names(plan.category, gone, staying)
    changed = [(catalogue, remove_records(catalogue.content, own, catalogue.name))]
    if generated is not None:
        changed.append((generated, remove_records(generated.content, generated_names(gone, staying), generated.name)))
    files |= {file.name: new for file, new in changed}
    files[PATCH] = "".join(unified_patch(file.path, file.content, new) for file, new in changed).encode()
    return files


def write_artefacts(files: dict[str, bytes], folder: Path, originals: Sequence[Path]) -> list[Path]:
    """Write a plan's files into a folder, and drop what an earlier plan left there that this one has not.

    Raises:
        PlanError: The folder is where a catalogue lies that would be written over.
        OutputError: A file cannot be written.
    """
    for original in originals:
        if original.resolve() in {(folder / name).resolve() for name in (*files, original.name)}:
            raise PlanError(
                f"{visible(str(folder))} is where {visible(original.name)} itself lies; nothing was written.",
                hint="Choose another --output-dir; `apply` is what changes the file.",
            )
    leftovers = {PATCH, *(original.name for original in originals)} - files.keys()
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
