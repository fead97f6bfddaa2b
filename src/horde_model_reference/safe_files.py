"""Atomic writes: a process killed at any moment leaves the old file or the new one, never a mixture."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

_FOLDER_FLAG: int | None = getattr(os, "O_DIRECTORY", None)
"""Opens a folder, where the system can; Windows cannot, and there is nothing to sync there."""

_BINARY: int = getattr(os, "O_BINARY", 0)
"""Keeps Windows from writing line ends of its own."""


def write_atomically(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Replace a file's content, as :func:`write_all`."""
    write_all({path: content}, mode)


def write_all(contents: Mapping[Path, bytes], mode: int = 0o666) -> None:
    """Replace the content of files: all temporary files beside them written and synced, then renamed, folders synced.

    A link stays one. Owner, group and mode of an old file stay; where the system does not let this user give the file
    to its old owner or group, it belongs to this user, as after any editor.

    Args:
        contents: All of the new content of each file; the temporary one is hidden and begins with its name.
        mode: The mode of a new file, before the umask; an old file keeps its mode.

    Raises:
        OSError: One cannot be written. Where that shows before the renames, as on a full disk, all old files are whole.
    """
    targets = {path.resolve(): content for path, content in contents.items()}
    with ExitStack() as stack:
        written = [(stack.enter_context(_temporary(path, content, mode)), path) for path, content in targets.items()]
        for temporary, path in written:
            temporary.replace(path)
    for folder in dict.fromkeys(path.parent for path in targets):
        _sync_folder(folder)


@contextmanager
def _temporary(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """Write a temporary file that can take the place of another; removed at the end if not renamed."""
    old = path.stat() if path.exists() else None
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode if old is None else 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if old is not None:
            _keep_owner(temporary, old)
            temporary.chmod(old.st_mode & 0o7777)  # After the owner: a change of that takes bits away.
        yield temporary
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _keep_owner(path: Path, old: os.stat_result) -> None:
    """Give a file to the owner and the group of another, as far as the system lets this user."""
    if not hasattr(os, "chown"):
        return
    new = path.stat()
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        for owner in (-1, old.st_uid):  # The group by itself: a member may give it, the owner only root.
            with suppress(PermissionError):
                os.chown(path, owner, old.st_gid)


def _sync_folder(folder: Path) -> None:
    """Have the rename survive a power cut, where the system can."""
    if _FOLDER_FLAG is None:
        return
    handle = os.open(folder, os.O_RDONLY | _FOLDER_FLAG)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
