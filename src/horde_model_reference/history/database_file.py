"""The SQLite file under an open database: whether it is still there, and room for another in its place.

A connection goes on with the file that it opened, also when its name leads to another file or to none. So the open
file is compared with the file of its name.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from horde_model_reference.errors import HistoryError
from horde_model_reference.escaping import visible

SUFFIXES = ("-wal", "-shm")
"""Of the files that SQLite keeps beside a database in write-ahead mode."""

MAGIC = b"SQLite format 3\0"
HEADER = 100
"""Bytes of a SQLite file's header."""
PATIENCE = 10
"""Seconds to wait for another process that makes room."""

Identity = tuple[int, int]
"""Device and inode."""


@dataclass
class DatabaseFile:
    """A SQLite file as it was when it was opened.

    Attributes:
        path: Where it is.
        identity: Which file that was.
        size: The largest size seen, in bytes. A database of ours never shrinks, since nothing is vacuumed; while one
            grows, its header may for a moment tell of more pages than there are.
        beside: Which files of SQLite's stood beside it, by suffix.
    """

    path: Path
    identity: Identity | None
    size: int
    beside: tuple[Identity | None, ...]

    def fault(self) -> str | None:
        """Return the fate of the file: ``removed``, ``replaced`` or ``damaged``; None where it is as it was."""
        try:
            found = self.path.stat()
        except OSError:
            return "removed"
        if (found.st_dev, found.st_ino) != self.identity:
            return "replaced"
        shrunk, self.size = found.st_size < self.size, max(found.st_size, self.size)
        return "damaged" if _is_damaged(self.path, shrunk) else None

    def make_room(self) -> None:
        """Set a damaged file aside, and take away SQLite's files beside the old one, which a new one would get.

        Several processes that share the database may do so at once: files of a new database are left alone.

        Raises:
            HistoryError: The folder cannot be written.
        """
        from filelock import FileLock  # noqa: PLC0415 - of use only where a file was lost

        try:
            with FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=PATIENCE):
                if self.fault() == "damaged":
                    self.path.rename(_free(self.path))
                for suffix, old in zip(SUFFIXES, self.beside, strict=True):
                    beside = _beside(self.path, suffix)
                    if old is not None and _identity(beside) == old:
                        beside.unlink()
        except OSError as error:
            raise HistoryError(
                f"{visible(str(self.path))} cannot be opened anew: {error.strerror or error}.", hint="Check DATA_DIR."
            ) from error


def opened_file(path: Path) -> DatabaseFile:
    """Return a file that a database was just opened in."""
    size = path.stat().st_size if path.exists() else 0
    return DatabaseFile(path, _identity(path), size, tuple(_identity(_beside(path, suffix)) for suffix in SUFFIXES))


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _free(path: Path) -> Path:
    """Return a name beside a file that no other file has."""
    names = (path.with_name(f"{path.name}.damaged-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


def _identity(path: Path) -> Identity | None:
    with suppress(OSError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None


def _is_damaged(path: Path, shrunk: bool) -> bool:  # noqa: FBT001 - what was seen of it
    """Whether a file is no SQLite database, or has shrunk and is shorter than its own header says."""
    with path.open("rb") as file:
        header = file.read(HEADER)
        length = file.seek(0, os.SEEK_END)
    if len(header) < HEADER or not header.startswith(MAGIC):
        return True
    page_size, pages = int.from_bytes(header[16:18]), int.from_bytes(header[28:32])
    return shrunk and length < pages * page_size
