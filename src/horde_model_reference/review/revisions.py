"""The two sides of a review: two files, or two git revisions of a catalogue's repository."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from horde_model_reference.body_limits import BodyLimits
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.curation.dates import believable
from horde_model_reference.curation.git_command import GitFailure, run_git
from horde_model_reference.curation.listing_history import contents_of, last_removals, read_listing_history
from horde_model_reference.curation.repository_profiles import RepositoryProfile
from horde_model_reference.curation.styles import parse_history
from horde_model_reference.errors import CatalogueError, CatalogueFormatError, UsageError
from horde_model_reference.escaping import quoted, visible

ABBREVIATED = 10
"""Characters of a commit's id in a label."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a review.

    Attributes:
        label: Its name for people.
        catalogue: The bytes of the catalogue file; None where there is no such file.
        generated: The bytes of the file that is generated from it; None where there is none.
    """

    label: str
    catalogue: bytes | None
    generated: bytes | None = None


@dataclass(frozen=True, slots=True)
class Revisions:
    """Two revisions of a catalogue's repository.

    Attributes:
        root: The clone.
        profile: Its profile.
        base: The id of the commit that both revisions descend from.
        head: The id of the commit with the change.
    """

    root: Path
    profile: RepositoryProfile
    base: str
    head: str

    def sides(self) -> tuple[Side, Side]:
        """Return the files of both commits.

        Raises:
            CatalogueSourceError: git cannot read them.
        """
        commits = [self.base, self.head]
        catalogues = contents_of(self.root / self.profile.catalogue, commits)
        generated = contents_of(self.root / self.profile.generated, commits) if self.profile.generated else (None, None)
        before, after = (
            Side(commit[:ABBREVIATED], *contents)
            for commit, *contents in zip(commits, catalogues, generated, strict=True)
        )
        return before, after

    def removed_before(self, names: Iterable[str]) -> dict[str, float]:
        """Return when names that the base does not list were removed, in seconds of the epoch; others are left out.

        Raises:
            CatalogueSourceError: git cannot read the history.
        """
        return last_removals(self.root / self.profile.catalogue, self.base, names)

    def listings(self, now: datetime, limits: BodyLimits) -> dict[str, Listing]:
        """Return since when the base lists models: by the file of dates if it can be read, else by git's history.

        Args:
            now: The present moment; later dates are unknown.
            limits: Limits of the file of dates.

        Raises:
            CatalogueSourceError: git cannot read the history.
        """
        name = self.profile.dates
        (content,) = contents_of(self.root / name, [self.base]) if name else (None,)
        with suppress(CatalogueFormatError):
            dated = parse_history(content or b"", name, limits)
            return {model: Listing(since) for model, since in believable(dated, now).items()}
        listings = read_listing_history(self.root / self.profile.catalogue, self.base).listings
        known = believable({model: listing.since for model, listing in listings.items()}, now)
        return {model: listings[model] for model in known}


def find_revisions(root: Path, profile: RepositoryProfile, base: str, head: str) -> Revisions:
    """Return two revisions of a clone; the base is the commit at which the head left it, as in a pull request.

    Raises:
        UsageError: A revision is no commit of the clone, or they have no common ancestor there.
    """
    commits = [_commit(root, revision) for revision in (base, head)]
    try:
        ancestor = run_git(root, "merge-base", *commits).decode("ascii").strip()
    except GitFailure:
        raise UsageError(
            f"{quoted(base)} and {quoted(head)} have no common ancestor in {visible(str(root))}.",
            hint="Fetch the whole history: git fetch --unshallow.",
        ) from None
    return Revisions(root, profile, ancestor, commits[1])


def _commit(root: Path, revision: str) -> str:
    try:
        found = run_git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except (GitFailure, OSError, ValueError) as failure:
        reason = f" ({visible(str(failure))})" if str(failure) else ""
        raise UsageError(
            f"{quoted(revision)}: no file, and no commit of {visible(str(root))}{reason}.",
            hint="Check --repository, or fetch the revision first.",
        ) from None
    return found.decode("ascii").strip()


def read_side(path: Path, limits: BodyLimits, generated: Path | None = None) -> Side:
    """Return a side that is a file.

    Args:
        path: The catalogue file.
        limits: Limits of the files; a longer one is read so far that its excess shows.
        generated: The file that is generated from it.

    Raises:
        CatalogueError: A file cannot be read.
    """
    return Side(path.name, _content(path, limits), None if generated is None else _content(generated, limits))


def _content(path: Path, limits: BodyLimits) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limits.max_bytes + 1)
    except OSError as error:
        raise CatalogueError(f"{visible(str(path))}: {error.strerror or error}.", hint="Check the file.") from error
