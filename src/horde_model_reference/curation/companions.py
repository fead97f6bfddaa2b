"""The change of a catalogue's repository beside the catalogue file itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.db_json import generated_db_json
from horde_model_reference.curation.git_command import GitFailure, run_git
from horde_model_reference.curation.patch import deletion_patch
from horde_model_reference.curation.plan import CompanionsInfo, Effect, ModelVerdict, Plan, StyleChange
from horde_model_reference.curation.repository_profiles import (
    PROFILED,
    RepositoryProfile,
    check_boxes,
    checklist,
    repository_profile,
)
from horde_model_reference.curation.showcases import Showcases, showcases_of
from horde_model_reference.errors import PlanError
from horde_model_reference.escaping import visible
from horde_model_reference.reports.markdown_report import code

MOST_USED = 10
"""A model among so many most used ones is removed only by a vote."""


@dataclass(frozen=True, slots=True)
class TrackedFile:
    """A file of the clone's index.

    Attributes:
        path: Its path relative to the root.
        mode: Its mode, such as ``100644``.
        blob: The id of its content.
    """

    path: str
    mode: str
    blob: str


@dataclass(frozen=True, slots=True)
class Companions:
    """The companions of a plan's catalogue file.

    Attributes:
        profile: The repository's profile.
        out_of_step: The generated file is not that of the catalogue before the change.
        showcases: The showcase files of removed records.
        deleted: The files that the patch deletes.
    """

    profile: RepositoryProfile
    out_of_step: bool
    showcases: Showcases
    deleted: tuple[TrackedFile, ...]

    def deletions(self) -> str:
        """Return the part of the patch that deletes files, text or binary."""
        return "".join(deletion_patch(file.path, file.mode, file.blob) for file in self.deleted)

    def markdown(self, plan: Plan) -> str:
        """Return the sections of the pull request about companions and checklist."""
        return "\n\n".join(section for section in (self._files(), self._checklist(plan)) if section)

    def info(self, plan: Plan) -> CompanionsInfo:
        """Return the companions as ``plan.json`` has them."""
        found = _info(plan, self.profile, self.showcases)
        known = {
            "generated_out_of_step": self.out_of_step if self.profile.generated else None,
            "showcases_missing": list(self.showcases.missing),
        }
        return found.model_copy(update=known)

    def _files(self) -> str:
        generated = code(self.profile.generated)
        items: tuple[tuple[bool, str], ...] = (
            (bool(self.profile.generated), f"{generated} is generated anew from {code(self.profile.catalogue)}"),
            (self.out_of_step, f"{generated} was out of step with {code(self.profile.catalogue)} before this change"),
            *((bool(paths), f"{heading}: {_listed(paths)}") for heading, paths in self._showcase_lists()),
        )
        lines = [f"- {line}" for holds, line in items if holds]
        return "\n".join(["## Companions", "", *lines]) if lines else ""

    def _showcase_lists(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return (
            ("Showcase files deleted", self.showcases.deleted),
            ("Showcase files that the clone lacks", self.showcases.missing),
            ("Showcase files that stay, in folders shared with a kept model", self.showcases.shared),
        )

    def _checklist(self, plan: Plan) -> str:
        return "\n".join(["## Checklist", "", *check_boxes(_checklist(plan, self.profile))])


class Planned(Protocol):
    """A plan, or its draft, as far as companions follow from it."""

    @property
    def category(self) -> MODEL_REFERENCE_CATEGORY:
        """The category."""
        ...

    @property
    def removed(self) -> list[ModelVerdict]:
        """The models to remove."""
        ...

    @property
    def month_usages(self) -> Iterable[int | None]:
        """The month usage of every model."""
        ...

    @property
    def effect(self) -> Effect:
        """The impact of the removals."""
        ...

    @property
    def style_changes(self) -> list[StyleChange]:
        """The changes of styles."""
        ...


def most_used(plan: Planned) -> list[str]:
    """Return the removed models that are among the ten most used."""
    known = sorted(filter(None, plan.month_usages), reverse=True)
    least = known[:MOST_USED][-1] if known else 0
    return [found.name for found in plan.removed if found.usage_month and found.usage_month >= least]


def companions_without_clone(plan: Planned, records: Mapping[str, ModelRecord]) -> CompanionsInfo | None:
    """Return the companions of a plan as far as they are known without a clone; None where there are none."""
    if not plan.removed or plan.category not in PROFILED:
        return None
    profile = repository_profile(plan.category)
    return _info(plan, profile, _showcases(plan, records, profile, None))


def _info(plan: Planned, profile: RepositoryProfile, showcases: Showcases) -> CompanionsInfo:
    return CompanionsInfo(
        generated=profile.generated or None,
        generated_out_of_step=None,
        showcases=list(showcases.deleted),
        showcases_missing=None,
        showcases_shared=list(showcases.shared),
        dates=profile.dates or None,
        second_commit=profile.second_commit or None,
        checklist=_checklist(plan, profile),
    )


def _checklist(plan: Planned, profile: RepositoryProfile) -> list[str]:
    holds = {
        "most_used": bool(most_used(plan)),
        "styles": bool(plan.effect.broken_styles),
        "style_changes": bool(plan.style_changes),
    }
    return checklist(profile.checklist, {condition for condition, held in holds.items() if held})


def _showcases(
    plan: Planned, records: Mapping[str, ModelRecord], profile: RepositoryProfile, tracked: Collection[str] | None
) -> Showcases:
    removed = [verdict.name for verdict in plan.removed]
    return showcases_of(records, removed, profile.showcases, tracked) if profile.showcases else Showcases()


def companions_of(plan: Plan, records: Mapping[str, ModelRecord], profile: RepositoryProfile, root: Path) -> Companions:
    """Return the companions of a plan's change in a clone.

    Raises:
        CatalogueCutError: The generated file cannot be made.
        PlanError: git cannot read the clone.
    """
    tracked = _tracked(root, profile.showcases) if profile.showcases else {}
    found = _showcases(plan, records, profile, tracked)
    deleted = tuple(tracked[path] for path in found.deleted)
    return Companions(profile, _out_of_step(profile, root), found, deleted)


def _out_of_step(profile: RepositoryProfile, root: Path) -> bool:
    if not profile.generated:
        return False
    catalogue, generated = root / profile.catalogue, root / profile.generated
    return generated_db_json(catalogue.read_bytes(), profile.catalogue) != generated.read_bytes()


def _tracked(root: Path, folder: str) -> dict[str, TrackedFile]:
    try:
        listed = run_git(root, "ls-files", "--stage", "-z", "--", folder).decode("utf-8", "surrogateescape")
    except GitFailure as failure:
        raise PlanError(f"{visible(str(root))}: {visible(str(failure))}.", hint="Check --repository.") from None
    return {file.path: file for file in map(_tracked_file, filter(None, listed.split("\0")))}


def _tracked_file(line: str) -> TrackedFile:
    facts, _, path = line.partition("\t")
    mode, blob, _ = facts.split(" ")
    return TrackedFile(path, mode, blob)


def _listed(paths: Iterable[str]) -> str:
    return ", ".join(map(code, paths))
