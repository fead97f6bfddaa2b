"""The git command, run without the caller's git environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from horde_model_reference.curation.git_command import GitFailure, run_git
from tests.support.git import new_repository


def test_the_caller_s_git_environment_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = new_repository(tmp_path / "clone", {"models.csv": b"name\n"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert run_git(clone, "show", "HEAD:models.csv") == b"name\n"


def test_the_reason_of_git_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(GitFailure, match="not a git repository") as failed:
        run_git(tmp_path, "rev-parse", "HEAD")
    assert "\n" not in str(failed.value)


def test_git_that_is_not_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitFailure, match="git is not installed"):
        run_git(tmp_path, "version")
