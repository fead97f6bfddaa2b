"""The journal: what each run took out of which file, so that it can be put back."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from horde_model_reference.curation.catalogue_files import TakenRecord, cut
from horde_model_reference.curation.safe_files import write_atomically
from horde_model_reference.errors import PlanError
from horde_model_reference.inert import visible

FOLDER = "journal"


class FileChange(BaseModel):
    """What a run did to one file.

    Attributes:
        path: Where it is.
        old_revision: Its revision before.
        new_revision: Its revision after.
        head: What stood before its first record.
        tail: What stood after its last record.
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

    It is written before the files are, so whether a file was changed is told by the file's revision alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    at: datetime
    policy_hash: str
    files: list[FileChange]


class Journal:
    """The runs kept under a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def write(self, run: Run) -> None:
        """Keep a run.

        Raises:
            PlanError: The journal cannot be written.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path(run.run), run.model_dump_json(indent=2).encode())
        except OSError as error:
            raise PlanError(
                f"{self._folder}: the journal cannot be written: {error.strerror or error}.",
                hint="Without it nothing could be undone, so nothing was changed; check DATA_DIR.",
            ) from error

    def read(self, run: str) -> Run:
        """Return a run.

        Raises:
            PlanError: There is none of this name, or it cannot be read.
        """
        try:
            return Run.model_validate_json(self._path(run).read_bytes())
        except ValidationError as error:
            raise PlanError(f"The journal of run {visible(run)!r} is damaged.") from error
        except (OSError, ValueError) as error:
            known = ", ".join(self.names()) or "none"
            raise PlanError(f"There is no run {visible(run)!r}; the runs are: {known}.") from error

    def names(self) -> list[str]:
        """Return the names of all runs, oldest first."""
        return sorted(path.stem for path in self._folder.glob("*.json"))

    def _path(self, run: str) -> Path:
        return self._folder / f"{Path(run).name}.json"


def revision_of(content: bytes) -> str:
    """Return a file's revision: the SHA-256 of its content, as in :class:`Catalogue`."""
    return hashlib.sha256(content).hexdigest()


def change_of(path: Path, content: bytes, names: set[str]) -> tuple[FileChange, bytes]:
    """Return what taking these names out of a file changes, and its new content.

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


def put_back(change: FileChange, content: bytes) -> bytes:
    """Return a file with the records of a change put back in their old places.

    A file that is as the run left it becomes, byte for byte, what it was before.

    Raises:
        CatalogueFormatError: The file is no catalogue now.
        PlanError: A record of one of the names is there already.
    """
    if revision_of(content) == change.old_revision:
        return content
    pieces = cut(content, change.path)
    if not pieces.records:
        pieces = replace(pieces, head=change.head, tail=change.tail)
    gone = {record.name for record in change.taken}
    again = [(name, text) for name, text in pieces.records if name in gone]
    if sorted(again) == sorted((record.name, record.text) for record in change.taken):
        return content  # An undo that was interrupted has put them back.
    if again:
        raise PlanError(
            f"{visible(change.path)} has a model {visible(again[0][0])!r} again; nothing was put back.",
            hint="Take it out of the file, or put the others back by hand.",
        )
    for record in change.taken:
        pieces = pieces.with_record(record, change.order)
    restored = pieces.text().encode("utf-8")
    cut(restored, change.path)
    if revision_of(content) == change.new_revision and revision_of(restored) != change.old_revision:
        raise PlanError(f"{change.path}: the file before the run cannot be made again; nothing was put back.")
    return restored
