"""A risk table with the verdicts of a policy in its rows."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.judging import verdict_columns
from horde_model_reference.curation.policy import Policy
from horde_model_reference.errors import PlanError


def judged_key(facts: CurationFacts, policy: Policy) -> str:
    """Return the key of the table that :func:`judged_table` makes: all that its verdicts follow from."""
    columns = io.BytesIO()
    facts.added.write_ipc(columns)
    parts = (facts.table.key.encode(), policy.digest().encode(), columns.getbuffer())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def judged_table(facts: CurationFacts, policy: Policy, key: str) -> RiskTable:
    """Return the table of facts with the verdicts of a policy's own choice.

    Where the catalogue has shrunk and the policy does not allow that, all verdicts stay null.

    Args:
        facts: The inputs of a plan.
        policy: The policy.
        key: The key of the table.
    """
    try:
        verdicts = verdict_columns(facts, policy)
    except PlanError:
        return facts.table
    rows = facts.table.rows.drop("verdict", "verdict_reasons")
    judged = rows.join(verdicts, on="name", how="left", maintain_order="left")
    return replace(facts.table, rows=judged.select(facts.table.rows.columns), key=key)
