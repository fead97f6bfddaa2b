"""A branch with a plan's commit, made without touching the user's index, work tree or checked-out branch."""

from __future__ import annotations

import tempfile
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


def make_branch(root: Path, name: str, patch: bytes, message: str) -> str:
    """Make a branch on the checked-out commit with one commit, the patch, and return its id.

    Git's own index, in a temporary folder, takes the patch; the user's stays as it is. Nothing is pushed.

    Raises:
        PlanError: The branch cannot be made, or the patch does not apply to the checked-out commit.
    """
    check_branch(root, name)
    head = _git(root, "rev-parse", "--verify", "HEAD")
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        file = Path(folder, "removals.patch")
        file.write_bytes(patch)
        _git(root, "read-tree", head, environment=index)
        _git(
            root,
            *("apply", "--cached", "--whitespace=nowarn", str(file)),
            environment=index,
            reason="the patch does not apply to the checked-out commit; commit the changes of the work tree first",
        )
        tree = _git(root, "write-tree", environment=index)
    commit = _git(root, "commit-tree", tree, "-p", head, "-F", "-", stdin=message.encode())
    _git(root, "update-ref", f"refs/heads/{name}", commit, "0" * len(commit))
    return commit


def _git(
    root: Path, *arguments: str, stdin: bytes = b"", environment: dict[str, str] | None = None, reason: str = ""
) -> str:
    try:
        return run_git(root, *arguments, stdin=stdin, environment=environment).decode("utf-8", "replace").strip()
    except GitFailure as failure:
        why = f"{reason} ({failure})" if reason else str(failure)
        raise PlanError(f"{visible(str(root))}: {visible(why)}.", hint="No branch was made.") from None
