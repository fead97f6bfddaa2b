"""What plans are made from, told in as few words as a test needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.catalogue.sources import SourceCopy
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.curation_facts import PAST_COLUMNS, CurationFacts
from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.curation.plan import ModelVerdict, Plan, ReasonInfo
from horde_model_reference.curation.planning import Choice, make_plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.reason import Reason
from horde_model_reference.curation.rechecking import Decision
from horde_model_reference.curation.styles import Styles
from horde_model_reference.engine import TableAtTime
from horde_model_reference.marks.because import Because
from tests.support.builders import FETCHED, IMAGE, catalogue_of, observation_of, stats_of, status_of, table_of

CROWD = {f"popular {at:02}": 100_000 + at for at in range(30)}
"""Models that are used a lot, of the same kind as the others: most used last."""
SUBJECT = "the subject"
COLUMNS: Mapping[str, type[pl.DataType]] = {
    "usage_month": pl.Int64,
    "possible_usage_month": pl.Int64,
    **{f"past_{figure}": dtype for figure, dtype in PAST_COLUMNS.items()},
}
"""Columns that may be null."""
NO_STYLES = Styles({}, {})
UNLIMITED = {"limits": {"max_models": 1000, "max_share_of_models": 100, "max_share_of_month_usage": 100}}


def facts_of(
    figures: Mapping[str, int],
    *,
    records: Mapping[str, Mapping[str, Any]] | None = None,
    threads: Mapping[str, int] | None = None,
    jobs: Mapping[str, int] | None = None,
    days: Mapping[str, float | None] | None = None,
    styles: Styles | None = NO_STYLES,
    category: MODEL_REFERENCE_CATEGORY = IMAGE,
    stats: Any = None,
    status: Any = None,
) -> CurationFacts:
    """Facts of models with these uses in a month; without more they are alike, a year old, and nobody serves them."""
    plain = {"style": "generalist"} if category is IMAGE else {"parameters": 7_000_000_000}
    catalogue = catalogue_of({name: plain | dict((records or {}).get(name, {})) for name in figures}, category)
    if status is None:
        status = status_of({"served elsewhere": 1} | dict(threads or {}), jobs)
    observation = observation_of(stats_of(figures) if stats is None else stats, status, category)
    ages = dict.fromkeys(figures, 365.0) | dict(days or {})
    return CurationFacts(
        table=table_of(catalogue, observation),
        catalogue=catalogue,
        location="catalogue.json",
        catalogue_file="catalogue.json",
        styles=styles,
        listings={name: Listing(FETCHED.timestamp() - age * 86400) for name, age in ages.items() if age is not None},
    )


def policy_of(*parts: Mapping[str, Mapping[str, Any]]) -> Policy:
    """A policy with these keys, later ones winning; the others at their defaults."""
    sections: dict[str, dict[str, Any]] = {}
    for part in parts:
        for section, keys in part.items():
            sections[section] = sections.get(section, {}) | dict(keys)
    return Policy.model_validate(sections)


def plan_of(
    facts: CurationFacts,
    *parts: Mapping[str, Mapping[str, Any]],
    select: Iterable[str] | None = None,
    overrides: Mapping[str, str] | None = None,
    because: Mapping[str, Because] | None = None,
) -> Plan:
    """The plan under a policy with these keys."""
    choice = Choice(None if select is None else tuple(select), overrides, because or {})
    return make_plan(facts, policy_of(*parts), choice)


def given(reasons: Iterable[Reason], row: Mapping[str, Any], policy: Policy) -> list[ReasonInfo]:
    """Those of these reasons that hold for a model with these columns, with their sentences."""
    frame = pl.DataFrame([row], schema_overrides={name: dtype for name, dtype in COLUMNS.items() if name in row})
    facts = ModelFacts(row, None, policy, {})
    return [
        reason.info(sentence)
        for reason in reasons
        if reason.when is not None and frame.select(reason.when(policy)).item()
        for sentence in reason.sentences(facts)
    ]


def verdicts_of(plan: Plan) -> dict[str, ModelVerdict]:
    """The verdicts by name."""
    return {verdict.name: verdict for verdict in plan.verdicts}


def codes_of(verdict: ModelVerdict) -> list[str]:
    """The codes of a verdict's reasons."""
    return [reason.code for reason in verdict.reasons]


def removed_from(plan: Plan) -> list[str]:
    """The names of the models that a plan removes."""
    return [verdict.name for verdict in plan.removed]


def all_of(plan: Plan) -> Decision:
    """The decision to remove all that a plan removes."""
    removed = tuple(removed_from(plan))
    return Decision(plan, removed, (), frozenset(verdict.name for verdict in plan.verdicts) - set(removed))


def made_of(table: RiskTable, fetched: float) -> TableAtTime:
    """A table as the engine makes it, with the inputs of plans."""
    facts = CurationFacts(
        table=table,
        catalogue=catalogue_of(table.rows["name"].to_list(), table.category),
        location="catalogue.json",
        catalogue_file="catalogue.json",
        styles=NO_STYLES,
        listings={},
    )
    return TableAtTime(table, fetched, facts, SourceCopy(b"", None))
