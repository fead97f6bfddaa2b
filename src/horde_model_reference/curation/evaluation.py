"""The evaluation of all models by a policy, in columns: which reasons hold, and the verdict that follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.catalogue.manager import CATALOGUE_SHRUNK
from horde_model_reference.curation.budget import Whole, filled
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.policy import Matches, Policy
from horde_model_reference.curation.reason import Reason
from horde_model_reference.curation.reasons import LIMIT_REACHED, REASONS, candidate
from horde_model_reference.errors import PlanError
from horde_model_reference.polars_queries import is_one_of

BITS: Mapping[Reason, int] = {reason: 1 << place for place, reason in enumerate(REASONS)}
"""The bit of each reason in the masks by which frames hold those of a model."""
_MASK = pl.UInt64


@dataclass(frozen=True)
class Evaluation:
    """The models of a plan, with the reasons that the policy gives, before any model is chosen.

    Attributes:
        models: ``CurationFacts.models`` with the column ``reasons``: a mask of those that hold, see ``BITS``.
        matches: The entries of the policy that protect models by name or pattern.
    """

    models: pl.DataFrame
    matches: Matches

    def candidates(self) -> pl.DataFrame:
        """Return ``name`` and ``usage_month`` of the models that no reason speaks for, in the order of removal."""
        return self.models.filter(pl.col("reasons") == 0).select("name", "usage_month")


def evaluate(facts: CurationFacts, policy: Policy) -> Evaluation:
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
        pl.when(reason.when(policy)).then(pl.lit(bit, _MASK)).otherwise(pl.lit(0, _MASK))
        for reason, bit in BITS.items()
        if reason.when is not None
    ]
    models = facts.models.with_columns(**protected)
    return Evaluation(models.with_columns(reasons=pl.sum_horizontal(holding)), matches)


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


def own_choice(evaluation: Evaluation, whole: Whole, policy: Policy) -> pl.DataFrame:
    """Return the models with all reasons: the first candidates that fit all limits go; a limit keeps the others."""
    found = filled(evaluation.candidates().iter_rows(), whole, policy.limits)
    return with_choice(
        evaluation, {name: candidate if limit is None else LIMIT_REACHED[limit.key] for name, limit in found}
    )


def with_choice(evaluation: Evaluation, chosen: Mapping[str, Reason]) -> pl.DataFrame:
    """Return the models with the reasons that follow from a choice after their others; at most one for each model."""
    names = pl.Series("name", list(chosen), pl.String)
    bits = pl.Series("chosen", [BITS[reason] for reason in chosen.values()], _MASK)
    models = evaluation.models.join(pl.DataFrame([names, bits]), on="name", how="left", maintain_order="left")
    return models.with_columns(reasons=pl.col("reasons") | pl.col("chosen").fill_null(0)).drop("chosen")


def reasons_in(mask: int) -> list[Reason]:
    """Return the reasons of a model, in the order of ``REASONS``."""
    return [reason for reason, bit in BITS.items() if mask & bit]


def verdict_of(reasons: Sequence[Reason]) -> Verdict:
    """Return the verdict that all reasons of a model lead to: of the choice, else of the strongest."""
    chosen = reasons[-1].verdict
    return chosen if chosen is Verdict.REMOVE else reasons[0].verdict


def verdict_columns(facts: CurationFacts, policy: Policy) -> pl.DataFrame:
    """Return ``name``, ``verdict`` and ``verdict_reasons`` (codes, each once) of the policy's own choice.

    Raises:
        PlanError: See :func:`evaluate`.
    """
    models = own_choice(evaluate(facts, policy), whole_of(facts), policy)
    return with_verdicts(models).select("name", "verdict", "verdict_reasons")


def with_verdicts(models: pl.DataFrame) -> pl.DataFrame:
    """Return models with the columns ``verdict`` and ``verdict_reasons``, which follow from all their ``reasons``."""
    masks = models["reasons"].unique()
    held = [reasons_in(mask) for mask in masks]
    verdicts = pl.DataFrame(
        {
            "reasons": masks,
            "verdict": [verdict_of(reasons).value for reasons in held],
            "verdict_reasons": [list(dict.fromkeys(reason.code for reason in reasons)) for reasons in held],
        },
        schema_overrides={"verdict": pl.String, "verdict_reasons": pl.List(pl.String)},
    )
    others = models.drop("verdict", "verdict_reasons", strict=False)
    return others.join(verdicts, on="reasons", how="left", maintain_order="left")
