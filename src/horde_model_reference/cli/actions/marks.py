"""Mark models, take marks away, and list the marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Group

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.cli.actions.output import show, show_lines, write
from horde_model_reference.cli.actions.session import clock_for, settings_for, with_engine
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.mark_standings import MarkStanding, mark_standings
from horde_model_reference.curation.marking import Marking, marks_of, marks_of_plan
from horde_model_reference.curation.marks_report import marks_answer, marks_table
from horde_model_reference.curation.marks_writing import add_marks, remove_marks
from horde_model_reference.curation.notices import Notice, notices_markdown, notices_of_marks
from horde_model_reference.curation.patch import local_path
from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.policy_files import load_policy
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.engine import Engine
from horde_model_reference.errors import UsageError
from horde_model_reference.escaping import quoted, visible
from horde_model_reference.integrations.horde_workers import workers_by_api_name
from horde_model_reference.marks.because import because_of
from horde_model_reference.marks.mark import Mark
from horde_model_reference.marks.mark_state import MarkState
from horde_model_reference.reports.formats import ShownFormat
from horde_model_reference.reports.json_report import to_json
from horde_model_reference.reports.words import counted
from horde_model_reference.settings import Settings, environment_name

LONGEST_NOTICE = 3650
"""Days."""

ANNOUNCED = frozenset({MarkState.WAITING, MarkState.DUE, MarkState.UNKNOWN})
"""The states of marks that still announce a removal."""


@dataclass(frozen=True, slots=True)
class MarkRequest:
    """Marks as they are asked for.

    Attributes:
        because: ``CODE[:DETAIL]``.
        replacement: The model to use instead.
        notice: The notice, such as ``30d``; None for that of the policy.
        by: Who marks.
        note: For people.
        file: The file of marks; None for that of the settings.
        policy: A policy file; None for the defaults.
    """

    because: str
    replacement: str | None
    notice: str | None
    by: str
    note: str
    file: Path | None
    policy: Path | None


def mark(category: MODEL_REFERENCE_CATEGORY, names: Sequence[str], asked: MarkRequest, *, demo: bool) -> None:
    """Mark models, and list them with the first day on which each may be removed."""
    settings, clock = settings_for(demo=demo), clock_for(demo=demo)
    path = marks_path(asked.file, settings)
    policy = load_policy(asked.policy)
    given = Marking(
        because=because_of(asked.because, asked.replacement),
        since=clock.now().date(),
        days=None if asked.notice is None else days_of(asked.notice),
        replacement=asked.replacement,
        by=visible(asked.by),
        note=visible(asked.note),
    )
    facts, _ = with_engine(
        lambda engine: engine.curation_facts(category), demo=demo, settings=without_marks(settings), clock=clock
    )
    made = marks_of(facts, policy, names, given)
    add_marks(path, made)
    show_lines(_summary(made, path))


def unmark(category: MODEL_REFERENCE_CATEGORY, names: Sequence[str], file: Path | None, *, demo: bool) -> None:
    """Take the marks of models away."""
    path = marks_path(file, settings_for(demo=demo))
    remove_marks(path, category, names)
    show_lines([f"Unmarked {counted(len(set(names)), 'model')} in {visible(str(path))}."])


@dataclass(frozen=True, slots=True)
class MarksRequest:
    """A list of marks as it is asked for.

    Attributes:
        categories: Whose marks; of all categories where none is given.
        file: The file of marks; None for that of the settings.
        policy: A policy file; None for the defaults.
        notices: The file to write the notices into; None for none.
        format: How to show the list.
    """

    categories: Sequence[MODEL_REFERENCE_CATEGORY]
    file: Path | None
    policy: Path | None
    notices: Path | None
    format: ShownFormat


def marks(asked: MarksRequest, *, demo: bool) -> None:
    """List the marks of categories with their states, and write the notices of those that stand."""
    policy, settings = load_policy(asked.policy), settings_for(demo=demo)
    if asked.file is not None:
        settings = with_marks(settings, str(asked.file))
    standings, warnings, notices = with_engine(
        lambda engine: _standings(engine, asked, policy), demo=demo, settings=settings
    )
    if asked.notices is not None:
        write(notices_markdown(notices).encode(), asked.notices)
    if asked.format is ShownFormat.json:
        write(to_json(marks_answer(standings, warnings)), None)
    else:
        show(Group(*marks_table(standings, warnings)))


async def _standings(
    engine: Engine, asked: MarksRequest, policy: Policy
) -> tuple[list[MarkStanding], tuple[DataWarning, ...], list[Notice]]:
    """Return the standings of all marks, and the notices if they are wanted; categories without marks are left out."""
    found, warnings = await engine.curation.read_marks()
    standings: list[MarkStanding] = []
    notices: list[Notice] = []
    for category in filter(found.of, asked.categories or USAGE):
        facts, _ = await engine.curation_facts(category)
        own = mark_standings(facts, policy)
        standings += own
        if asked.notices is not None:
            announced = [standing.mark for standing in own if standing.state in ANNOUNCED]
            workers = workers_by_api_name(await engine.workers(category))
            notices += notices_of_marks(announced, facts, workers)
    return standings, warnings, notices


def mark_removals(plan: Plan, facts: CurationFacts, path: Path, *, dry_run: bool, demo: bool) -> None:
    """Mark the models that a plan removes and that are not marked, and list them."""
    made = marks_of_plan(plan, facts, clock_for(demo=demo).now().date())
    if made and not dry_run:
        add_marks(path, made)
    show_lines(_summary(made, path, "Would mark" if dry_run else "Marked"))


def _summary(made: Sequence[Mark], path: Path, verb: str = "Marked") -> list[str]:
    lines = [f"{visible(mark.name)}: may be removed from {mark.remove_after} on" for mark in made]
    return [f"{verb} {counted(len(made), 'model')} in {visible(str(path))}.", *lines]


def marks_path(file: Path | None, settings: Settings, option: str = "--file") -> Path:
    """Return the file of marks to change.

    Args:
        file: The file that is given.
        settings: The settings, which may name one.
        option: The option that gives one.

    Raises:
        UsageError: None is given, and the settings name none, or a URL.
    """
    if file is not None:
        return file
    if not settings.sources.marks:
        raise no_marks(option)
    path = local_path(settings.sources.marks)
    if path is None:
        raise UsageError("The file of marks is a URL, which cannot be changed.", hint=f"Give {option} FILE.")
    return path


def no_marks(option: str) -> UsageError:
    """Return the error that no file of marks is known; the option would give one."""
    return UsageError(
        "There is no file of marks.", hint=f"Give {option} FILE, or set {environment_name(('sources', 'marks'))}."
    )


def without_marks(settings: Settings) -> Settings:
    """Return settings that read no marks."""
    return with_marks(settings, "")


def with_marks(settings: Settings, location: str) -> Settings:
    """Return settings that read the marks from another place."""
    return settings.model_copy(update={"sources": settings.sources.model_copy(update={"marks": location})})


def days_of(text: str) -> int:
    """Return the days that a text such as ``30d`` means.

    Raises:
        UsageError: It is no such text, or means more than ten years.
    """
    form = re.fullmatch(r"(\d{1,5})d?", text, re.ASCII)
    if form is None or int(form[1]) > LONGEST_NOTICE:
        raise UsageError(f"--in {quoted(text)}: it has not the form 30d.", hint=f"At most {LONGEST_NOTICE}d.")
    return int(form[1])
