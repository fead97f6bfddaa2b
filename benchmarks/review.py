"""Every commit of both real histories, reviewed against its parent as a pull request would be."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks._report import Section, SkippedError, Table
from benchmarks._servers import SHARED
from benchmarks.backtest import HISTORIES, History
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_styles
from horde_model_reference.curation.git_command import run_git
from horde_model_reference.curation.repository_profiles import RepositoryProfile, repository_profile
from horde_model_reference.curation.styles import Styles, parse_style_categories, parse_styles
from horde_model_reference.review.change import compare
from horde_model_reference.review.facts import GeneratedFile, Removals, ReviewFacts
from horde_model_reference.review.removals import NOT_ASKED
from horde_model_reference.review.review_markdown import review_markdown
from horde_model_reference.review.review_schema import Review
from horde_model_reference.review.reviewing import make_review
from horde_model_reference.review.revisions import Revisions
from horde_model_reference.review.rules import RULES
from horde_model_reference.review.version import read_version
from horde_model_reference.settings import Settings

MOST_SECONDS = 1.0
QUICK = 40
"""Commits of each history in a short round."""


@dataclass
class Found:
    """What the reviews of a history came to.

    Attributes:
        seconds: How long each commit took.
        codes: How many findings each rule made.
        commits: In how many commits a rule found something.
    """

    seconds: list[float] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    commits: Counter[str] = field(default_factory=Counter)

    def add(self, made: Review, seconds: float) -> None:
        """Count the findings of a review."""
        codes = [finding.code for finding in made.findings]
        self.seconds.append(seconds)
        self.codes.update(codes)
        self.commits.update(set(codes))


def run(*, quick: bool) -> Section:
    """Review all commits, the newest first.

    Raises:
        SkippedError: The histories do not lie beside the project.
    """
    if not (SHARED / "git").is_dir():
        raise SkippedError("the real histories do not lie beside the project")
    section = Section("Review: every commit of both catalogues")
    found = {history: _reviewed(history, QUICK if quick else None) for history in HISTORIES}
    section.add(
        "Every commit of the two bundles is compared with its first parent, as `review --offline` does, without the "
        "network: both versions of the catalogue and of the files beside it are read with git, all rules are asked, "
        "and the Markdown is written. Use is unknown, so each removal is. No commit may fail. "
        f"Goal: at most {MOST_SECONDS:g} s for every commit.",
        Table(
            ("category", "commits", "with findings", "seconds a commit, median", "most", "goal"),
            [_row(history, result, section) for history, result in found.items()],
        ),
        "Findings of each rule, and the commits that have one:",
        Table(
            ("code", "severity", *(f"{history.category}: findings (commits)" for history in found)),
            [
                [f"`{rule.code}`", rule.severity.value, *(_cell(result, rule.code) for result in found.values())]
                for rule in RULES
            ],
        ),
    )
    return section


def _row(history: History, found: Found, section: Section) -> list[str]:
    worst = max(found.seconds)
    what = f"{history.category}: the slowest of {len(found.seconds)} commits took {worst:.2f} s"
    return [
        history.category,
        f"{len(found.seconds)}",
        f"{len(found.seconds) - found.commits['']}",
        f"{median(found.seconds):.3f}",
        f"{worst:.2f}",
        section.check(what, met=worst <= MOST_SECONDS),
    ]


def _cell(found: Found, code: str) -> str:
    return f"{found.codes[code]} ({found.commits[code]})" if found.codes[code] else ""


def _reviewed(history: History, newest: int | None) -> Found:
    category = MODEL_REFERENCE_CATEGORY(history.category)
    found, styles = Found(), _styles(category)
    with TemporaryDirectory(prefix="benchmark-") as folder:
        clone = Path(folder) / "clone"
        run_git(Path(folder), "clone", "--quiet", "-b", "main", str(SHARED / "git" / history.bundle), str(clone))
        for revisions in islice(commits_of(clone, repository_profile(category)), newest):
            started = time.perf_counter()
            made = review_of(revisions, category, styles)
            review_markdown(made)
            found.add(made, time.perf_counter() - started)
            found.commits[""] += not made.findings
    return found


def commits_of(clone: Path, profile: RepositoryProfile) -> Iterator[Revisions]:
    """Yield every commit of a clone with its first parent, the newest first."""
    for line in run_git(clone, "log", "--format=%H %P").decode("ascii").splitlines():
        commit, *parents = line.split()
        if parents:
            yield Revisions(clone, profile, parents[0], commit)


def review_of(revisions: Revisions, category: MODEL_REFERENCE_CATEGORY, styles: Styles | None) -> Review:
    """Return the review of a commit, without the network."""
    profile = revisions.profile
    before, after = revisions.sides()
    change = compare(*(read_version(side.catalogue, category, profile.catalogue) for side in (before, after)))
    new = [record.name for record in change.new_names]
    files = [(side.catalogue, side.generated) for side in (before, after)]
    facts = ReviewFacts(
        change=change,
        removals=Removals(unknown=NOT_ASKED),
        styles=styles,
        removed_before=revisions.removed_before(new) if new else {},
        generated=GeneratedFile(profile.generated, profile.catalogue, *files) if profile.generated else None,
        preferred_hosts=Settings.model_construct().preferred_file_hosts,
    )
    return make_review(facts, before.label, after.label)


def _styles(category: MODEL_REFERENCE_CATEGORY) -> Styles | None:
    """Return the real styles of today for a category whose models styles name."""
    if not has_styles(category):
        return None
    styles = parse_styles((SHARED / "styles" / "styles.json").read_bytes(), "styles.json")
    categories = parse_style_categories((SHARED / "styles" / "categories.json").read_bytes(), "categories.json")
    return Styles({name: style["model"] for name, style in styles.items()}, categories, styles)
