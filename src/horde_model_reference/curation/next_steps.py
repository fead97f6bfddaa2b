"""The commands that carry out a plan."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from horde_model_reference.curation.artefacts import PATCH, PLAN_JSON
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
