"""A client by openapi-python-client; the fields below are attributes of its generated classes."""

from __future__ import annotations

import sys
from http import HTTPStatus

from generated import Client
from generated.api.service import read_heartbeat
from generated.api.v2 import (
    make_v2_deletion_plan,
    read_v2_category_deletion_risk,
    read_v2_category_usage,
    read_v2_model,
    read_v2_model_deletion_risk,
    search_v2_reference,
)
from generated.models import CategoryDeletionRiskResponse, PlanRequest, Problem, UsageCategory

TEXT = UsageCategory.TEXT_GENERATION


def check(holds: bool, sentence: str) -> None:
    """End with an error unless something holds."""
    if not holds:
        sys.exit(f"failed: {sentence}")


def main(address: str) -> None:
    """Ask a served demo."""
    with Client(base_url=address, timeout=60, raise_on_unexpected_status=True) as client:
        heartbeat = read_heartbeat.sync(client=client)
        check(not heartbeat.ai_horde.degraded, "the Horde answers")
        found = read_v2_category_deletion_risk.sync(TEXT, client=client, group_text_models=True, limit=3)
        check(isinstance(found, CategoryDeletionRiskResponse), "rows come back")
        check(len(found.models) == 3 and all(row.members for row in found.models), "three families come back")
        rows = read_v2_category_deletion_risk.sync(TEXT, client=client).models
        name = next(row.name for row in rows if "/" in row.name)
        detail = read_v2_model_deletion_risk.sync(TEXT, name, client=client)
        check(detail.name == name, "a detail is found by a name with a slash")
        searched = search_v2_reference.sync("text_generation", client=client, name_contains=name, limit=1)
        check(searched.total >= 1, "a search finds it")
        usage = read_v2_category_usage.sync(TEXT, client=client, include_workers=True)
        check(usage[name].usage_stats.month == detail.usage_month, "both routes tell the same usage")
        answer = read_v2_model.sync_detailed("text_generation", "no such model", client=client)
        check(answer.status_code == HTTPStatus.NOT_FOUND, "an unknown model is a 404")
        check(isinstance(answer.parsed, Problem) and answer.parsed.code == "model_unknown", "it is a problem")
        body = PlanRequest.from_dict({"policy": {"limits": {"max_models": 1}}})
        plan = make_v2_deletion_plan.sync(UsageCategory.IMAGE_GENERATION, client=client, body=body)
        check(plan.effect.models <= 1, "a plan follows its policy")
        print(f"openapi-python-client: {len(rows)} rows, {len(plan.verdicts)} verdicts, all as documented")


main(sys.argv[1])
