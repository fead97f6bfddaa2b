"""The profiles of the repositories of catalogues and styles: files and checklist, as TOML in ``profiles``."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.errors import PlanError, UsageError
from horde_model_reference.escaping import visible

PROFILED = (MODEL_REFERENCE_CATEGORY.image_generation, MODEL_REFERENCE_CATEGORY.text_generation)


class ChecklistItem(BaseModel):
    """One item of the checklist, and the plans that it belongs to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: Literal["always", "most_used", "styles", "style_changes", "repointed", "orphaned"]
    text: str


class RepositoryProfile(BaseModel):
    """The layout of a catalogue's repository; paths are relative to its root.

    Attributes:
        catalogue: The catalogue file.
        generated: The file that is generated from it; empty where there is none.
        showcases: The folder of showcase images; empty where there is none.
        dates: The file that names the commits of models; empty where there is none.
        second_commit: The command that changes the dates after the first commit; empty where there is none.
        checklist: The steps of a pull request.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    catalogue: str
    generated: str
    showcases: str
    dates: str
    second_commit: str
    checklist: tuple[ChecklistItem, ...]


class StylesProfile(BaseModel):
    """The layout of the styles repository; paths are relative to its root.

    Attributes:
        styles: The file of styles.
        categories: The file of style categories.
        checklist: The steps of a pull request.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    styles: str
    categories: str
    checklist: tuple[ChecklistItem, ...]


def checklist(items: Iterable[ChecklistItem], holding: Collection[str]) -> list[str]:
    """Return the texts of the items that belong to a plan.

    Args:
        items: The items of a profile.
        holding: The conditions that hold, beside ``always``.
    """
    return [item.text for item in items if item.when == "always" or item.when in holding]


def check_boxes(texts: Iterable[str]) -> list[str]:
    """Return the items of a checklist as lines of Markdown."""
    return [f"- [ ] {text}" for text in texts]


def styles_profile() -> StylesProfile:
    """Return the profile of the styles repository."""
    return StylesProfile.model_validate(_profile("styles"))


def repository_profile(category: MODEL_REFERENCE_CATEGORY) -> RepositoryProfile:
    """Return the profile of a category's repository.

    Raises:
        UsageError: The category has none.
    """
    if category not in PROFILED:
        names = ", ".join(profiled.value for profiled in PROFILED)
        raise UsageError(f"--repository: {category.value} has no profile.", hint=f"These have one: {names}.")
    return RepositoryProfile.model_validate(_profile(category.value))


def _profile(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "profiles" / f"{name}.toml").read_text(encoding="utf-8"))


def check_clone(root: Path, option: str, *names: str) -> None:
    """Check that a folder is the root of a clone with these files; empty names are left out.

    Args:
        root: The folder.
        option: The option that gave it, for the hint.
        names: The files.

    Raises:
        PlanError: It is no root of a git work tree, or lacks a file.
    """
    if not (root / ".git").exists():
        raise PlanError(f"{visible(str(root))}: no root of a git clone.", hint=f"Check {option}.")
    for name in filter(None, names):
        if not (root / name).is_file():
            raise PlanError(f"{visible(str(root / name))}: no such file.", hint=f"Check {option} and the category.")
