"""The page of a comparison: the models whose verdicts differ between an earlier plan and the present one."""

from __future__ import annotations

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.plan_diff import compare
from horde_model_reference.curation.plan_files import parse_plan
from horde_model_reference.curation.planning import make_plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.dashboard.plan_view import PlanView
from horde_model_reference.dashboard.policy_form import changed_policy
from horde_model_reference.dashboard.rendering import render
from horde_model_reference.dashboard.shell import Section, shell_of
from horde_model_reference.errors import PlanError

MOST_CHANGES = 500
"""Changes that are listed at most."""


def comparison_page(table: RiskTable, facts: CurationFacts, own_policy: Policy, view: PlanView, content: bytes) -> str:
    """Return the page of the comparison of an uploaded plan with that of a view; nothing of it is stored.

    Args:
        table: The ungrouped table of the category, with verdicts.
        facts: The inputs of a plan.
        own_policy: The service's policy.
        view: The view whose plan is the later one.
        content: The earlier ``plan.json``.

    Raises:
        PlanError: The content is no plan, or one of another category; or the selection of the view is refused.
        PolicyError: A changed key of the policy has no sense.
    """
    earlier = _of_category(parse_plan(content, "plan.json"), table)
    later = make_plan(facts, changed_policy(own_policy, view.policy or {}), view.choice())
    changes = compare(earlier, later)
    return render(
        "comparison.html",
        shell=shell_of(table, Section.PLAN),
        category=table.category,
        earlier=earlier,
        later=later,
        changes=changes[:MOST_CHANGES],
        left_out=max(0, len(changes) - MOST_CHANGES),
        verdicts={verdict.value: verdict for verdict in Verdict},
        back=view.address(table.category),
    )


def _of_category(plan: Plan, table: RiskTable) -> Plan:
    if plan.category is not table.category:
        raise PlanError(f"This is a plan of {plan.category.value}.", hint="Compare it on the page of that category.")
    return plan
