"""Branches with a plan's commits, made without touching the user's index, work tree or checked-out branch."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from horde_model_reference.curation.git_command import GitFailure, run_git
from horde_model_reference.errors import PlanError
from horde_model_reference.escaping import quoted, visible


def check_branch(root: Path, name: str) -> None:
    """Check that a branch can be made.

    Raises:
        PlanError: The name is no branch's, or a branch has it.
    """
    _git(root, "check-ref-format", "--branch", name, reason=f"{quoted(name)} is no name of a branch")
    if _git(root, "for-each-ref", "--format=x", f"refs/heads/{name}"):
        raise PlanError(f"{visible(str(root))} has a branch {quoted(name)}.", hint="Choose another --branch.")


@dataclass(frozen=True, slots=True)
class NewBranch:
    """A branch on the checked-out commit of a clone, with one commit.

    Attributes:
        root: The clone.
        name: The name of the branch.
        patch: The change of the commit.
        message: The message of the commit.
    """

    root: Path
    name: str
    patch: bytes
    message: str


def make_branches(*wanted: NewBranch) -> list[str]:
    """Make branches, and return the ids of their commits; all commits are there before the first branch is made.

    Git's own index, in a temporary folder, takes the patch; the user's stays as it is. Nothing is pushed.

    Raises:
        PlanError: A branch cannot be made, or a patch does not apply to the checked-out commit.
    """
    for branch in wanted:
        check_branch(branch.root, branch.name)
    commits = [_commit(branch) for branch in wanted]
    for branch, commit in zip(wanted, commits, strict=True):
        _git(branch.root, "update-ref", f"refs/heads/{branch.name}", commit, "0" * len(commit))
    return commits


def _commit(branch: NewBranch) -> str:
    root = branch.root
    head = _git(root, "rev-parse", "--verify", "HEAD")
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        file = Path(folder, "change.patch")
        file.write_bytes(branch.patch)
        _git(root, "read-tree", head, environment=index)
        _git(
            root,
            *("apply", "--cached", "--whitespace=nowarn", str(file)),
            environment=index,
            reason="the patch does not apply to the checked-out commit; commit the changes of the work tree first",
        )
        tree = _git(root, "write-tree", environment=index)
    return _git(root, "commit-tree", tree, "-p", head, "-F", "-", stdin=branch.message.encode())


def _git(
    root: Path, *arguments: str, stdin: bytes = b"", environment: dict[str, str] | None = None, reason: str = ""
) -> str:
    try:
        return run_git(root, *arguments, stdin=stdin, environment=environment).decode("utf-8", "replace").strip()
    except GitFailure as failure:
        why = f"{reason} ({failure})" if reason else str(failure)
        raise PlanError(f"{visible(str(root))}: {visible(why)}.", hint="No branch was made.") from None
