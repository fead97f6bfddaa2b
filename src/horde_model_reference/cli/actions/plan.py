"""Make a plan: the models to remove, the impact of their removal, and the patch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.cli.actions.clone import Clones, open_clone, open_styles_clone
from horde_model_reference.cli.actions.marks import mark_removals, marks_path, no_marks, with_marks
from horde_model_reference.cli.actions.output import show, show_lines, write
from horde_model_reference.cli.actions.session import settings_for, with_engine
from horde_model_reference.curation.artefacts import (
    NOTICES,
    PLAN_JSON,
    artefacts,
    check_folder,
    write_artefacts,
)
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.due_choice import due_choice
from horde_model_reference.curation.next_steps import PlanPlaces, next_steps, next_steps_of_demo, styles_step
from horde_model_reference.curation.notices import notices_markdown, notices_of_plan
from horde_model_reference.curation.patch import local_path
from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.plan_diff import compare
from horde_model_reference.curation.plan_files import read_plan
from horde_model_reference.curation.plan_terminal import plan_report
from horde_model_reference.curation.planned_file import PlannedFile
from horde_model_reference.curation.planning import Choice, make_plan
from horde_model_reference.curation.policy_files import load_policy
from horde_model_reference.curation.style_pull_request import style_artefacts
from horde_model_reference.errors import UsageError
from horde_model_reference.escaping import visible
from horde_model_reference.integrations.horde_workers import workers_by_api_name
from horde_model_reference.marks.because import removals_of
from horde_model_reference.reports.formats import ShownFormat


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """A plan as it is asked for.

    Attributes:
        policy: A policy file; None for the defaults.
        select: The models to plan, and no others; empty: the policy chooses.
        remove: ``NAME=CODE[:DETAIL]`` for models to select, with the reason of a curator.
        override: ``NAME=REASON`` for selected models that are removed although they are protected or unknown.
        due: Select the models whose mark is due.
        mark: Mark the models that it removes, and write nothing else.
        marks: The file of marks; None for that of the settings.
        since: An earlier plan to compare it with.
        db_json: The file that is generated from the catalogue of text models.
        repository: A clone of the catalogue's repository.
        styles_repository: A clone of the styles repository.
        branch: The branch to make in each clone.
        output_dir: The folder to write it into.
        dry_run: Stop before a file or a branch is written.
        format: How to show it.
    """

    policy: Path | None
    select: Sequence[str]
    remove: Sequence[str]
    override: Sequence[str]
    due: bool
    mark: bool
    marks: Path | None
    since: Path | None
    db_json: Path | None
    repository: Path | None
    styles_repository: Path | None
    branch: str | None
    output_dir: Path
    dry_run: bool
    format: ShownFormat


def plan(category: MODEL_REFERENCE_CATEGORY, asked: PlanRequest, *, demo: bool) -> Plan:
    """Make a plan, write it, show it with the commands that carry it out, and return it."""
    clones = _clones(category, asked)
    policy = load_policy(asked.policy)
    by_hand = _by_hand(asked)
    earlier = _earlier(asked.since, category) if asked.since is not None else None
    settings = reduce(lambda known, clone: clone.settings(known), clones.given, settings_for(demo=demo))
    marks_file = marks_path(asked.marks, settings, "--marks") if asked.mark else asked.marks
    if asked.marks is not None:
        settings = with_marks(settings, str(asked.marks) if asked.marks.exists() or not asked.mark else "")
    if asked.due and not settings.sources.marks:
        raise no_marks("--marks")
    facts, copy = with_engine(lambda engine: engine.curation_facts(category), demo=demo, settings=settings)
    made = make_plan(facts, policy, due_choice(facts, policy) if asked.due else by_hand)
    if asked.mark and marks_file is not None:
        mark_removals(made, facts, marks_file, dry_run=asked.dry_run, demo=demo)
        return made
    changes = compare(earlier, made) if earlier is not None else None
    db_json = asked.db_json if clones.catalogue is None else clones.catalogue.generated
    generated = PlannedFile.at(db_json) if db_json is not None else None
    companions = None if clones.catalogue is None else clones.catalogue.companions(made, facts.catalogue)
    if companions is not None and made.removed:
        made = made.model_copy(update={"companions": companions.info(made)})
    files = artefacts(made, PlannedFile.of_catalogue(facts, copy.content), generated, changes, companions)
    files |= style_artefacts(made, facts.styles)
    if made.removed:
        workers = with_engine(lambda engine: engine.workers(category), demo=demo, settings=settings)
        files[NOTICES] = notices_markdown(notices_of_plan(made, facts, workers_by_api_name(workers))).encode()
    catalogue = local_path(facts.location)
    own = catalogue or Path(facts.location).with_name(facts.catalogue_file)
    originals = [path for path in (own, db_json) if path is not None]
    written: list[Path] = []
    steps: list[str] = []
    if asked.dry_run:
        check_folder(files, asked.output_dir, originals)
    else:
        written = write_artefacts(files, asked.output_dir, originals)
        places = PlanPlaces(asked.output_dir, catalogue, facts.catalogue_file, db_json)
        styles_steps = [] if clones.styles else _styles_steps(made, facts, asked.output_dir)
        steps = [*styles_steps, *_carry_out(made, files, clones, places, demo=demo)]
    if asked.format is ShownFormat.json:
        write(files[PLAN_JSON], None)
    else:
        show(plan_report(made, written, changes))
        show_lines(steps)
    return made


def _by_hand(asked: PlanRequest) -> Choice:
    """Return the choice of models that the options make.

    Raises:
        UsageError: Options do not go together, or an override names no selected model or gives no reason.
    """
    because = removals_of(asked.remove)
    selected = (*asked.select, *because)
    if asked.due and (selected or asked.mark):
        raise UsageError("--due: the marks choose the models.", hint="Leave out --select, --remove and --mark.")
    return Choice(selected or None, overrides_of(asked.override, selected), because)


def _carry_out(made: Plan, files: Mapping[str, bytes], clones: Clones, places: PlanPlaces, *, demo: bool) -> list[str]:
    """Make the branches, where they are wanted, and return the next commands as lines for people."""
    steps = clones.carry_out(made, files, places.output_dir)
    if made.removed and clones.catalogue is None:
        steps += (next_steps_of_demo if demo else next_steps)(places)
    return steps


def _clones(category: MODEL_REFERENCE_CATEGORY, asked: PlanRequest) -> Clones:
    """Open the clones that are given.

    Raises:
        UsageError: Options do not go together, or the category has no such repository.
        PlanError: A folder is no such clone, or a branch cannot be made in it.
    """
    if asked.branch is not None and asked.repository is None and asked.styles_repository is None:
        hint = "Give --repository or --styles-repository as well."
        raise UsageError("--branch: there is no repository to make it in.", hint=hint)
    if asked.repository is not None and asked.db_json is not None:
        raise UsageError("--db-json: the repository has its own.", hint="Leave it out.")
    return Clones(
        styles=None
        if asked.styles_repository is None
        else open_styles_clone(category, asked.styles_repository, asked.branch),
        catalogue=None if asked.repository is None else open_clone(category, asked.repository, asked.branch),
    )


def _styles_steps(made: Plan, facts: CurationFacts, output_dir: Path) -> list[str]:
    files = None if facts.styles is None else facts.styles.files
    if files is None or not made.style_changes:
        return []
    return styles_step(local_path(files.styles.location), output_dir)


def _earlier(path: Path, category: MODEL_REFERENCE_CATEGORY) -> Plan:
    plan = read_plan(path)
    if plan.category is not category:
        raise UsageError(f"--since {path}: a plan of {plan.category.value}.", hint="Give one of this category.")
    return plan


def overrides_of(given: Sequence[str], selected: Sequence[str]) -> dict[str, str]:
    """Return the reason of each override; the name is one of those selected, so it may hold a ``=``.

    Raises:
        UsageError: An override names no selected model, or gives no reason.
    """
    found: dict[str, str] = {}
    for text in given:
        if "=" not in text:
            raise UsageError(f"--override {text!r}: it has not the form NAME=REASON.")
        names = [name for name in selected if text.startswith(f"{name}=")]
        if not names:
            raise UsageError(f"--override {text!r}: no selected model is named so.", hint="Give --select NAME as well.")
        name = max(names, key=len)
        found[name] = visible(text.removeprefix(f"{name}=").strip())  # It may be no valid Unicode.
        if not found[name]:
            raise UsageError(f"--override {text!r}: it gives no reason.", hint="--override NAME=REASON")
    return found
