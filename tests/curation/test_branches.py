"""Branches of a plan, made by real git (design section 9: commit)."""

from __future__ import annotations

from pathlib import Path

import pytest

from horde_model_reference.curation.branches import NewBranch, make_branches
from horde_model_reference.curation.patch import deletion_patch, unified_patch
from horde_model_reference.errors import PlanError
from tests.support.git import git, new_repository, output_of_git

OLD, NEW = b"one\r\ntwo\r\n", b"two\r\n"
PICTURE = bytes(range(256)) * 3


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with a text file and a picture whose name is awkward."""
    return new_repository(tmp_path / "clone", {"models.csv": OLD, "showcase/an oak/ü.webp": PICTURE})


def patch_of(clone: Path) -> bytes:
    """A patch that changes the text and deletes the picture."""
    blob = output_of_git(clone, "rev-parse", "HEAD:showcase/an oak/ü.webp").decode().strip()
    deleted = deletion_patch("showcase/an oak/ü.webp", "100644", blob)
    return (unified_patch("models.csv", OLD, NEW) + deleted).encode()


def test_git_applies_the_deletion_of_a_picture(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "removals.patch").write_bytes(patch_of(clone))
    git(clone, "apply", "--index", str(tmp_path / "removals.patch"))
    assert [path.name for path in clone.iterdir() if path.name != ".git"] == ["models.csv"]
    assert (clone / "models.csv").read_bytes() == NEW


def test_the_branch_has_one_commit_and_work_tree_and_index_stay(clone: Path) -> None:
    (clone / "models.csv").write_bytes(b"edited\n")
    (clone / "staged.txt").write_bytes(b"staged\n")
    git(clone, "add", "staged.txt")
    before = output_of_git(clone, "status", "--porcelain", "--branch")
    (commit,) = make_branches(NewBranch(clone, "removals", patch_of(clone), "Remove 1 model\n\n- one\n"))
    assert output_of_git(clone, "status", "--porcelain", "--branch") == before
    assert output_of_git(clone, "rev-parse", "removals").decode().strip() == commit
    assert output_of_git(clone, "rev-list", "--count", "main..removals") == b"1\n"
    assert output_of_git(clone, "show", "removals:models.csv") == NEW
    assert output_of_git(clone, "ls-tree", "-r", "--name-only", "removals") == b"models.csv\n"
    assert output_of_git(clone, "log", "-1", "--format=%B", "removals").startswith(b"Remove 1 model\n\n- one\n")


def test_a_branch_that_exists_is_left_alone(clone: Path) -> None:
    git(clone, "branch", "removals")
    with pytest.raises(PlanError, match="has a branch 'removals'"):
        make_branches(NewBranch(clone, "removals", patch_of(clone), "Remove 1 model\n"))


@pytest.mark.parametrize("name", ["", "-x", "a..b", "a b"])
def test_a_name_that_git_refuses_is_refused(clone: Path, name: str) -> None:
    with pytest.raises(PlanError):
        make_branches(NewBranch(clone, name, patch_of(clone), "Remove 1 model\n"))


def test_a_patch_of_other_content_makes_no_branch(clone: Path) -> None:
    patch = unified_patch("models.csv", b"three\n", b"").encode()
    with pytest.raises(PlanError, match="does not apply"):
        make_branches(NewBranch(clone, "removals", patch, "Remove 1 model\n"))
    assert output_of_git(clone, "branch", "--list", "removals") == b""


def test_branches_of_two_clones_are_made_together_or_not_at_all(clone: Path, tmp_path: Path) -> None:
    other = new_repository(tmp_path / "other", {"styles.json": OLD})
    patch = unified_patch("styles.json", OLD, NEW).encode()
    wrong = unified_patch("styles.json", b"three\n", b"").encode()
    first = NewBranch(clone, "removals", patch_of(clone), "Remove 1 model\n")
    with pytest.raises(PlanError, match="does not apply"):
        make_branches(first, NewBranch(other, "removals", wrong, "Delete 1 style\n"))
    assert output_of_git(clone, "branch", "--list", "removals") == b""
    assert len(make_branches(first, NewBranch(other, "removals", patch, "Delete 1 style\n"))) == 2
    assert output_of_git(other, "show", "removals:styles.json") == NEW
