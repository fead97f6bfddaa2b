"""Applying a plan to a catalogue file, and undoing it."""

from __future__ import annotations

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
from horde_model_reference.curation.plan import ModelVerdict, Plan, Verdict
from horde_model_reference.curation.plan_files import read_file
from horde_model_reference.errors import HordeModelReferenceError, PlanError
from horde_model_reference.escaping import visible
from horde_model_reference.safe_files import write_atomically


@dataclass(frozen=True, slots=True)
class Recovered:
    """A model that the plan wanted to remove, and why it stays."""

    name: str
    reason: str


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
    """What a run did.

    Attributes:
        run: Its name in the journal; None where nothing was left to remove.
        removed: The models taken out.
        recovered: The models that stayed, since something speaks for them that did not when the plan was made.
    """

    run: str | None
    removed: tuple[str, ...]
    recovered: tuple[Recovered, ...]


def check_revision(plan: Plan, file: Path) -> bytes:
    """Return the catalogue file's bytes.

    Raises:
        PlanError: It cannot be read, or is not what the plan was made from.
    """
    content = read_file(file)
    if revision_of(content) != plan.data_as_of.catalogue_revision:
        raise PlanError(
            f"{file} has changed since the plan was made (revision {revision_of(content)[:10]}, the plan's is "
            f"{plan.data_as_of.catalogue_revision[:10]}).",
            hint="Make a new plan.",
        )
    return content


def still_to_remove(old: Plan, now: Plan) -> tuple[list[str], list[Recovered]]:
    """Return which models of a plan are still to be removed, and which have recovered.

    A model has recovered when it has a reason to stay, by the plan made now, that it had not then; an override
    covers reasons of protection and ignorance, whatever they are.
    """
    present = {verdict.name: verdict for verdict in now.verdicts}
    removed: list[str] = []
    recovered: list[Recovered] = []
    for planned in old.removed:
        news = _new_reasons(planned, present.get(planned.name))
        if news:
            recovered.append(Recovered(planned.name, " ".join(news)))
        else:
            removed.append(planned.name)
    return removed, recovered


def _new_reasons(planned: ModelVerdict, now: ModelVerdict | None) -> list[str]:
    if now is None:
        return ["It is no longer in the catalogue."]
    known = {reason.code for reason in planned.reasons} | {"not_selected", "limit_reached"}
    covered = {Verdict.PROTECTED, Verdict.UNKNOWN} if planned.override else set()
    return [
        reason.sentence
        for reason in now.reasons
        if reason.verdict not in {Verdict.REMOVE, *covered} and reason.code not in known
    ]


def apply_removals(  # noqa: PLR0913 - what is done, to which files, and how
    old: Plan, now: Plan, files: CatalogueFiles, journal: Journal, at: datetime, *, patience: float = PATIENCE
) -> Applied:
    """Take what is still to be removed out of the catalogue file, and its generated entries out of ``db.json``.

    The files are locked from the check of their revision on. The journal is written first; each file is replaced whole.

    Args:
        old: The plan to apply.
        now: A plan made by the same policy from what is known now.
        files: Where the catalogue is.
        journal: Where the run is kept.
        at: The present moment.
        patience: Seconds to wait for another run that writes these files.

    Raises:
        PlanError: The file is not the plan's, another run holds it, or a file or the journal cannot be written.
        CatalogueFormatError: A file cannot be cut into records.
    """
    removed, recovered = still_to_remove(old, now)
    staying = {verdict.name for verdict in now.verdicts} - set(removed)
    gone = {files.catalogue: catalogue_names(old.category, removed, staying)}
    if files.generated is not None:
        gone[files.generated] = generated_names(removed, staying)
    with locked(gone, patience):
        check_revision(old, files.catalogue)
        if not removed:
            return Applied(None, (), tuple(recovered))
        changes = {path: change_of(path, read_file(path), names) for path, names in gone.items()}
        _note_undone(journal, {path.resolve() for path in changes}, at)
        new_revision = changes[files.catalogue][0].new_revision
        run = journal.add(
            Run(
                run=f"{at:%Y%m%dT%H%M%SZ}-{new_revision[:8]}",
                at=at,
                policy_hash=old.policy_hash,
                files=[change for change, _ in changes.values()],
            )
        )
        for path, (_, new) in changes.items():
            _replace(path, new, hint=f"`undo {run.run}` puts back what was taken out before that.")
    return Applied(run.run, tuple(removed), tuple(recovered))


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
        changed = [(path, new) for path, old, new in zip(paths, before, after, strict=True) if old != new]
        for path, new in changed:
            _replace(path, new)
    return [path for path, _ in changed]


def is_undone(run: Run) -> bool:
    """Whether a run was undone: the journal says so, or its files have the records.

    Raises:
        PlanError: A file cannot be read.
        CatalogueFormatError: A file is no catalogue now.
    """
    return run.undone_at is not None or all(has_records(change, read_file(Path(change.path))) for change in run.files)


def _replace(path: Path, content: bytes, hint: str = "") -> None:
    try:
        write_atomically(path, content)
    except OSError as error:
        raise PlanError(f"{visible(str(path))}: {error.strerror or error}.", hint=hint) from error
