"""Making a plan: pure, from facts that were read before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from itertools import chain
from typing import Any

import polars as pl

from horde_model_reference.analytics.matching import page
from horde_model_reference.analytics.risk_query import BY_REMOVAL, RiskQuery
from horde_model_reference.analytics.risk_response import data_as_of, link_infos
from horde_model_reference.analytics.risk_schema import WarningInfo
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.unknown_names import unknown_model
from horde_model_reference.analytics.usage_trend import UsageYear
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.catalogue.manager import CATALOGUE_SHRUNK
from horde_model_reference.curation.because import Because
from horde_model_reference.curation.budget import Whole, filled
from horde_model_reference.curation.holding_back import held_back
from horde_model_reference.curation.impact import impact_of
from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.curation.plan import (
    ModelVerdict,
    Plan,
    ReasonInfo,
    ReplacementInfo,
    Verdict,
    age_in_days,
    removal_day,
)
from horde_model_reference.curation.policy import Matches, Policy
from horde_model_reference.curation.reasons import (
    CANDIDATE,
    LIMIT_REACHED,
    NOT_SELECTED,
    SELECTED,
    reasons_against,
)
from horde_model_reference.curation.replacements import standings
from horde_model_reference.curation.style_changes import style_changes
from horde_model_reference.curation.styles import Styles
from horde_model_reference.curation.unmatched_protections import unmatched_protections
from horde_model_reference.curation.usage_reasons import removal_evidence
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import PlanError
from horde_model_reference.escaping import quoted, visible
from horde_model_reference.reports.words import counted, use
from horde_model_reference.thread_pool import while_wanted

MOST_PROTECTIONS_TOLD = 10
"""Names and patterns of the policy that are given as reasons why a model is protected."""


@dataclass(frozen=True)
class CurationFacts:
    """The inputs of a plan.

    Attributes:
        table: The category's ungrouped risk table.
        catalogue: The catalogue that the table was made from.
        location: The path or URL that it was read from.
        catalogue_file: The base name of that.
        styles: The styles and their categories (none for a category whose models styles do not name); None where
            they could not be read.
        listings: Since when models are listed; unknown ones are left out.
        warnings: Warnings for readers of the plan.
        past: The last year of the models; None where there is none, or it cannot be read.
        history_away: A history of use is kept, and cannot be read now.
    """

    table: RiskTable
    catalogue: Catalogue
    location: str
    catalogue_file: str
    styles: Styles | None
    listings: Mapping[str, Listing]
    warnings: tuple[DataWarning, ...] = ()
    past: Mapping[str, UsageYear] | None = None
    history_away: bool = False


@dataclass(frozen=True)
class Choice:
    """A choice of models beside the policy.

    Attributes:
        selected: Plan exactly these models; None leaves the choice to the policy.
        overrides: Why models are removed although they are protected or unknown.
        because: The reasons of curators for removals, by name; they override as well.
    """

    selected: tuple[str, ...] | None = None
    overrides: Mapping[str, str] | None = None
    because: Mapping[str, Because] = field(default_factory=dict)

    def says_why(self, name: str) -> bool:
        """Whether a person gives a reason for the removal of a model."""
        return name in self.because or bool((self.overrides or {}).get(name, "").strip())


def make_plan(facts: CurationFacts, policy: Policy, choice: Choice | None = None) -> Plan:
    """Return the plan for a category.

    Raises:
        UnknownModelError: A selected model is not in the catalogue.
        PlanError: A selected model is protected or unknown and has no override; or the selection exceeds a limit; or
            the catalogue has shrunk and the policy does not allow that.
    """
    choice = choice or Choice()
    _refuse_shrunk(facts, policy)
    unasked = sorted({*(choice.overrides or {}), *choice.because} - set(choice.selected or ()))
    if unasked:
        raise PlanError(f"A reason names {quoted(unasked[0])}, which is not selected.", hint="Select it as well.")
    choice = replace(choice, because={**policy.removal_reasons(), **choice.because})
    made_on = facts.table.data_as_of.stats_fetched_at.date()
    matches = policy.matches(facts.table.rows["name"].to_list(), made_on)
    models = _model_facts(facts, policy, _protections(matches))
    reasons = {model.name: reasons_against(model) for model in while_wanted(models)}
    if choice.selected is None:
        removed = _within_limits(facts, models, reasons, policy)
    else:
        removed = _selected(facts, models, reasons, policy, choice)
    verdicts = [_verdict(model, reasons[model.name], removed, choice, facts) for model in while_wanted(models)]
    changes = style_changes(facts.styles, verdicts, facts.catalogue, policy.styles.on_removal)
    idle = unmatched_protections(chain(*matches.values()), facts.table.category, facts.table.rows["name"].to_list())
    return Plan(
        version=version("horde-model-reference"),
        category=facts.table.category,
        catalogue_file=facts.catalogue_file,
        data_as_of=data_as_of(facts.table),
        policy=policy,
        policy_hash=policy.digest(),
        made_on=made_on,
        selected=list(choice.selected) if choice.selected is not None else None,
        verdicts=verdicts,
        held_back=held_back(verdicts, _whole(facts), policy.limits) if choice.selected is None else [],
        effect=impact_of(
            facts.table, facts.catalogue, facts.styles, [v for v in verdicts if v.verdict is Verdict.REMOVE], changes
        ),
        style_changes=changes,
        orphaned_styles=None if facts.styles is None else facts.styles.orphans(facts.catalogue.records),
        warnings=[
            WarningInfo(code=warning.code, message=warning.message)
            for warning in (*facts.table.warnings, *facts.warnings, *idle)
        ],
    )


def verdict_on(facts: CurationFacts, policy: Policy, name: str) -> ModelVerdict:
    """Return the verdict on one model of the catalogue.

    Raises:
        PlanError: The catalogue has shrunk and the policy does not allow that.
    """
    return next(verdict for verdict in make_plan(facts, policy).verdicts if verdict.name == name)


def _refuse_shrunk(facts: CurationFacts, policy: Policy) -> None:
    """Refuse a catalogue that may be half of one: a plan would read its gaps as removals."""
    shrunk = next((warning for warning in facts.table.warnings if warning.code == CATALOGUE_SHRUNK), None)
    if shrunk is not None and not policy.limits.shrunk_catalogue:
        raise PlanError(
            f"The catalogue has shrunk: {shrunk.message}",
            hint="If it is right, `sync CATEGORY --accept` makes it the good copy, or limits.shrunk_catalogue = true.",
        )


def _model_facts(facts: CurationFacts, policy: Policy, protections: Mapping[str, Protections]) -> list[ModelFacts]:
    """Return the facts of every model, in the order of removal."""
    rows = facts.table.rows.with_columns(
        rank=pl.col("usage_month").rank("min", descending=True).cast(pl.Int64),
    )
    listed = [None if (found := facts.listings.get(name)) is None else found.since for name in rows["name"]]
    dated = rows.with_columns(listed_since=pl.Series(listed, dtype=pl.Float64))
    ordered = page(dated, RiskQuery(sort=BY_REMOVAL), facts.table.category)
    kinds = standings(rows, facts.table.category, facts.table.aliases.family_names)
    now = facts.table.data_as_of.stats_fetched_at
    return [
        ModelFacts(
            row=row,
            rank=row["rank"],
            listing=facts.listings.get(row["name"]),
            age_days=age_in_days(facts.listings.get(row["name"]), now),
            styles=None if facts.styles is None else facts.styles.naming(row["name"]),
            standing=kinds[row["name"]],
            past=None if facts.past is None else facts.past.get(row["name"]),
            history_away=facts.history_away,
            policy=policy,
            protections=protections.get(row["name"], {}),
        )
        for row in while_wanted(ordered.iter_rows(named=True))
    ]


Protections = dict[str, list[str]]
"""Why a model is protected, by key of the policy's section: ``names`` or ``globs``."""


def _protections(matches: Matches) -> dict[str, Protections]:
    """Return why models are protected by name or pattern: so many reasons of each, for one is enough."""
    told: dict[str, Protections] = {}
    for kind, found in matches.items():
        for entry, names in found:
            for name in names:
                reasons = told.setdefault(name, {}).setdefault(kind, [])
                if len(reasons) < MOST_PROTECTIONS_TOLD:
                    reasons.append(entry.sentence())
    return told


def _whole(facts: CurationFacts) -> Whole:
    return Whole(facts.table.model_count, facts.table.context.category_month)


def _within_limits(
    facts: CurationFacts, models: Sequence[ModelFacts], reasons: dict[str, list[ReasonInfo]], policy: Policy
) -> set[str]:
    """Choose the first candidates that fit all limits together; the others are kept, with the limit as their reason."""
    candidates = [(model.name, model.row["usage_month"]) for model in models if not reasons[model.name]]
    removed: set[str] = set()
    for name, limit in filled(candidates, _whole(facts), policy.limits):
        if limit is None:
            removed.add(name)
        else:
            told = f"A limit of the plan is reached: {limit.sentence(policy.limits)}."
            reasons[name].append(LIMIT_REACHED[limit.key].info(told))
    return removed


def _selected(
    facts: CurationFacts,
    models: Sequence[ModelFacts],
    reasons: Mapping[str, list[ReasonInfo]],
    policy: Policy,
    choice: Choice,
) -> set[str]:
    """Check that exactly the selected models may be removed."""
    month = {model.name: model.row["usage_month"] for model in models}
    names = list(dict.fromkeys(choice.selected or ()))
    for name in names:
        if name not in month:
            raise unknown_model(facts.table.category, name, month, facts.table.skipped)
        against = [reason for reason in reasons[name] if reason.verdict.needs_reason]
        if against and not choice.says_why(name):
            said = " ".join(reason.sentence for reason in against)
            raise PlanError(
                f"{quoted(name)} is {against[0].verdict.value}: {visible(said)}",
                hint="A reason removes it all the same: --override NAME=REASON, --remove NAME=CODE[:DETAIL], "
                "`remove` or `overrides` in a request's body.",
            )
    for name, limit in filled([(name, month[name]) for name in names], _whole(facts), policy.limits):
        if limit is not None:
            raise PlanError(
                f"With {quoted(name)} the selection exceeds a limit: {limit.sentence(policy.limits)}.",
                hint="Select less, or change the policy.",
            )
    return set(choice.selected or ())


def _verdict(
    model: ModelFacts, reasons: list[ReasonInfo], removed: set[str], choice: Choice, facts: CurationFacts
) -> ModelVerdict:
    row, name = model.row, model.name
    if name in removed:
        verdict = Verdict.REMOVE
        reasons = [*reasons, (SELECTED if choice.selected else CANDIDATE).info(_why_removed(model))]
    elif reasons:
        verdict = next(found for found in Verdict if any(reason.verdict is found for reason in reasons))
    else:
        verdict = Verdict.KEEP
        reasons = [NOT_SELECTED.info("It is a candidate, but was not selected.")]
    replacements = model.standing.replacements
    return ModelVerdict(
        name=name,
        verdict=verdict,
        reasons=reasons,
        risk_level=row["risk_level"],
        usage_month=row["usage_month"],
        usage_total=row["usage_total"],
        possible_usage_month=row["possible_usage_month"],
        worker_count=row["worker_count"],
        queued_jobs=row["queued_jobs"],
        size_gb=row["size_gb"],
        parameters=row["parameters"],
        age_days=model.age_days,
        removed_before=removal_day(model.listing),
        styles=None if model.styles is None else list(model.styles),
        kind=model.standing.kind,
        replacements=None
        if replacements is None
        else [
            ReplacementInfo(name=found.name, usage_month=found.usage_month, reason=found.reason)
            for found in replacements
        ],
        links=link_infos(facts.catalogue.records[name], facts.table.category) if name in removed else [],
        override=(choice.overrides or {}).get(name) if verdict is Verdict.REMOVE else None,
        because=choice.because.get(name) if verdict is Verdict.REMOVE else None,
    )


def _why_removed(model: ModelFacts) -> str:
    row = model.row
    used, workers = use(row["usage_month"], row["usage_total"]), counted(row["worker_count"], "worker thread")
    possible = row["possible_usage_month"]
    perhaps = f"; perhaps {counted(possible, 'more request')} in 30 days, under names of no model" if possible else ""
    now = f"Risk level {row['risk_level']}; {used}{perhaps}; {workers}."
    removed = removal_day(model.listing)
    returned = f" It returned after removal on {removed}." if removed is not None else ""
    return now + removal_evidence(model.past, _used_ever(row)) + returned


def _used_ever(row: Mapping[str, Any]) -> int | None:
    """Return the most that any counter tells, since the total trails the others; None where they are unknown."""
    return max(row["usage_day"], row["usage_month"], row["usage_total"]) if row["usage_known"] else None
