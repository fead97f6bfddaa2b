"""The change as a patch that ``git apply`` takes."""

from __future__ import annotations

import difflib
from pathlib import Path

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
    # git reads a name up to a tab, so that it may hold blanks.
    header = [f"diff --git a/{path} b/{path}\n", f"--- a/{path}\t\n", f"+++ b/{path}\t\n"]
    return "".join(header + [line if line.endswith("\n") else f"{line}\n{NO_NEWLINE}" for line in hunks[2:]])


def _lines(content: bytes) -> list[str]:
    """Return the lines as git counts them: ended by a line feed alone, which they keep."""
    *ended, last = content.decode("utf-8").split("\n")
    return [f"{line}\n" for line in ended] + ([last] if last else [])


def path_in_work_tree(file: Path) -> str:
    """Return a file's path relative to the git work tree it lies in, with forward slashes; else its base name."""
    resolved = file.resolve()
    for folder in resolved.parents:
        if (folder / ".git").exists():
            return resolved.relative_to(folder).as_posix()
    return resolved.name
