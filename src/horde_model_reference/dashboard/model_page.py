"""The model page: the verdict with its evidence, dependents, replacements, and the record itself."""

from __future__ import annotations

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_schema import ModelDeletionRiskDetail
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.categories import has_styles
from horde_model_reference.curation.plan import ModelVerdict
from horde_model_reference.dashboard.over_time import past
from horde_model_reference.dashboard.rendering import render
from horde_model_reference.errors import PlanError
from horde_model_reference.history.history_schema import ModelHistoryResponse

STRENGTH = tuple(RiskLevel)


def model_page(
    detail: ModelDeletionRiskDetail,
    record: ModelRecord,
    verdict: ModelVerdict | PlanError,
    history: ModelHistoryResponse | str,
) -> str:
    """Return the page of a model.

    Args:
        detail: Its row and evidence.
        record: Its record.
        verdict: Its verdict under the service's policy; else why plans are refused.
        history: Its past; else why that is not known.
    """
    return render(
        "model.html",
        category=detail.category,
        detail=detail,
        evidence=sorted(detail.evidence, key=lambda entry: -STRENGTH.index(entry.severity)),
        record=record,
        verdict=verdict if isinstance(verdict, ModelVerdict) else None,
        refusal=verdict if isinstance(verdict, PlanError) else None,
        styles=has_styles(detail.category),
        **past(history),
    )
