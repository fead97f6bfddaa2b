"""Applying a plan to a catalogue file, and undoing it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from horde_model_reference.curation.catalogue_files import catalogue_names, generated_names
from horde_model_reference.curation.file_locks import PATIENCE, locked
from horde_model_reference.curation.journal import (
    Journal,
    Run,
    change_of,
    has_records,
    put_back,
    revision_of,
)
from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.plan_files import read_file
from horde_model_reference.curation.rechecking import Decision, Recovered, check_revision
from horde_model_reference.errors import HordeModelReferenceError, PlanError
from horde_model_reference.escaping import visible
from horde_model_reference.safe_files import write_all


@dataclass(frozen=True, slots=True)
class CatalogueFiles:
    """Where a category's catalogue is.

    Attributes:
        catalogue: The file that is edited by hand.
        generated: The ``db.json`` that is generated from it, if there is one.
    """

    catalogue: Path
    generated: Path | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """The outcome of a run.

    Attributes:
        run: Its name in the journal; None where nothing was left to remove.
        removed: The models taken out.
        recovered: The models that stayed, since something speaks for them that did not when the plan was made.
    """

    run: str | None
    removed: tuple[str, ...]
    recovered: tuple[Recovered, ...]


def apply_removals(
    decision: Decision, files: CatalogueFiles, journal: Journal, at: datetime, patience: float = PATIENCE
) -> Applied:
    """Take models out of the catalogue file, and their generated entries out of ``db.json``: all or nothing.

    The files are locked from the check of their revision on. The journal is written first; then the files are replaced.

    Args:
        decision: The models to remove.
        files: Where the catalogue is.
        journal: Where the run is kept.
        at: The present moment.
        patience: Seconds to wait for another run that writes these files.

    Raises:
        PlanError: The file is not the plan's, another run holds it, or a file or the journal cannot be written.
        CatalogueFormatError: A file cannot be cut into records.
    """
    plan, removed, staying = decision.plan, decision.removed, decision.staying
    gone = {files.catalogue: catalogue_names(plan.category, removed, staying)}
    if files.generated is not None:
        gone[files.generated] = generated_names(removed, staying)
    with locked(gone, patience):
        check_file(plan, files.catalogue)
        if not removed:
            return Applied(None, (), decision.recovered)
        changes = {path: change_of(path, read_file(path), names) for path, names in gone.items()}
        _note_undone(journal, {path.resolve() for path in changes}, at)
        run = journal.add(
            Run(
                run=f"{at:%Y%m%dT%H%M%SZ}-{changes[files.catalogue][0].new_revision[:8]}",
                at=at,
                policy_hash=plan.policy_hash,
                files=[change for change, _ in changes.values()],
                reasons=decision.reasons,
            )
        )
        _replace(
            {path: new for path, (_, new) in changes.items()},
            hint=f"`undo {run.run}` puts back what was taken out before that.",
        )
    return Applied(run.run, removed, decision.recovered)


def check_file(plan: Plan, file: Path) -> None:
    """Check that a catalogue file is the one that a plan was made from.

    Raises:
        PlanError: It cannot be read, or is something else.
    """
    check_revision(plan, revision_of(read_file(file)), str(file))


def _note_undone(journal: Journal, paths: set[Path], at: datetime) -> None:
    """Note which earlier runs on some files do not stand: their records are about to be taken out by another one.

    A run that was killed before it changed a file, or while it was undone, is told by its files alone until then.
    """
    for name in journal.names():
        with suppress(HordeModelReferenceError):  # One that cannot be read, or whose files cannot, stays as it is.
            run = journal.read(name)
            if run.undone_at is None and {Path(change.path) for change in run.files} & paths and is_undone(run):
                journal.note_undone(run, at)


def undo(run: Run, patience: float = PATIENCE) -> list[Path]:
    """Put the records of a run back in their old places; return the files that changed.

    Args:
        run: The run.
        patience: Seconds to wait for another run that writes its files.

    Raises:
        PlanError: A file cannot be read or written, has one of the models again, or is held by another run.
        CatalogueFormatError: A file is no catalogue now.
    """
    paths = [Path(change.path) for change in run.files]
    with locked(paths, patience):
        before = [read_file(path) for path in paths]
        after = [put_back(change, content) for change, content in zip(run.files, before, strict=True)]
        changed = {path: new for path, old, new in zip(paths, before, after, strict=True) if old != new}
        _replace(changed)
    return list(changed)


def is_undone(run: Run) -> bool:
    """Whether a run was undone: the journal says so, or its files have the records.

    Raises:
        PlanError: A file cannot be read.
        CatalogueFormatError: A file is no catalogue now.
    """
    return run.undone_at is not None or all(has_records(change, read_file(Path(change.path))) for change in run.files)


def _replace(contents: Mapping[Path, bytes], hint: str = "") -> None:
    try:
        write_all(contents)
    except OSError as error:
        places = ", ".join(visible(str(path)) for path in contents)
        raise PlanError(f"{places}: {error.strerror or error}.", hint=hint) from error
