"""Clones of the repositories of a catalogue and of the styles, as ``plan`` works in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_styles
from horde_model_reference.curation import style_pull_request
from horde_model_reference.curation.artefacts import PATCH, PLAN_MARKDOWN, STYLES_MARKDOWN, STYLES_PATCH
from horde_model_reference.curation.branches import NewBranch, check_branch, make_branches
from horde_model_reference.curation.companions import Companions, companions_of
from horde_model_reference.curation.next_steps import PullRequest, pull_request_steps
from horde_model_reference.curation.plan import ModelVerdict, Plan
from horde_model_reference.curation.repository_profiles import (
    RepositoryProfile,
    StylesProfile,
    check_clone,
    repository_profile,
    styles_profile,
)
from horde_model_reference.errors import UsageError
from horde_model_reference.escaping import visible
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

    def companions(self, plan: Plan, catalogue: Catalogue) -> Companions:
        """Return the companions of a plan's change; errors as for :func:`companions_of`."""
        return companions_of(plan, catalogue.records, self.profile, self.root)

    def concerns(self, plan: Plan) -> bool:
        """Return whether a plan changes a file of the clone."""
        return bool(plan.removed)

    def pull_request(self, plan: Plan, output_dir: Path) -> PullRequest:
        """Return the pull request of a plan that removes models."""
        title = f"Remove {counted(len(plan.removed), 'model')}"
        return PullRequest(
            root=self.root,
            output_dir=output_dir,
            patch=PATCH,
            body=PLAN_MARKDOWN,
            title=title,
            message=_message(plan, title),
            branch=self.branch or title.lower().replace(" ", "-"),
            branch_made=self.branch is not None,
            second_commit=self.profile.second_commit,
            dates=self.profile.dates,
        )


@dataclass(frozen=True, slots=True)
class StylesClone:
    """A clone of the styles repository.

    Attributes:
        profile: Its profile.
        root: Its root folder.
        branch: The branch to make; None for none.
    """

    profile: StylesProfile
    root: Path
    branch: str | None

    def settings(self, settings: Settings) -> Settings:
        """Return settings that read the styles from the clone."""
        own = {
            "styles": str(self.root / self.profile.styles),
            "style_categories": str(self.root / self.profile.categories),
        }
        return settings.model_copy(update={"sources": settings.sources.model_copy(update=own)})

    def concerns(self, plan: Plan) -> bool:
        """Return whether a plan changes a file of the clone."""
        return bool(plan.style_changes)

    def pull_request(self, plan: Plan, output_dir: Path) -> PullRequest:
        """Return the pull request of a plan that changes styles."""
        return PullRequest(
            root=self.root,
            output_dir=output_dir,
            patch=STYLES_PATCH,
            body=STYLES_MARKDOWN,
            title=style_pull_request.title(plan),
            message=style_pull_request.message(plan),
            branch=self.branch or "styles-of-removed-models",
            branch_made=self.branch is not None,
        )


@dataclass(frozen=True, slots=True)
class Clones:
    """The clones that a plan works in; None for one that is not given."""

    styles: StylesClone | None
    catalogue: Clone | None

    @property
    def given(self) -> list[Clone | StylesClone]:
        """The clones that are given, in the order in which their pull requests are merged."""
        return [clone for clone in (self.styles, self.catalogue) if clone is not None]

    def carry_out(self, plan: Plan, files: Mapping[str, bytes], output_dir: Path) -> list[str]:
        """Make the branches, where they are wanted, and return the next commands as lines for people.

        Raises:
            PlanError: A branch cannot be made.
        """
        requests = [clone.pull_request(plan, output_dir) for clone in self.given if clone.concerns(plan)]
        wanted = [found for found in requests if found.branch_made]
        make_branches(*(NewBranch(found.root, found.branch, files[found.patch], found.message) for found in wanted))
        return [line for found in requests for line in pull_request_steps(found)]


def open_clone(category: MODEL_REFERENCE_CATEGORY, root: Path, branch: str | None) -> Clone:
    """Return a clone after checks.

    Raises:
        UsageError: The category's repository has no profile.
        PlanError: The folder is no such clone, or the branch cannot be made.
    """
    profile = repository_profile(category)
    check_clone(root, "--repository", profile.catalogue, profile.generated)
    if branch is not None:
        check_branch(root, branch)
    return Clone(category, profile, root, branch)


def open_styles_clone(category: MODEL_REFERENCE_CATEGORY, root: Path, branch: str | None) -> StylesClone:
    """Return a clone of the styles repository after checks.

    Raises:
        UsageError: Styles do not name models of the category.
        PlanError: The folder is no such clone, or the branch cannot be made.
    """
    if not has_styles(category):
        raise UsageError(f"--styles-repository: no style names models of {category.value}.", hint="Leave it out.")
    profile = styles_profile()
    check_clone(root, "--styles-repository", profile.styles, profile.categories)
    if branch is not None:
        check_branch(root, branch)
    return StylesClone(profile, root, branch)


def _message(plan: Plan, title: str) -> str:
    return "\n".join([title, "", *map(_removed, plan.removed)]) + "\n"


def _removed(verdict: ModelVerdict) -> str:
    why = f": {verdict.reason_given}" if verdict.reason_given else ""
    return f"- {visible(verdict.name + why)}"
