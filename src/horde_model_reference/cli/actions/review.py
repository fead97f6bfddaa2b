"""Review a change of a catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from horde_model_reference.body_limits import BodyLimits
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.catalogue.sources import file_path
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_styles
from horde_model_reference.cli.actions.clone import open_styles_clone
from horde_model_reference.cli.actions.output import show, write
from horde_model_reference.cli.actions.session import clock_for, link_prober, settings_for, with_engine
from horde_model_reference.curation.policy_files import load_policy
from horde_model_reference.curation.repository_profiles import repository_profile
from horde_model_reference.engine import Engine
from horde_model_reference.errors import UsageError
from horde_model_reference.escaping import quoted, visible
from horde_model_reference.links.checking import check_links
from horde_model_reference.links.link import Link, LinkResult
from horde_model_reference.links.probing import LinkProber
from horde_model_reference.optional_sources import NO_STYLES
from horde_model_reference.reports.formats import FailOn, ReviewFormat
from horde_model_reference.reports.json_report import to_json
from horde_model_reference.review.change import Change, compare
from horde_model_reference.review.facts import GeneratedFile, Removals, ReviewFacts
from horde_model_reference.review.link_rules import MOST_LINKS, new_links
from horde_model_reference.review.removals import NOT_ASKED, removals_with_verdicts
from horde_model_reference.review.review_markdown import review_markdown
from horde_model_reference.review.review_schema import Review
from horde_model_reference.review.review_terminal import review_report
from horde_model_reference.review.reviewing import make_review
from horde_model_reference.review.revisions import Revisions, Side, find_revisions, read_side
from horde_model_reference.review.rule import Severity
from horde_model_reference.review.version import read_version
from horde_model_reference.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest:
    """The arguments of a review; fields are named as the command's options."""

    base: str
    head: str
    repository: Path
    styles_repository: Path | None
    db_json: Path | None
    policy: Path | None
    offline: bool
    links: bool
    format: ReviewFormat
    output: Path | None
    json_output: Path | None


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both sides of a review.

    Attributes:
        before: The side before the change.
        after: The side after it.
        location: The path of the catalogue.
        generated: The name of the file that is generated from the catalogue; empty where it is unknown.
        revisions: The git revisions that they are; None for files.
    """

    before: Side
    after: Side
    location: Path
    generated: str
    revisions: Revisions | None = None


def review(category: MODEL_REFERENCE_CATEGORY, asked: ReviewRequest, *, demo: bool) -> Review:
    """Make a review, write it, and return it.

    Raises:
        UsageError: The sides are neither files nor commits, or options do not go together.
        CatalogueError: A file or the history cannot be read.
        PolicyError: The policy is invalid.
        PlanError: The folder of the styles is no such clone.
        OutputError: The review cannot be written.
    """
    if asked.offline and asked.links:
        raise UsageError("--links: it asks servers, which --offline forbids.", hint="Leave one of them out.")
    policy, settings = load_policy(asked.policy), settings_for(demo=demo)
    if asked.styles_repository is not None:
        settings = open_styles_clone(category, asked.styles_repository, None).settings(settings)
    settings = _without_network(settings) if asked.offline else settings
    sides, clock = _sides(category, asked, settings), clock_for(demo=demo)
    limits, name = settings.body_limits, sides.location.name
    change = compare(*(read_version(side.catalogue, category, name, limits) for side in (sides.before, sides.after)))
    new = [record.name for record in change.new_names]
    facts = ReviewFacts(
        change=change,
        removals=Removals(unknown=NOT_ASKED),
        removed_before=sides.revisions.removed_before(new) if sides.revisions is not None and new else {},
        generated=_generated(sides),
        preferred_hosts=settings.preferred_file_hosts,
    )

    async def work(engine: Engine) -> ReviewFacts:
        styles, _ = await engine.curation.styles() if has_styles(category) else (NO_STYLES, ())
        marks, _ = await engine.curation.marks() if settings.sources.marks else (None, ())
        own_marks = None if marks is None else marks.of(category)
        known = replace(facts, styles=styles, marks=own_marks, today=clock.now().date())
        if asked.offline:
            return known
        listings = _listings(sides, clock.now(), limits) if change.removed else {}
        return replace(
            known,
            removals=await removals_with_verdicts(engine, change, policy, str(sides.location), listings),
            links=await _probed_links(change, link_prober(settings, clock, demo=demo)) if asked.links else {},
        )

    found = with_engine(work, demo=demo, settings=settings, clock=clock)
    made = make_review(found, sides.before.label, sides.after.label)
    _write(made, asked)
    return made


def fails(made: Review, fail_on: FailOn) -> bool:
    """Return whether a review has a finding that is at least as grave as an option says."""
    if fail_on is FailOn.never:
        return False
    least = Severity(fail_on.value)
    return any(number and severity.reaches(least) for severity, number in made.counts.items())


def _write(made: Review, asked: ReviewRequest) -> None:
    if asked.json_output is not None:
        write(to_json(made), asked.json_output)
    if asked.format is ReviewFormat.json:
        write(to_json(made), asked.output)
    elif asked.format is ReviewFormat.markdown or asked.output is not None:
        write(review_markdown(made).encode(), asked.output)
    else:
        show(review_report(made))


def _sides(category: MODEL_REFERENCE_CATEGORY, asked: ReviewRequest, settings: Settings) -> _Sides:
    """Read both sides: files where both arguments are files, else git revisions."""
    profile, limits = repository_profile(category), settings.body_limits
    base, head = Path(asked.base), Path(asked.head)
    if _is_file(base) and _is_file(head):
        generated = profile.generated if asked.db_json is not None else ""
        sides = read_side(base, limits), read_side(head, limits, asked.db_json)
        return _Sides(*sides, head, generated)
    if asked.db_json is not None:
        raise UsageError("--db-json: the revisions have their own.", hint="Leave it out.")
    if not (asked.repository / ".git").exists():
        where = visible(str(asked.repository.absolute()))
        missing = " and ".join(quoted(str(side)) for side in (base, head) if not _is_file(side))
        raise UsageError(
            f"{missing}: no file, and {where} is no root of a git clone in which it could be a revision.",
            hint="Give two files, or --repository.",
        )
    revisions = find_revisions(asked.repository, profile, asked.base, asked.head)
    return _Sides(*revisions.sides(), asked.repository / profile.catalogue, profile.generated, revisions)


def _is_file(path: Path) -> bool:
    """Return whether a path is that of a file; a revision may be too long to be one."""
    with suppress(OSError, ValueError):
        return path.is_file()
    return False


def _generated(sides: _Sides) -> GeneratedFile | None:
    if not sides.generated:
        return None
    before, after = ((side.catalogue, side.generated) for side in (sides.before, sides.after))
    return GeneratedFile(sides.generated, sides.location.name, before, after)


def _listings(sides: _Sides, now: datetime, limits: BodyLimits) -> Mapping[str, Listing]:
    """Return since when the side before lists models; files have no history."""
    return {} if sides.revisions is None else sides.revisions.listings(now, limits)


async def _probed_links(change: Change, opened: AbstractAsyncContextManager[LinkProber]) -> Mapping[str, LinkResult]:
    """Ask for the addresses that a change adds, at most ``MOST_LINKS`` of them."""
    results: dict[str, LinkResult] = {}

    async def keep(link: Link, result: LinkResult) -> None:
        results[link.address] = result

    async with opened as prober:
        await check_links(new_links(change)[:MOST_LINKS], prober, keep)
    return results


def _without_network(settings: Settings) -> Settings:
    """Return settings that read no styles and marks from a URL."""
    sources = settings.sources
    away = {name: "" for name in ("styles", "marks") if file_path(getattr(sources, name)) is None}
    return settings.model_copy(update={"sources": sources.model_copy(update=away)})
