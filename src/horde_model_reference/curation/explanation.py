"""One model with its evidence and its verdict under a policy."""

from __future__ import annotations

from pydantic import Field
from rich.console import Group, RenderableType
from rich.text import Text

from horde_model_reference.analytics.detail_schema import ModelDeletionRiskDetail
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.plan import ModelVerdict, ReasonInfo, ReplacementInfo
from horde_model_reference.curation.policy import Policy
from horde_model_reference.escaping import visible
from horde_model_reference.reports import words
from horde_model_reference.reports.fitted_table import FittedColumn, FittedTable


class ModelExplanation(ModelDeletionRiskDetail):
    """The detail of a model, with the verdict of a plan under a policy."""

    verdict: Verdict | None = Field(description="Null while the catalogue has shrunk: plans are refused then.")
    # With sentences, where a row has the codes alone.
    verdict_reasons: list[ReasonInfo] = Field(  # type: ignore[assignment]
        description="All reasons, the strongest first."
    )
    age_days: int | None = Field(description="Days in the catalogue when the statistics were fetched; null if unknown.")
    kind: str | None = Field(description="What it is; null where its record does not say.")
    replacements: list[ReplacementInfo] | None = Field(description="Best first; null if unknown.")
    policy_hash: str = Field(description="Of the policy that the verdict follows from.")


def explained(detail: ModelDeletionRiskDetail, verdict: ModelVerdict | None, policy: Policy) -> ModelExplanation:
    """Return a model's detail with its verdict, if there is one."""
    known = {} if verdict is None else dict(verdict)
    of_verdict = {
        "verdict": known.get("verdict"),
        "verdict_reasons": known.get("reasons", []),
        "age_days": known.get("age_days"),
        "kind": known.get("kind"),
        "replacements": known.get("replacements"),
        "policy_hash": policy.digest(),
    }
    return ModelExplanation(**dict(detail) | of_verdict)


REASONS = (
    FittedColumn("Speaks for"),
    FittedColumn("Reason", least=20),
    FittedColumn("Key of the policy", least=12),
)


def verdict_report(verdict: ModelVerdict, policy: str) -> RenderableType:
    """Return a verdict with its reasons for the terminal.

    Args:
        verdict: The verdict.
        policy: The name of the policy that it follows from.
    """
    table = FittedTable(REASONS, dropped=("Key of the policy",), title=f"By {visible(policy)}: {verdict.verdict.value}")
    for reason in verdict.reasons:
        table.add_row(Text(reason.verdict.value), Text(visible(reason.sentence)), Text(reason.key or ""))
    facts = f"Kind: {visible(verdict.kind or words.UNKNOWN)}; listed for {words.counted(verdict.age_days, 'day')}."
    return Group(table, Text(facts), Text(f"Could be replaced by: {_replacements(verdict)}."))


def _replacements(verdict: ModelVerdict) -> str:
    if verdict.replacements is None:
        return words.UNKNOWN
    found = (f"{found.name} ({found.usage_month:,}, {found.reason})" for found in verdict.replacements)
    return visible(", ".join(found)) or "nothing"
