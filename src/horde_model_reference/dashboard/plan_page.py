"""The plan page: tick models, see verdicts, limits and effect, and take the files of the plan home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

import polars as pl

from horde_model_reference.analytics.flags import FLAGS
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.size_bands import SIZE_BANDS
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import has_styles, usage_traits
from horde_model_reference.curation.archive import zipped
from horde_model_reference.curation.artefacts import artefacts
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.draft import PlanDraft
from horde_model_reference.curation.plan import HeldBack, ModelVerdict
from horde_model_reference.curation.planned_file import PlannedFile
from horde_model_reference.curation.planning import draft_plan, make_plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.policy_files import show_policy
from horde_model_reference.curation.style_pull_request import style_artefacts
from horde_model_reference.dashboard import labels
from horde_model_reference.dashboard.filters import MOST_OPTIONS
from horde_model_reference.dashboard.flag_chips import FlagChips, flag_chips
from horde_model_reference.dashboard.plan_outcome import outcome_of
from horde_model_reference.dashboard.plan_view import (
    ASKED,
    FOLLOW,
    OVERRIDE,
    ROWS,
    SELECT,
    PlanView,
    Tab,
)
from horde_model_reference.dashboard.policy_form import MARKER, changed_policy, in_words, policy_fields, policy_keys
from horde_model_reference.dashboard.rendering import in_form, render
from horde_model_reference.dashboard.shell import Section, shell_of
from horde_model_reference.errors import NotFoundError, PolicyError
from horde_model_reference.polars_queries import is_one_of
from horde_model_reference.reports import words
from horde_model_reference.reports.model_size import model_size

ARCHIVE = "deletion-plan.zip"
"""The name of the archive of all files of a plan."""
POLICY_FILE = "policy.toml"
"""The name of the file of the policy."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One model of the table.

    Attributes:
        verdict: The verdict of the policy, with the facts.
        ticked: It is ticked.
        flags: The reasons against it.
        stays: The reasons for it, in words; empty where it is proposed.
        about: What stands below its name.
        override: The reason written below it.
        mark: Its mark in words; empty without one.
    """

    verdict: ModelVerdict
    ticked: bool
    flags: FlagChips
    stays: str
    about: str
    override: str
    mark: str


@dataclass(frozen=True, slots=True)
class Release:
    """A key of the policy that holds models back.

    Attributes:
        held: The key with its numbers.
        link: The view with the key switched off; None where it has no such value.
        value: The value that switches it off.
    """

    held: HeldBack
    link: str | None
    value: str


def plan_page(table: RiskTable, facts: CurationFacts, own_policy: Policy, view: PlanView, part: str = "") -> str:
    """Return the plan page of a view; it keeps the ticks whether or not the policy allows them.

    Args:
        table: The ungrouped table of the category, with verdicts.
        facts: The inputs of a plan.
        own_policy: The service's policy.
        view: The view.
        part: ``outcome`` for the part that changes with the ticks alone; empty for the whole page.
    """
    policy, fault = _policy(own_policy, view)
    own = draft_plan(facts, policy)
    outcome = outcome_of(facts, policy, own, view)
    names = view.names if view.names is not None else tuple(verdict.name for verdict in own.removed)
    context = {
        "shell": shell_of(table, Section.PLAN),
        "category": table.category,
        "title": f"Plan of removals: {usage_traits(table.category).title.lower()}",
        "outcome": outcome,
        "refusals": [*([fault] if fault else []), *outcome.refusals],
        "link": view.link(table.category),
        "archive": ARCHIVE,
        "policy_file": POLICY_FILE,
        "styles": has_styles(table.category),
        "size": model_size(table.category),
    }
    if part == "outcome":
        return render("outcome.html", **context)
    return render("plan.html", **context, **_rest(own_policy, own, view, frozenset(names), table))


def _policy(own: Policy, view: PlanView) -> tuple[Policy, str]:
    """Return the policy of a view, or the service's with the fault of a change."""
    try:
        return changed_policy(own, view.policy or {}), ""
    except PolicyError as error:
        return own, error.message


def _rest(
    own_policy: Policy, own: PlanDraft, view: PlanView, names: frozenset[str], table: RiskTable
) -> dict[str, object]:
    """Return the values of the page that do not change with the ticks."""
    tabs = {at: at.models(own) for at in Tab}
    tab = view.tab or _first_tab(own, names)
    listed = view.listed(tabs[tab])
    start = min(view.page * ROWS, max(0, (listed.height - 1) // ROWS * ROWS))
    page = own.verdicts_on(listed["name"].slice(start, ROWS).to_list())
    on_page = {found.name for found in page}
    return {
        "own": own,
        "proposed": len(own.removed),
        "warnings": own.warnings,
        "suspicious": own.suspicious.select("name", "worker_count").rows(named=True),
        "view": view,
        "tab": tab,
        "tabs": [(at, models.height) for at, models in tabs.items()],
        "rows": [_row(found, names, view, table) for found in page],
        "listed": listed.height,
        "first": start + 1,
        "page": start // ROWS,
        "last_page": max(0, (listed.height - 1) // ROWS),
        "ticked_here": listed.filter(is_one_of(pl.col("name"), names)).height,
        "elsewhere": [
            (in_form(name), (view.reasons or {}).get(name, ""))
            for name in names_in_order(view, own)
            if name not in on_page
        ],
        "policy_fields": policy_fields(own_policy, view.policy or {}),
        "policy_words": in_words(own.policy),
        "policy_hash": own.policy.digest()[:12],
        "releases": [_release(held, own.policy, view, table) for held in own.held_back],
        "most_names": words.MOST_NAMES,
        "menus": _menus(tabs[tab], view),
        "select": SELECT,
        "override": OVERRIDE,
        "asked": ASKED,
        "follow": FOLLOW,
        "marker": MARKER,
    }


def names_in_order(view: PlanView, own: PlanDraft) -> Iterable[str]:
    """Return the ticked names in the order in which they were ticked, or in that of removal."""
    return view.names if view.names is not None else [found.name for found in own.removed]


def _first_tab(own: PlanDraft, names: frozenset[str]) -> Tab:
    """Return the first tab with a ticked model; else the first with any."""
    verdicts = own.models.select("name", "verdict")
    ticked = set(verdicts.filter(is_one_of(pl.col("name"), names))["verdict"])
    present = ticked or set(verdicts["verdict"].unique())
    return next(at for at in Tab if at.verdict is not None and at.verdict.value in present)


def _row(found: ModelVerdict, names: frozenset[str], view: PlanView, table: RiskTable) -> PlanRow:
    stays = found.verdict is not Verdict.REMOVE
    at = table.rows["name"].search_sorted(found.name)
    facts = table.rows.row(at, named=True)
    baseline, codes = facts["baseline"], [reason.code for reason in found.reasons]
    return PlanRow(
        verdict=found,
        ticked=found.name in names,
        flags=flag_chips(words.telling([flag for flag in FLAGS if facts[flag.name]])),
        stays=labels.reasons(labels.deciding(codes, found.verdict), facts["style_count"]) if stays else "",
        about=labels.baseline(baseline) if baseline else "",
        override=(view.reasons or {}).get(found.name, ""),
        mark=labels.mark(facts["remove_after"]),
    )


@dataclass(frozen=True, slots=True)
class PlanMenu:
    """A filter of the table: its field, its word, its options with their words, and the chosen one."""

    field: str
    word: str
    options: Mapping[str, str]
    chosen: str


def _menu(field: str, word: str, options: Mapping[str, str], chosen: str) -> PlanMenu:
    """Return a filter; one that is set has its option in every tab, so that a form keeps it."""
    return PlanMenu(field, word, {**options, **({chosen: chosen} if chosen not in {"", *options} else {})}, chosen)


def _menus(models: pl.DataFrame, view: PlanView) -> list[PlanMenu]:
    """Return the filters that tell the models of a tab apart, and those that are set."""
    codes = models["verdict_reasons"].explode().drop_nulls().unique()
    baselines = models["baseline"].drop_nulls().unique().sort()
    sizes = [name for name, band in SIZE_BANDS.items() if models.select(band.condition.any()).item()]
    found = (
        _menu(name, word, dict(options), view.filters.get(name, ""))
        for name, word, options in (
            ("level", "Level", [(level.value, level.value) for level in reversed(RiskLevel)]),
            ("reason", "Reason", sorted(((code, labels.reasons([code])) for code in codes), key=itemgetter(1))),
            ("baseline", "Baseline", [(name, labels.baseline(name)) for name in baselines[:MOST_OPTIONS]]),
            ("size", "Size", [(name, name) for name in sizes]),
        )
    )
    return [menu for menu in found if len(menu.options) > 1 or menu.chosen]


OFF_AT_ZERO = ("candidates.min_age_days", "candidates.unused_for_days", "candidates.falling_for_days")
"""Keys with a number of which 0 asks for nothing."""


def _release(held: HeldBack, policy: Policy, view: PlanView, table: RiskTable) -> Release:
    value = dict(policy_keys(policy)).get(held.key)
    off = "false" if value is True else "0" if held.key in OFF_AT_ZERO else ""
    link = view.with_policy(held.key, off).address(table.category) if off else None
    return Release(held, link, off)


def plan_files(facts: CurationFacts, own_policy: Policy, file: PlannedFile, view: PlanView) -> dict[str, bytes]:
    """Return the files of the plan of a view by name, those for the styles repository included.

    Raises:
        PolicyError: A changed key of the policy has no sense.
        PlanError: The selection is refused.
        CatalogueCutError: The catalogue cannot be cut into records.
    """
    policy = changed_policy(own_policy, view.policy or {})
    plan = make_plan(facts, policy, view.choice())
    return artefacts(plan, file) | style_artefacts(plan, facts.styles)


def plan_archive(facts: CurationFacts, own_policy: Policy, file: PlannedFile, view: PlanView) -> bytes:
    """Return all files of the plan of a view as one archive; errors as for :func:`plan_files`."""
    return zipped(plan_files(facts, own_policy, file, view))


def plan_file(facts: CurationFacts, own_policy: Policy, file: PlannedFile, view: PlanView, name: str) -> bytes:
    """Return one file of the plan of a view, or its policy; errors as for :func:`plan_files`.

    Raises:
        NotFoundError: The plan has no such file.
    """
    if name == POLICY_FILE:
        return show_policy(changed_policy(own_policy, view.policy or {})).encode()
    files = plan_files(facts, own_policy, file, view)
    if name not in files:
        raise NotFoundError(f"The plan has no file of this name; it has {', '.join(sorted(files))}.")
    return files[name]
