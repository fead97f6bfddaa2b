"""The commands that carry out a plan."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from horde_model_reference.curation.artefacts import PATCH, PLAN_JSON, PLAN_MARKDOWN
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
class RepositoryPlaces:
    """Where the plan of a catalogue's repository is, and the words of its pull request.

    Attributes:
        output_dir: The folder that the plan was written into.
        root: The clone.
        branch: The name of the branch.
        branch_made: Whether the branch is there, with the first commit.
        title: The title of the pull request.
        second_commit: The command whose changes are the second commit; empty where there is none.
        dates: The file that it changes.
    """

    output_dir: Path
    root: Path
    branch: str
    branch_made: bool
    title: str
    second_commit: str
    dates: str


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


def repository_steps(places: RepositoryPlaces) -> list[str]:
    """Return the commands that make a pull request of a plan, as lines for people; nothing has been pushed."""
    patch, body = (str((places.output_dir / name).resolve()) for name in (PATCH, PLAN_MARKDOWN))
    if places.branch_made:
        made = [f"Branch {places.branch} was made in {places.root}; nothing was pushed. Next:"]
        commit = [["git", "switch", places.branch]] * bool(places.second_commit)
    else:
        made = ["Next:"]
        commit = [
            ["git", "switch", "-c", places.branch],
            ["git", "apply", "--index", patch],
            ["git", "commit", "-m", places.title],
        ]
    second = ["git", "commit", "-a", "-m", f"Update {places.dates}"]
    publish = [
        ["git", "push", "-u", "origin", places.branch],
        ["gh", "pr", "create", "--head", places.branch, "--title", places.title, "--body-file", body],
    ]
    typed = [_typed(["cd", str(places.root.resolve())]), *map(_typed, commit)]
    typed += [places.second_commit, _typed(second)] if places.second_commit else []
    return [*made, *(f"  {line}" for line in (*typed, *map(_typed, publish)))]


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
