"""Writing files so that whoever is killed at whatever moment leaves the old or the new one, never a mixture."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

_FOLDER_FLAG: int | None = getattr(os, "O_DIRECTORY", None)
"""Opens a folder, where the system can; Windows cannot, and there is nothing to sync there."""

_BINARY: int = getattr(os, "O_BINARY", 0)
"""Keeps Windows from writing line ends of its own."""


def write_atomically(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Replace a file's content: temporary file beside it, fsync, rename, fsync of the folder. A link stays one.

    Owner, group and mode of an old file stay. Where the system does not let this user give the file to its old owner
    or group, it belongs to this user, as after any editor.

    Args:
        path: The file; the temporary one is hidden and begins with its name.
        content: All of its new content.
        mode: Of a file that is new, less what the umask takes; that of an old file stays.

    Raises:
        OSError: It cannot be written; the old file is whole.
    """
    path = path.resolve()
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
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


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
