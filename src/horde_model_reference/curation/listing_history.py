"""Since when models have been listed, by the git history of the catalogue's file (design section 8, "Age").

The history is read with the ``git`` command: a clone was made with it, it reads every repository format, and one
``git cat-file --batch`` returns hundreds of versions in a fraction of a second.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.curation.git_command import GitFailure, run_git
from horde_model_reference.errors import CatalogueSourceError
from horde_model_reference.escaping import visible

MOST_SEARCHED = 10
"""Names whose text is searched for before a version is parsed; with more of them, parsing is quicker."""
HEADER = "name"
"""First cell of the header; versions of 2023 and 2024 have none, and begin with a name as well."""


@dataclass(frozen=True)
class ListingHistory:
    """The history of a catalogue file up to a commit.

    Attributes:
        head: The commit's id.
        listings: The models of the newest readable version, by name.
        skipped: Versions that cannot be read.
    """

    head: str
    listings: dict[str, Listing] = field(default_factory=dict)
    skipped: int = 0

    def to_json(self) -> bytes:
        """Return the history as bytes for :meth:`from_json`."""
        listings = {name: [listing.since, listing.removed_at] for name, listing in self.listings.items()}
        return json.dumps({"head": self.head, "listings": listings, "skipped": self.skipped}).encode()

    @classmethod
    def from_json(cls, content: bytes) -> ListingHistory:
        """Read a history from bytes.

        Raises:
            ValueError, TypeError, KeyError, AttributeError: The bytes are something else.
        """
        kept = json.loads(content)
        listings = {name: Listing(since, removed_at) for name, (since, removed_at) in kept["listings"].items()}
        return cls(kept["head"], listings, kept["skipped"])


def head_commit(file: Path) -> str | None:
    """Return the id of the commit that is checked out where a file lies; None outside of a git work tree.

    Raises:
        CatalogueSourceError: git is not installed, or refuses to read the repository.
    """
    if not any((folder / ".git").exists() for folder in file.absolute().parents):
        return None
    return _git(file.parent, "rev-parse", "--verify", "HEAD").decode("ascii").strip()


def read_listing_history(file: Path, head: str) -> ListingHistory:
    """Read the history of a catalogue file on the first-parent line of a commit.

    Raises:
        CatalogueSourceError: git is not installed, or refuses to read the repository.
    """
    return _history(head, [(time, listed_names(content)) for time, content in _versions(file, head)])


def last_removals(file: Path, head: str, names: Iterable[str]) -> dict[str, float]:
    """Return when names that a commit does not list were removed for the last time before, in seconds of the epoch.

    Only versions that hold the text of a name are parsed, so this takes a fraction of the time of a whole history.

    Args:
        file: The catalogue file.
        head: The commit's id.
        names: The names; those that no earlier version lists are left out.

    Raises:
        CatalogueSourceError: git is not installed, or refuses to read the repository.
    """
    wanted = {name: _spellings(name) for name in names}
    found: dict[str, float] = {}
    newer = 0.0
    for time, content in _versions(file, head):
        searched = len(wanted) <= MOST_SEARCHED
        held = not searched or any(text in (content or b"") for spellings in wanted.values() for text in spellings)
        for name in listed_names(content) or () if wanted and held else ():
            if name in wanted:
                found[name] = newer
                del wanted[name]
        newer = time
    return found


def _spellings(name: str) -> set[bytes]:
    """Return the texts as which JSON, escaped or not, and CSV have a name."""
    texts = (name.replace('"', '""'), json.dumps(name)[1:-1], json.dumps(name, ensure_ascii=False)[1:-1])
    return {text.encode("utf-8", "replace") for text in texts}


def _versions(file: Path, head: str) -> Iterator[tuple[float, bytes | None]]:
    """Yield the versions of a file on the first-parent line of a commit, the newest first, with their times."""
    log = _git(file.parent, "log", "--first-parent", "--format=%H %ct", head, "--", file.name).decode("ascii")
    commits = [line.split() for line in log.splitlines()]
    contents = contents_of(file, [commit for commit, _ in commits])
    return ((float(time), content) for (_, time), content in zip(commits, contents, strict=True))


def listed_names(content: bytes | None) -> frozenset[str] | None:
    """Return the model names of a version of a catalogue file: JSON by name, or CSV with or without header.

    Returns:
        None where the version cannot be read: it is absent, names no model, or leaves a quote open.
    """
    try:
        text = (content or b"").decode("utf-8-sig").strip()
        if text.startswith("{"):
            return frozenset(json.loads(text)) or None
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except (ValueError, csv.Error, RecursionError):
        return None
    if any("\n" in cell for row in rows for cell in row):
        return None
    return frozenset(row[0].strip() for row in rows) - {HEADER, ""} or None


def _history(head: str, newest_first: Sequence[tuple[float, frozenset[str] | None]]) -> ListingHistory:
    readable = [(time, names) for time, names in newest_first if names is not None]
    since: dict[str, float] = {}
    removed_at: dict[str, float] = {}
    unbroken = readable[0][1] if readable else frozenset()
    newer = 0.0
    for time, names in readable:
        unbroken &= names
        since |= dict.fromkeys(unbroken, time)
        removed_at = dict.fromkeys((names & since.keys()) - unbroken, newer) | removed_at
        newer = time
    listings = {name: Listing(time, removed_at.get(name)) for name, time in since.items()}
    return ListingHistory(head, listings, len(newest_first) - len(readable))


def contents_of(file: Path, commits: list[str]) -> Iterator[bytes | None]:
    """Yield the content of a file in each commit; None where the commit lacks it."""
    asked = "".join(f"{commit}:./{file.name}\n" for commit in commits)
    answer = io.BytesIO(_git(file.parent, "cat-file", "--batch", stdin=os.fsencode(asked)))
    for _ in commits:
        header = answer.readline().split()
        if header[-1] == b"missing":
            yield None
            continue
        yield answer.read(int(header[-1]))
        answer.read(1)  # The line feed after each object.


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Run git, and return its output."""
    try:
        return run_git(folder, *arguments, stdin=stdin)
    except GitFailure as failure:
        raise _unreadable(str(failure)) from None


def _unreadable(reason: str) -> CatalogueSourceError:
    return CatalogueSourceError(f"The git history of the catalogue cannot be read: {visible(reason)}.")
