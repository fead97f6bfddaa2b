"""The journal: the records that each run took out of each file, so that they can be put back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from horde_model_reference.curation.catalogue_files import TakenRecord, cut
from horde_model_reference.errors import PlanError
from horde_model_reference.escaping import quoted, visible
from horde_model_reference.safe_files import write_atomically

FOLDER = "journal"


class FileChange(BaseModel):
    """The change of one file by a run.

    Attributes:
        path: Where it is.
        old_revision: Its revision before.
        new_revision: Its revision after.
        head: The text before its first record.
        tail: The text after its last record.
        order: The names of all its records before, in order.
        taken: The records that were taken out, in order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    old_revision: str
    new_revision: str
    head: str
    tail: str
    order: list[str]
    taken: list[TakenRecord]


class Run(BaseModel):
    """One run of ``apply``.

    It is written before the files are, so whether a file was changed is listed by the file's revision alone.

    Attributes:
        run: Its name.
        at: When it was.
        policy_hash: The policy of its plan.
        files: The change of each file.
        reasons: The reasons of people for removals, by model.
        undone_at: When it was undone last. A killed `undo` may have put the records back without this.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    at: datetime
    policy_hash: str
    files: list[FileChange] = Field(min_length=1)
    reasons: dict[str, str] = {}
    undone_at: datetime | None = None


class Journal:
    """The runs kept under a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def add(self, run: Run) -> Run:
        """Keep a run, before anything is changed, and return it under the name that it has here.

        That is its own name, or the next free one with a number: each is taken by making its file, which only one of
        several runs can do, so no run writes over another's. An empty file is a run that ended before it changed
        anything.

        Raises:
            PlanError: The journal cannot be written.
        """
        with self._writing("Without it nothing could be undone, so nothing was changed; check DATA_DIR."):
            self._folder.mkdir(parents=True, exist_ok=True)
            added = run.model_copy(update={"run": next(filter(self._takes, _names(run.run)))})
            self._write(added)
        return added

    def _takes(self, name: str) -> bool:
        """Take a name for a run; False where another run has it."""
        try:
            self._path(name).open("xb").close()
        except FileExistsError:
            return False
        return True

    def note_undone(self, run: Run, at: datetime) -> None:
        """Keep that a run was undone.

        Raises:
            PlanError: The journal cannot be written.
        """
        undone = run.model_copy(update={"undone_at": at})
        with self._writing("The records are back all the same; only the note of it is missing. Check DATA_DIR."):
            self._write(undone)

    def _write(self, run: Run) -> None:
        write_atomically(self._path(run.run), run.model_dump_json(indent=2).encode())

    @contextmanager
    def _writing(self, hint: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise PlanError(
                f"{self._folder}: the journal cannot be written: {error.strerror or error}.", hint=hint
            ) from error

    def read(self, run: str) -> Run:
        """Return a run.

        Raises:
            PlanError: There is none of this name, or its file is damaged.
        """
        path = self._path(run)
        try:
            return Run.model_validate_json(path.read_bytes())
        except (OSError, ValueError) as error:
            known = self.names()
            if run not in known:
                listed = ", ".join(known) or "none"
                raise PlanError(f"There is no run {quoted(run)}; the runs are: {listed}.") from error
            raise PlanError(
                f"The journal of run {quoted(run)} is damaged: {visible(str(path))}.",
                hint="Put a good copy of that file in its place, or take it away; the run cannot be undone without it.",
            ) from error

    def names(self) -> list[str]:
        """Return the names of all runs, oldest first; those that ended before they changed anything are none."""
        return sorted(path.stem for path in self._folder.glob("*.json") if path.stat().st_size > 0)

    def _path(self, run: str) -> Path:
        return self._folder / f"{Path(run).name}.json"


def _names(name: str) -> Iterator[str]:
    """Yield a name, and the same with a number, without end."""
    yield name
    for number in count(2):
        yield f"{name}-{number}"


def revision_of(content: bytes) -> str:
    """Return a file's revision: the SHA-256 of its content, as in :class:`Catalogue`."""
    return hashlib.sha256(content).hexdigest()


def change_of(path: Path, content: bytes, names: set[str]) -> tuple[FileChange, bytes]:
    """Return the change that removes these names from a file, and its new content.

    Raises:
        CatalogueFormatError: See :func:`cut`.
    """
    pieces = cut(content, str(path))
    new = pieces.without(names).encode("utf-8")
    change = FileChange(
        path=str(path.resolve()),
        old_revision=revision_of(content),
        new_revision=revision_of(new),
        head=pieces.head,
        tail=pieces.tail,
        order=pieces.order(),
        taken=pieces.taken(names),
    )
    return change, new


def has_records(change: FileChange, content: bytes) -> bool:
    """Whether a file has the records of a change as they were: before the run, or when they have been put back.

    Raises:
        CatalogueFormatError: The file is no catalogue now.
    """
    if revision_of(content) == change.old_revision:
        return True
    taken = {record.name for record in change.taken}
    there = [(name, text) for name, text in cut(content, change.path).records if name in taken]
    return sorted(there) == sorted((record.name, record.text) for record in change.taken)


def put_back(change: FileChange, content: bytes) -> bytes:
    """Return a file with the records of a change put back in their old places.

    A file that has not changed since the run becomes byte for byte the old file. A file that has the records already,
    as after an interrupted undo, stays.

    Raises:
        CatalogueFormatError: The file is no catalogue now.
        PlanError: A record of one of the names is there already.
    """
    if has_records(change, content):
        return content
    pieces = cut(content, change.path)
    if not pieces.records:
        pieces = replace(pieces, head=change.head, tail=change.tail)
    gone = {record.name for record in change.taken}
    again = [name for name, _ in pieces.records if name in gone]
    if again:
        raise PlanError(
            f"{visible(change.path)} has a model {quoted(again[0])} again; nothing was put back.",
            hint="Take it out of the file, or put the others back by hand.",
        )
    for record in change.taken:
        pieces = pieces.with_record(record, change.order)
    restored = pieces.text().encode("utf-8")
    cut(restored, change.path)
    if revision_of(content) == change.new_revision and revision_of(restored) != change.old_revision:
        raise PlanError(f"{change.path}: the file before the run cannot be made again; nothing was put back.")
    return restored
