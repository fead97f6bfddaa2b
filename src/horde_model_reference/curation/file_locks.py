"""One writer at a time for each catalogue file, of all processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from horde_model_reference.errors import PlanError
from horde_model_reference.escaping import visible

PATIENCE = 10.0
"""Seconds to wait for another run that writes the same file."""


@contextmanager
def locked(files: Iterable[Path], patience: float = PATIENCE) -> Iterator[None]:
    """Hold the locks of some files while the block runs.

    A file's lock is a hidden file beside it, so that it holds for all users and data folders; it is taken away at the
    end. One that a killed process left behind locks nothing: the system has let go of it.

    Args:
        files: The files; each name of one file leads to the same lock.
        patience: Seconds to wait for each.

    Raises:
        PlanError: Another process holds a lock for longer, or a folder cannot be written.
    """
    with ExitStack() as held:
        for file in sorted(
            {file.resolve() for file in files}
        ):  # In order, so that two runs cannot wait for each other.
            held.enter_context(_locked(file, patience))
        yield


@contextmanager
def _locked(file: Path, patience: float) -> Iterator[None]:
    name = file.with_name(f".{file.name}.lock")
    lock = FileLock(name, timeout=patience)
    try:
        lock.acquire()
    except Timeout:
        raise PlanError(
            f"{visible(str(file))} is being changed by another run; gave up after {patience:g} seconds.",
            hint="Try again when that run has ended.",
        ) from None
    except OSError as error:
        raise PlanError(
            f"{visible(str(file))} cannot be locked: {error.strerror or error}.",
            hint=f"Check its folder; {visible(str(name))} may be taken away while nothing is applied or undone.",
        ) from error
    try:
        yield
    finally:
        _release(lock, name)


def _release(lock: FileLock, name: Path) -> None:
    """Take the lock's file away, then let go: a process that waits with the old file open finds it gone."""
    try:
        with suppress(OSError):  # Windows keeps a file that is open; there, filelock takes it away.
            name.unlink(missing_ok=True)
    finally:
        lock.release()
