"""The removals that curators really made, made again by our cutter, and measured against the default policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks._report import Section, SkippedError, Table
from benchmarks._servers import SHARED
from horde_model_reference.catalogue.formats import raw_catalogue
from horde_model_reference.catalogue.raw_catalogue import RawRecord
from horde_model_reference.curation.catalogue_files import remove_records
from horde_model_reference.curation.git_command import run_git
from horde_model_reference.curation.listing_history import contents_of
from horde_model_reference.curation.policy import Policy
from horde_model_reference.errors import HordeModelReferenceError

LEAST_EXACT = 0.90
DAY = 86_400.0


@dataclass(frozen=True)
class History:
    """A repository, and the catalogue file in it."""

    category: str
    bundle: str
    file: str


HISTORIES = (
    History("image_generation", "image.bundle", "stable_diffusion.json"),
    History("text_generation", "text.bundle", "models.csv"),
)


@dataclass(frozen=True)
class Version:
    """One version of a catalogue file.

    Attributes:
        time: When it was committed, in Unix seconds.
        content: Its bytes.
        entries: The entry of each record by name; None where the version cannot be read.
    """

    time: float
    content: bytes
    entries: dict[str, object] | None


@dataclass
class Found:
    """What the removals of a history came to.

    Attributes:
        versions: Versions of the file.
        unreadable: Those that cannot be read: a quote is open, or there is no header.
        commits: Commits that remove records, and how many records each removes.
        meaning: Removal commits after which our file has all other records of the parent, equal in meaning.
        pure: Commits that take records out and change no other text.
        exact: Pure ones with the same bytes as ours.
        different: The versions that are not equal in meaning.
        ages: Days between a record's first listing and its removal.
        returned: Removed records that were listed again later.
    """

    versions: int = 0
    unreadable: int = 0
    commits: list[int] = field(default_factory=list)
    meaning: int = 0
    pure: int = 0
    exact: int = 0
    different: list[str] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    returned: int = 0

    def add(self, label: str, before: Version, after: Version, file: str) -> None:
        """Take the same records out of the parent, and compare."""
        parent, child = before.entries or {}, after.entries or {}
        gone = parent.keys() - child.keys()
        self.commits.append(len(gone))
        ours = remove_records(before.content, gone, file)
        expected = {name: entry for name, entry in parent.items() if name not in gone}
        if _entries(ours, file) == expected:
            self.meaning += 1
        else:
            self.different.append(label)
        if child == expected and _taken_out(before.content, after.content):
            self.pure += 1
            self.exact += ours == after.content


def _taken_out(before: bytes, after: bytes) -> bool:
    """Whether a text is another one with lines taken out; the last record of an object has no comma behind it."""
    rest = iter([line.rstrip(b",") for line in before.splitlines()])
    return all(line.rstrip(b",") in rest for line in after.splitlines())


def run(*, quick: bool) -> Section:
    """Replay both histories.

    Raises:
        SkippedError: The histories do not lie beside the project.
    """
    if not (SHARED / "git").is_dir():
        raise SkippedError("the real histories do not lie beside the project")
    section = Section("Backtest: the removals that curators made")
    found = {history: _replayed(history, newest=60 if quick else None) for history in HISTORIES}
    rows = [_row(history, result, section) for history, result in found.items()]
    section.add(
        "The whole history of both catalogues, as bundles. Each commit that removes records is made again: the same "
        "names are taken out of its parent. *Equal in meaning*: all other records of the parent are there and "
        "unchanged. Of the pure removals, commits that change no other text, the whole file is compared. "
        f"Goals: all equal in meaning, {LEAST_EXACT:.0%} of the pure ones exact to the byte.",
        Table(
            (
                "category", "versions", "unreadable", "removals", "records", "equal in meaning",
                "pure", "same bytes", "goal",
            ),
            rows,
        ),
        "What the default policy says of them, as far as it can be told: the use of those years is not on record, and "
        "the messages of the commits are not in the bundles.",
        Table(
            (
                "category", "records a commit, median (most)", "above limits.max_models",
                "age at removal, median", "younger than candidates.min_age_days", "listed again later",
            ),
            [_policy_row(history, result) for history, result in found.items()],
        ),
    )  # fmt: skip
    return section


def _row(history: History, found: Found, section: Section) -> list[str]:
    commits = len(found.commits)
    what = f"{history.category}: {found.meaning} of {commits} equal in meaning, {found.exact} of {found.pure} exact"
    what += f" (different: {', '.join(found.different)})" if found.different else ""
    met = found.meaning == commits and found.exact >= LEAST_EXACT * found.pure
    return [
        history.category,
        f"{found.versions}",
        f"{found.unreadable}",
        f"{commits}",
        f"{sum(found.commits)}",
        f"{found.meaning}",
        f"{found.pure}",
        f"{found.exact}",
        section.check(what, met=met),
    ]


def _policy_row(history: History, found: Found) -> list[str]:
    policy = Policy()
    many = sum(number > policy.limits.max_models for number in found.commits)
    young = sum(age < policy.candidates.min_age_days for age in found.ages)
    return [
        history.category,
        f"{median(found.commits):.0f} ({max(found.commits)})" if found.commits else "none",
        f"{many} of {len(found.commits)}",
        f"{median(found.ages):.0f} days" if found.ages else "none",
        f"{young} of {len(found.ages)}",
        f"{found.returned}",
    ]


def _replayed(history: History, newest: int | None) -> Found:
    with TemporaryDirectory(prefix="benchmark-") as folder:
        clone = Path(folder) / "clone"
        run_git(Path(folder), "clone", "--quiet", "-b", "main", str(SHARED / "git" / history.bundle), str(clone))
        versions = list(_versions(clone, history.file))
    found = Found(versions=len(versions))
    first = 1 if newest is None else max(1, len(versions) - newest)
    since: dict[str, float] = {}
    removed: set[str] = set()
    for number, (before, version) in enumerate(pairwise([Version(0.0, b"", None), *versions])):
        if version.entries is None:
            found.unreadable += 1
            continue
        found.returned += len(removed & version.entries.keys())
        removed -= version.entries.keys()
        if number >= first and before.entries is not None:
            gone = before.entries.keys() - version.entries.keys()
            found.ages += [(version.time - since[name]) / DAY for name in gone if name in since]
            removed |= gone
            if gone:
                found.add(f"version {number}", before, version, history.file)
        since = {name: since.get(name, version.time) for name in version.entries}
    return found


def _entries(content: bytes, file: str) -> dict[str, object] | None:
    """Return the entries of a version by name, of malformed ones the text; None where the version cannot be read."""
    try:
        raw = raw_catalogue(content, file)
    except HordeModelReferenceError:
        return None
    if any(record.swallowed is not None for record in raw.records):
        return None
    return {record.name: _entry(raw.text, record) for record in raw.records if record.entry is not None}


def _entry(text: str, record: RawRecord) -> object:
    try:
        return record.entry() if record.entry is not None else None
    except (ValueError, TypeError):
        return text[record.start : record.end].rstrip()


def _versions(clone: Path, file: str) -> Iterator[Version]:
    """Yield the versions of a file, the oldest first."""
    log = run_git(clone, "log", "--reverse", "--first-parent", "--format=%H %ct", "--", file).decode("ascii")
    commits = [line.split() for line in log.splitlines()]
    contents = contents_of(clone / file, [commit for commit, _ in commits])
    for (_, time), content in zip(commits, contents, strict=True):
        yield Version(float(time), content or b"", _entries(content or b"", file))
