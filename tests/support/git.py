"""git, without the user's settings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from horde_model_reference.curation.patch import path_in_work_tree, unified_patch


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder)}
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env=environment)


def applied_by_git(folder: Path, path: str, old: bytes, new: bytes) -> bytes:
    """Return what ``git apply`` makes of a file in a new repository."""
    repository = folder / "repository"
    file = repository / path
    file.parent.mkdir(parents=True)
    file.write_bytes(old)
    git(repository, "init", "-q")
    (folder / "removals.patch").write_bytes(unified_patch(path_in_work_tree(file), old, new).encode())
    git(repository, "apply", str(folder / "removals.patch"))
    return file.read_bytes()
