"""git, without the user's settings."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from horde_model_reference.curation.patch import path_in_work_tree, unified_patch


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    output_of_git(folder, *arguments)


def output_of_git(folder: Path, *arguments: str) -> bytes:
    """Run git in a folder, and return its output."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder)}
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env=environment).stdout


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


def new_repository(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Return a new repository with these files in its first commit."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "user.name", "A curator")
    git(folder, "config", "user.email", "curator@example.org")
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "First")
    return folder
