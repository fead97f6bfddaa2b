"""The change as a patch that ``git apply`` takes."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from horde_model_reference.catalogue.sources import file_path

NOTHING = "HcmV?d00001"
"""An empty file, deflated and in base 85, as git writes it."""
NO_NEWLINE = "\\ No newline at end of file\n"


def unified_patch(path: str, old: bytes, new: bytes) -> str:
    """Return the unified diff of a file, with git's header; empty where nothing differs.

    Args:
        path: The file's path as the patch names it: relative, with forward slashes.
        old: Its bytes before.
        new: Its bytes after.
    """
    before, after = _lines(old), _lines(new)
    hunks = list(difflib.unified_diff(before, after, f"a/{path}", f"b/{path}", n=3))
    if not hunks:
        return ""
    a, b = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    # git reads a name up to a tab, so that it may hold blanks.
    header = [f"diff --git {a} {b}\n", f"--- {a}\t\n", f"+++ {b}\t\n"]
    return "".join(header + [line if line.endswith("\n") else f"{line}\n{NO_NEWLINE}" for line in hunks[2:]])


def deletion_patch(path: str, mode: str, blob: str) -> str:
    """Return the part of a patch that deletes a file, text or not: git finds its content by its id.

    Args:
        path: The file's path as the patch names it.
        mode: Its mode in git's index.
        blob: The id of its content in git.
    """
    a, b = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    header = f"diff --git {a} {b}\ndeleted file mode {mode}\nindex {blob}..{'0' * len(blob)}\n"
    return f"{header}GIT binary patch\nliteral 0\n{NOTHING}\n\n"


def _quoted(path: str) -> str:
    """Return a path as git writes it: in quotes, C's escapes within, where it has characters that mean something."""
    if path.isprintable() and not set(path) & set('"\\'):
        return path
    escaped = "".join(char if char.isprintable() else _octal(char) for char in re.sub(r'(["\\])', r"\\\1", path))
    return f'"{escaped}"'


def _octal(text: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in text.encode("utf-8", "surrogateescape"))


def _lines(content: bytes) -> list[str]:
    """Return the lines as git counts them: ended by a line feed alone, which they keep."""
    *ended, last = content.decode("utf-8").split("\n")
    return [f"{line}\n" for line in ended] + ([last] if last else [])


def work_tree(file: Path) -> Path | None:
    """Return the folder of the git work tree that a file lies in, or None."""
    return next((folder for folder in file.resolve().parents if (folder / ".git").exists()), None)


def path_in_work_tree(file: Path) -> str:
    """Return a file's path relative to the git work tree it lies in, with forward slashes; else its base name."""
    resolved, folder = file.resolve(), work_tree(file)
    return resolved.name if folder is None else resolved.relative_to(folder).as_posix()


def path_in_work_tree_of(location: str, base_name: str) -> str:
    """Return the name of a file in a patch: see :func:`path_in_work_tree`; of a URL its base name."""
    path = local_path(location)
    return path_in_work_tree(path) if path is not None and path.is_file() else base_name


def local_path(location: str) -> Path | None:
    """Return the file that a location of the settings means; None for a URL."""
    path = file_path(location)
    return None if path is None else Path(path)
