"""The verdicts of a policy on the models that a change removes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.verdict_builder import verdicts_on
from horde_model_reference.engine import Engine
from horde_model_reference.errors import CatalogueError, HordeAPIError, PlanError
from horde_model_reference.review.change import Change
from horde_model_reference.review.facts import Removals
from horde_model_reference.thread_pool import run_in_thread

NOT_ASKED = "the Horde was not asked."
"""Why nothing is known of removed models in a review without the network."""


async def removals_with_verdicts(
    engine: Engine, change: Change, policy: Policy, location: str, listings: Mapping[str, Listing]
) -> Removals:
    """Return the verdicts on removed models, in the catalogue before the change; unknown where the Horde fails.

    Args:
        engine: Asks the Horde.
        change: The change.
        policy: The policy.
        location: The path of the catalogue before the change.
        listings: Since when its models are listed, where the record and its dates do not tell.
    """
    if not change.removed:
        return Removals()
    try:
        facts = await engine.facts_of(change.base.catalogue, location)
        facts = replace(facts, listings={**listings, **facts.listings})
        verdicts = await run_in_thread(verdicts_on, facts, policy, [record.name for record in change.removed])
    except (HordeAPIError, CatalogueError, PlanError) as error:
        return Removals(unknown=error.message)
    as_of = facts.table.data_as_of.stats_fetched_at
    return Removals({verdict.name: verdict for verdict in verdicts}, as_of=as_of)
