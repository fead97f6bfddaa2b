"""The judgement of all models by a policy, in columns: which reasons hold, and the verdict that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.catalogue.manager import CATALOGUE_SHRUNK
from horde_model_reference.curation.budget import Whole, filled
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.policy import Matches, Policy
from horde_model_reference.curation.reason import Reason
from horde_model_reference.curation.reasons import LIMIT_REACHED, PLACES, REASONS, candidate
from horde_model_reference.errors import PlanError
from horde_model_reference.polars_queries import is_one_of
from horde_model_reference.thread_pool import while_wanted

_PLACE = pl.UInt8
"""The type of a reason's place in ``REASONS``."""


@dataclass(frozen=True)
class Judgement:
    """The models of a plan, with the reasons that the policy gives, before any model is chosen.

    Attributes:
        models: ``CurationFacts.models`` with the column ``reasons``: the places in ``REASONS`` of those that hold.
        matches: The entries of the policy that protect models by name or pattern.
    """

    models: pl.DataFrame
    matches: Matches

    def candidates(self) -> pl.DataFrame:
        """Return ``name`` and ``usage_month`` of the models that no reason speaks for, in the order of removal."""
        return self.models.filter(pl.col("reasons").list.len() == 0).select("name", "usage_month")


def judge(facts: CurationFacts, policy: Policy) -> Judgement:
    """Return the reasons that a policy gives every model.

    Raises:
        PlanError: The catalogue has shrunk and the policy does not allow that.
    """
    _refuse_shrunk(facts, policy)
    matches = policy.matches(facts.table.rows["name"].to_list(), facts.made_on)
    protected = {
        f"protected_by_{kind}": is_one_of(pl.col("name"), (name for _, names in found for name in names))
        for kind, found in matches.items()
    }
    holding = [
        pl.when(reason.when(policy)).then(pl.lit(at, _PLACE))
        for reason, at in PLACES.items()
        if reason.when is not None
    ]
    models = facts.models.with_columns(**protected)
    return Judgement(models.with_columns(reasons=pl.concat_list(holding).list.drop_nulls()), matches)


def _refuse_shrunk(facts: CurationFacts, policy: Policy) -> None:
    """Refuse a catalogue that may be half of one: a plan would read its gaps as removals."""
    shrunk = next((warning for warning in facts.table.warnings if warning.code == CATALOGUE_SHRUNK), None)
    if shrunk is not None and not policy.limits.shrunk_catalogue:
        raise PlanError(
            f"The catalogue has shrunk: {shrunk.message}",
            hint="If it is right, `sync CATEGORY --accept` makes it the good copy, or limits.shrunk_catalogue = true.",
        )


def whole_of(facts: CurationFacts) -> Whole:
    """Return the category that the limits of a plan are shares of."""
    return Whole(facts.table.model_count, facts.table.context.category_month)


def own_choice(judgement: Judgement, whole: Whole, policy: Policy) -> pl.DataFrame:
    """Return the models with all reasons: the first candidates that fit all limits go; a limit keeps the others."""
    found = filled(while_wanted(judgement.candidates().iter_rows()), whole, policy.limits)
    return with_choice(
        judgement, {name: candidate if limit is None else LIMIT_REACHED[limit.key] for name, limit in found}
    )


def with_choice(judgement: Judgement, chosen: Mapping[str, Reason]) -> pl.DataFrame:
    """Return the models with the reasons that follow from a choice after their others; at most one for each model."""
    names = pl.Series("name", list(chosen), pl.String)
    places = pl.Series("chosen", [PLACES[reason] for reason in chosen.values()], _PLACE)
    models = judgement.models.join(pl.DataFrame([names, places]), on="name", how="left", maintain_order="left")
    return models.with_columns(reasons=pl.concat_list("reasons", "chosen").list.drop_nulls()).drop("chosen")


def verdict_of(reasons: list[int]) -> Verdict:
    """Return the verdict that reasons, as places in ``REASONS``, lead to: of the choice, else of the strongest."""
    chosen = REASONS[reasons[-1]].verdict
    return chosen if chosen is Verdict.REMOVE else REASONS[reasons[0]].verdict


_VERDICT_OF = {at: reason.verdict.value for at, reason in enumerate(REASONS)}
_CODES = list(dict.fromkeys(reason.code for reason in REASONS))
_CODE_OF = {at: _CODES.index(reason.code) for at, reason in enumerate(REASONS)}


def verdict_columns(facts: CurationFacts, policy: Policy) -> pl.DataFrame:
    """Return ``name``, ``verdict`` and ``verdict_reasons`` (codes, each once) of the policy's own choice.

    Raises:
        PlanError: See :func:`judge`.
    """
    models = own_choice(judge(facts, policy), whole_of(facts), policy)
    codes = pl.col("reasons").list.eval(pl.element().replace_strict(_CODE_OF, return_dtype=_PLACE))
    named = pl.element().replace_strict(dict(enumerate(_CODES)), return_dtype=pl.String)
    return models.select(
        "name",
        # What is removed by the policy's own choice has no other reason.
        verdict=pl.col("reasons").list.first().replace_strict(_VERDICT_OF, return_dtype=pl.String),
        verdict_reasons=codes.list.unique(maintain_order=True).list.eval(named),
    )
