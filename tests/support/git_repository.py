"""Git repositories of the tests' own, made with the installed git."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

IDENTITY = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in (
    ("NAME", "A Curator"), ("EMAIL", "curator@example.org"),
)}  # fmt: skip
ISOLATED = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}


def git_or_skip() -> None:
    """Skip the test where git is not installed; on CI it fails."""
    if shutil.which("git") is None:
        reason = "git is not installed, so no repository is tested"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)


class GitRepository:
    """A repository in a folder, with one branch.

    Args:
        folder: The work tree; it is made.
    """

    def __init__(self, folder: Path) -> None:
        git_or_skip()
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.run("init", "--quiet", "--initial-branch=main")

    @classmethod
    def clone(cls, bundle: Path, folder: Path) -> GitRepository:
        """Clone the branch main of a bundle."""
        git_or_skip()
        command = ["git", "clone", "--quiet", "--branch", "main", str(bundle), str(folder)]
        subprocess.run(command, env=os.environ | ISOLATED, check=True, capture_output=True)
        return cls(folder)

    def run(self, *arguments: str, **environment: str) -> str:
        """Run git in the work tree; return its output."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=os.environ | ISOLATED | IDENTITY | environment, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout.strip()

    def commit(self, day: str, **files: str | bytes | None) -> str:
        """Write files (None removes one) and commit them on a day, at noon UTC; return the commit's id.

        A double underscore in a file's name stands for its dot.
        """
        for name, content in files.items():
            path = self.folder / name.replace("__", ".")
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.run("add", "--all")
        at = str(int(noon(day)))
        self.run(
            "commit",
            "--quiet",
            "--allow-empty",
            "-m",
            day,
            GIT_AUTHOR_DATE=f"{at} +0000",
            GIT_COMMITTER_DATE=f"{at} +0000",
        )
        return self.run("rev-parse", "HEAD")


def noon(day: str) -> float:
    """Return noon of a day, UTC, in seconds of the epoch."""
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp()
