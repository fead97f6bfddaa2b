"""A clone of a catalogue's repository, as ``plan --repository`` works in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.artefacts import PATCH
from horde_model_reference.curation.branches import check_branch, make_branch
from horde_model_reference.curation.next_steps import RepositoryPlaces, repository_steps
from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.repository_profiles import RepositoryProfile, check_clone, repository_profile
from horde_model_reference.reports.words import counted
from horde_model_reference.settings import Settings


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone with its profile.

    Attributes:
        category: The category of its catalogue.
        profile: Its profile.
        root: Its root folder.
        branch: The branch to make; None for none.
    """

    category: MODEL_REFERENCE_CATEGORY
    profile: RepositoryProfile
    root: Path
    branch: str | None

    @property
    def generated(self) -> Path | None:
        """The file that is generated from the catalogue; None where there is none."""
        return self.root / self.profile.generated if self.profile.generated else None

    def settings(self, settings: Settings) -> Settings:
        """Return settings that read the catalogue, and the dates of models, from the clone."""
        dates = self.root / self.profile.dates
        own = {self.category.value: str(self.root / self.profile.catalogue)}
        own |= {"image_history": str(dates)} if self.profile.dates and dates.is_file() else {}
        return settings.model_copy(update={"sources": settings.sources.model_copy(update=own)})

    def carry_out(self, plan: Plan, files: Mapping[str, bytes], output_dir: Path) -> list[str]:
        """Make the branch, if one is wanted, and return the next commands as lines for people.

        Raises:
            PlanError: The branch cannot be made.
        """
        title = f"Remove {counted(len(plan.removed), 'model')}"
        if self.branch is not None:
            make_branch(self.root, self.branch, files[PATCH], _message(plan, title))
        places = RepositoryPlaces(
            output_dir=output_dir,
            root=self.root,
            branch=self.branch or title.lower().replace(" ", "-"),
            branch_made=self.branch is not None,
            title=title,
            second_commit=self.profile.second_commit,
            dates=self.profile.dates,
        )
        return repository_steps(places)


def open_clone(category: MODEL_REFERENCE_CATEGORY, root: Path, branch: str | None) -> Clone:
    """Return a clone after checks.

    Raises:
        UsageError: The category's repository has no profile.
        PlanError: The folder is no such clone, or the branch cannot be made.
    """
    profile = repository_profile(category)
    check_clone(root, profile.catalogue, profile.generated)
    if branch is not None:
        check_branch(root, branch)
    return Clone(category, profile, root, branch)


def _message(plan: Plan, title: str) -> str:
    return "\n".join([title, "", *(f"- {verdict.name}" for verdict in plan.removed)]) + "\n"
