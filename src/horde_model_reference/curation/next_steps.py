"""The commands that carry out a plan."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from horde_model_reference.curation.artefacts import PATCH, PLAN_JSON, STYLES_PATCH
from horde_model_reference.curation.patch import work_tree

CLONE = "CLONE"
"""Stands for the user's clone where the catalogue was read from a URL."""


@dataclass(frozen=True, slots=True)
class PlanPlaces:
    """Where a plan's files are.

    Attributes:
        output_dir: The folder that the plan was written into.
        catalogue: The catalogue file on this machine; None where it was read from a URL.
        catalogue_file: Its base name.
        db_json: The file generated from it, if the plan covers it.
    """

    output_dir: Path
    catalogue: Path | None
    catalogue_file: str
    db_json: Path | None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request that a plan's files make in a clone.

    Attributes:
        root: The clone.
        output_dir: The folder that the plan was written into.
        patch: The name of the patch there.
        body: The name of the text there.
        title: Its title.
        message: The message of its first commit.
        branch: The name of its branch.
        branch_made: Whether the branch is made with the plan, with the first commit.
        second_commit: The command whose changes are the second commit; empty where there is none.
        dates: The file that it changes.
    """

    root: Path
    output_dir: Path
    patch: str
    body: str
    title: str
    message: str
    branch: str
    branch_made: bool
    second_commit: str = ""
    dates: str = ""


def next_steps(places: PlanPlaces) -> list[str]:
    """Return the two ways to carry out a plan, as lines for people: git's ``apply``, or ours with its journal."""
    if places.catalogue is None:
        where, root, catalogue = f", where {CLONE} is a clone of the catalogue's repository", Path(CLONE), None
    else:
        where, catalogue = "", places.catalogue
        root = work_tree(catalogue) or catalogue.resolve().parent
    return [
        f"Next, one of the two{where}:",
        f"  {_git_apply(root, places.output_dir / PATCH)}",
        f"  {apply_command(places, catalogue or Path(CLONE, places.catalogue_file))}",
    ]


def pull_request_steps(request: PullRequest) -> list[str]:
    """Return the commands that make a pull request, as lines for people; nothing has been pushed."""
    patch, body = (str((request.output_dir / name).resolve()) for name in (request.patch, request.body))
    if request.branch_made:
        made = [f"Branch {request.branch} was made in {request.root}; nothing was pushed. Next:"]
        commit = [["git", "switch", request.branch]] * bool(request.second_commit)
    else:
        made = ["Next:"]
        commit = [
            ["git", "switch", "-c", request.branch],
            ["git", "apply", "--index", patch],
            ["git", "commit", "-m", request.title],
        ]
    second = ["git", "commit", "-a", "-m", f"Update {request.dates}"]
    publish = [
        ["git", "push", "-u", "origin", request.branch],
        ["gh", "pr", "create", "--head", request.branch, "--title", request.title, "--body-file", body],
    ]
    typed = [_typed(["cd", str(request.root.resolve())]), *map(_typed, commit)]
    typed += [request.second_commit, _typed(second)] if request.second_commit else []
    return [*made, *(f"  {line}" for line in (*typed, *map(_typed, publish)))]


def styles_step(location: Path | None, output_dir: Path) -> list[str]:
    """Return how to apply the patch of the styles, as lines for people.

    Args:
        location: The file of styles on this machine; None where it was read from a URL.
        output_dir: The folder that the plan was written into.
    """
    root = Path(CLONE) if location is None else work_tree(location) or location.resolve().parent
    where = f", where {CLONE} is a clone of the styles repository" if location is None else ""
    return [f"First, the styles{where}:", f"  {_git_apply(root, output_dir / STYLES_PATCH)}"]


def next_steps_of_demo(places: PlanPlaces) -> list[str]:
    """Return how to carry out a plan of the bundled sample: on a copy of its catalogue."""
    command = apply_command(places, Path(places.catalogue_file), "--demo")
    return [f"Next, on a copy of the sample's {places.catalogue_file}:", f"  {command}"]


def apply_command(places: PlanPlaces, catalogue: Path, *options: str) -> str:
    """Return the command that applies a plan to a catalogue file."""
    generated = [] if places.db_json is None else ["--db-json", str(places.db_json)]
    plan = str(places.output_dir / PLAN_JSON)
    return _typed(["horde-model-reference", "apply", plan, "--catalogue", str(catalogue), *generated, *options])


def _git_apply(root: Path, patch: Path) -> str:
    """Return git's command: short where it is run from the work tree's folder, else with paths that hold anywhere."""
    if root.resolve() == Path.cwd():
        return _typed(["git", "apply", str(patch)])
    return _typed(["git", "-C", str(root), "apply", str(patch.resolve())])


def _typed(command: Sequence[str]) -> str:
    """Return a command as it is typed into this system's shell."""
    return subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)
