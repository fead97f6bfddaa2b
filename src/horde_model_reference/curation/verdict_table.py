"""A risk table with the verdicts of a policy, and the marks, in its rows."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import polars as pl

from horde_model_reference.analytics.mark_columns import with_marks
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.evaluation import verdict_columns
from horde_model_reference.curation.mark_standings import mark_standings
from horde_model_reference.curation.policy import Policy
from horde_model_reference.errors import PlanError


def verdict_table_key(facts: CurationFacts, policy: Policy) -> str:
    """Return the key of the table that :func:`verdict_table` makes: all that its verdicts and marks follow from."""
    columns = io.BytesIO()
    facts.added.write_ipc(columns)
    naming = [facts.styles and facts.styles.naming(name) for name in facts.own_marks]
    inputs = (facts.table.key, policy.digest(), repr(facts.own_marks), repr(naming))
    parts = (columns.getvalue(), *(part.encode() for part in inputs))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def verdict_table(facts: CurationFacts, policy: Policy, key: str) -> RiskTable:
    """Return the table of facts with the verdicts of a policy's own choice, and with the marks.

    Where the catalogue has shrunk and the policy does not allow that, all verdicts stay null.

    Args:
        facts: The inputs of a plan.
        policy: The policy.
        key: The key of the table.
    """
    marks = {found.mark.name: found.info().deletion_mark for found in mark_standings(facts, policy)}
    rows = with_marks(_with_verdicts(facts, policy), marks)
    return replace(facts.table, rows=rows, key=key)


def _with_verdicts(facts: CurationFacts, policy: Policy) -> pl.DataFrame:
    rows = facts.table.rows
    try:
        verdicts = verdict_columns(facts, policy)
    except PlanError:
        return rows
    with_verdicts = rows.drop("verdict", "verdict_reasons").join(verdicts, on="name", how="left", maintain_order="left")
    return with_verdicts.select(rows.columns)
