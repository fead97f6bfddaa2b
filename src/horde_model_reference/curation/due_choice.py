"""The choice of the models whose mark is due."""

from __future__ import annotations

import polars as pl

from horde_model_reference.curation.budget import filled
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.evaluation import whole_of
from horde_model_reference.curation.mark_standings import mark_standings
from horde_model_reference.curation.planning import Choice
from horde_model_reference.curation.policy import Policy
from horde_model_reference.errors import PlanError
from horde_model_reference.marks.mark_state import MarkState
from horde_model_reference.polars_queries import is_one_of


def due_choice(facts: CurationFacts, policy: Policy) -> Choice:
    """Return the choice of the models whose mark is due, with the reasons of the marks.

    The first in the order of removal that fit all limits of the policy; the others stay due.

    Raises:
        PlanError: The marks cannot be read.
    """
    if facts.marks is None:
        raise PlanError("Which models are marked is unknown.", hint="`marks` says why the file cannot be read.")
    due = {
        found.mark.name: found.mark.reason for found in mark_standings(facts, policy) if found.state is MarkState.DUE
    }
    models = facts.models.filter(is_one_of(pl.col("name"), due)).select("name", "usage_month")
    fitting = [name for name, limit in filled(models.iter_rows(), whole_of(facts), policy.limits) if limit is None]
    return Choice(tuple(fitting), because={name: due[name] for name in fitting}, due=True)
