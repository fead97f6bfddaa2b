"""The commands that carry out a plan."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from horde_model_reference.curation.next_steps import (
    CLONE,
    PlanPlaces,
    apply_command,
    next_steps,
    next_steps_of_demo,
    styles_step,
)
from tests.support.git_repository import GitRepository


@pytest.fixture
def clone(tmp_path: Path) -> GitRepository:
    return GitRepository(tmp_path / "my clone")


def places(clone: GitRepository | None, db_json: Path | None = None) -> PlanPlaces:
    catalogue = None if clone is None else clone.folder / "models.csv"
    return PlanPlaces(Path("plan"), catalogue, "models.csv", db_json)


def test_a_catalogue_in_a_clone_is_named_with_its_work_tree(clone: GitRepository) -> None:
    head, git, ours = next_steps(places(clone))
    assert head == "Next, one of the two:"
    assert shlex.split(git) == ["git", "-C", str(clone.folder), "apply", str(Path("plan/removals.patch").resolve())]
    assert shlex.split(ours)[1:] == ["apply", "plan/plan.json", "--catalogue", str(clone.folder / "models.csv")]


def test_in_the_work_tree_the_command_of_git_is_short(clone: GitRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clone.folder)
    assert shlex.split(next_steps(places(clone))[1]) == ["git", "apply", "plan/removals.patch"]


def test_a_catalogue_of_a_url_stands_in_a_clone_to_be_named() -> None:
    head, *commands = next_steps(places(None))
    assert CLONE in head
    assert all(CLONE in command for command in commands)


def test_a_generated_file_is_part_of_the_command() -> None:
    command = apply_command(places(None, Path("db file.json")), Path("models.csv"))
    assert shlex.split(command)[-2:] == ["--db-json", "db file.json"]


def test_the_demo_is_applied_to_a_copy() -> None:
    assert next_steps_of_demo(places(None))[1].endswith("--catalogue models.csv --demo")


def test_the_styles_are_patched_in_their_own_clone(clone: GitRepository) -> None:
    patch = str(Path("plan/styles.patch").resolve())
    head, command = styles_step(clone.folder / "styles.json", Path("plan"))
    assert head == "First, the styles:"
    assert shlex.split(command) == ["git", "-C", str(clone.folder), "apply", patch]
    head, command = styles_step(None, Path("plan"))
    assert CLONE in head
    assert shlex.split(command) == ["git", "-C", CLONE, "apply", patch]
