"""Applying a plan to a catalogue file, and undoing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from horde_model_reference.curation.catalogue_files import catalogue_names, generated_names
from horde_model_reference.curation.journal import (
    FileChange,
    Journal,
    Run,
    change_of,
    has_records,
    put_back,
    revision_of,
)
from horde_model_reference.curation.plan import ModelVerdict, Plan, Verdict
from horde_model_reference.errors import PlanError
from horde_model_reference.escaping import visible
from horde_model_reference.safe_files import write_atomically

T = TypeVar("T")


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


def read_plan(path: Path) -> Plan:
    """Read a ``plan.json``.

    Raises:
        PlanError: It cannot be read, or is no plan.
    """
    try:
        return Plan.model_validate_json(path.read_bytes())
    except OSError as error:
        raise PlanError(f"{path}: {error.strerror or error}.", hint="`plan` writes a plan.json.") from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise PlanError(f"{path}: no plan: {where}: {fault['msg']}.", hint="`plan` writes a plan.json.") from error


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


def apply_removals(old: Plan, now: Plan, files: CatalogueFiles, journal: Journal, at: datetime) -> Applied:
    """Take what is still to be removed out of the catalogue file, and its generated entries out of ``db.json``.

    The journal is written first; each file is replaced whole.

    Args:
        old: The plan to apply.
        now: A plan made by the same policy from what is known now.
        files: Where the catalogue is.
        journal: Where the run is kept.
        at: The present moment.

    Raises:
        PlanError: The file is not the plan's, or a file or the journal cannot be written.
        CatalogueFormatError: A file cannot be cut into records.
    """
    content = check_revision(old, files.catalogue)
    removed, recovered = still_to_remove(old, now)
    if not removed:
        return Applied(None, (), tuple(recovered))
    staying = {verdict.name for verdict in now.verdicts} - set(removed)
    own = catalogue_names(old.category, removed, staying)
    changes = [(files.catalogue, change_of(files.catalogue, content, own))]
    if files.generated is not None:
        gone = generated_names(removed, staying)
        changes.append((files.generated, change_of(files.generated, read_file(files.generated), gone)))
    run = Run(
        run=_run_name(at, changes[0][1][0]), at=at, policy_hash=old.policy_hash, files=[c for _, (c, _) in changes]
    )
    journal.write(run)
    for path, (_, new) in changes:
        _replace(path, new, hint=f"`undo {run.run}` puts back what was taken out before that.")
    return Applied(run.run, tuple(removed), tuple(recovered))


def undo(run: Run) -> list[Path]:
    """Put the records of a run back in their old places; return the files that changed.

    Raises:
        PlanError: A file cannot be read or written, or has one of the models again.
        CatalogueFormatError: A file is no catalogue now.
    """
    restored = [(Path(change.path), read_file(Path(change.path)), change) for change in run.files]
    new = [(path, content, put_back(change, content)) for path, content, change in restored]
    changed = [(path, after) for path, before, after in new if before != after]
    for path, after in changed:
        _replace(path, after)
    return [path for path, _ in changed]


def is_undone(run: Run) -> bool:
    """Whether a run was undone: the journal says so, or its files have the records.

    Raises:
        PlanError: A file cannot be read.
        CatalogueFormatError: A file is no catalogue now.
    """
    return run.undone_at is not None or all(has_records(change, read_file(Path(change.path))) for change in run.files)


def _run_name(at: datetime, change: FileChange) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}-{change.new_revision[:8]}"


def read_file(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        PlanError: It cannot be read.
    """
    return _on_disk(path, path.read_bytes)


def _replace(path: Path, content: bytes, hint: str = "") -> None:
    _on_disk(path, lambda: write_atomically(path, content), hint)


def _on_disk(path: Path, work: Callable[[], T], hint: str = "") -> T:
    try:
        return work()
    except OSError as error:
        raise PlanError(f"{visible(str(path))}: {error.strerror or error}.", hint=hint) from error
