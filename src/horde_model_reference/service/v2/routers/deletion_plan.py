"""The deletion plan: computed from the request; nothing is written."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.planning import Choice, make_plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.policy_files import REPLACED_KEYS
from horde_model_reference.engine import TableAtTime
from horde_model_reference.marks.because import Because
from horde_model_reference.reports.json_report import to_json
from horde_model_reference.service import problems
from horde_model_reference.service.dependencies import Reader
from horde_model_reference.service.parameters import RiskCategory

router = APIRouter(tags=["v2", "deletion-plan"], responses=problems.responses(400, 404, 409, 413, 422, 500, 502))

Text = Annotated[str, Field(max_length=10_000)]
"""Text with a bound, which pydantic also checks to be valid Unicode."""


def _without_replaced_keys(policy: object) -> object:
    """Refuse a key of an earlier version with the hint which key replaced it."""
    for key, hint in REPLACED_KEYS.items():
        section, _, name = key.partition(".")
        keys = policy.get(section) if isinstance(policy, dict) else None
        if isinstance(keys, dict) and name in keys:
            raise PydanticCustomError("replaced_key", f"{key}: no such key; {hint}")
    return policy


class PlanRequest(BaseModel):
    """The body of a plan request; every field may be left out."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"policy": {"limits": {"max_models": 5}}}]}
    )

    policy: Annotated[Policy | None, BeforeValidator(_without_replaced_keys)] = Field(
        None, description="The policy; keys left out take their defaults. Null: that of the service."
    )
    select: list[Text] | None = Field(
        None, description="Plan exactly these models; null leaves the choice to the policy."
    )
    remove: dict[Text, Because] = Field(
        {}, description="By name: the reasons of curators for the removal of models, which are selected with it."
    )
    overrides: dict[Text, Text] = Field(
        {}, description="By name: why a selected model goes although it is protected or unknown."
    )

    def selected(self) -> tuple[str, ...] | None:
        """Return the models to plan; None leaves the choice to the policy."""
        chosen = self.select is not None or self.remove
        return (*(self.select or ()), *self.remove) if chosen else None


@router.post(
    "/{model_category_name}/deletion-plan",
    operation_id="make_v2_deletion_plan",
    summary="Get a plan of removals",
    response_model=Plan,
)
async def make_deletion_plan(
    reader: Reader,
    model_category_name: RiskCategory,
    wanted: PlanRequest | None = None,
) -> Response:
    """A verdict for every model with all its reasons, and the impact of the removals. Nothing is written."""
    asked = wanted or PlanRequest()
    choice = Choice(asked.selected(), asked.overrides, asked.remove)
    body = await reader.plan(model_category_name, _plan_body, asked.policy or reader.engine.policy, choice)
    return Response(body, media_type="application/json")


def _plan_body(made: TableAtTime, policy: Policy, choice: Choice) -> bytes:
    return to_json(make_plan(made.facts, policy, choice))
