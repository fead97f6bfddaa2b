"""The keys of the policy that hold models back, and the models that each would release."""

from __future__ import annotations

from collections import Counter

import polars as pl

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.budget import LIMITS, Whole, fitting
from horde_model_reference.curation.evaluation import reasons_in, verdict_of
from horde_model_reference.curation.plan import HeldBack
from horde_model_reference.curation.policy import Limits

_LIMIT_KEYS = frozenset(limit.key for limit in LIMITS)


def held_back(models: pl.DataFrame, whole: Whole, limits: Limits) -> list[HeldBack]:
    """Return the keys that hold models back, those that would release most models first.

    Without a key, the reasons that follow from it fall away; all other reasons, and all other limits, stay.

    Args:
        models: ``name``, ``usage_month`` and ``reasons`` of all models under the policy's own choice, in the order of
            removal; see :class:`~horde_model_reference.curation.evaluation.Evaluation`.
        whole: Their category.
        limits: The limits of the policy.
    """
    numbers: dict[int, int] = dict(models["reasons"].value_counts().iter_rows())
    against = {mask: _keys_against(mask) for mask in numbers}
    held = Counter({key: 0 for keys in against.values() for key in keys if key is not None})
    alone = Counter[str | None]()
    for mask, keys in against.items():
        held.update({key: numbers[mask] for key in keys if key is not None})
        alone.update({key: numbers[mask] for key in keys if len(keys) == 1})
    going = {mask for mask in numbers if verdict_of(reasons_in(mask)) is Verdict.REMOVE}

    def released(key: str) -> list[str]:
        near = [mask for mask, keys in against.items() if keys - _LIMIT_KEYS <= {key}]
        candidates = models.filter(pl.col("reasons").is_in(near))
        gone = set(candidates.filter(pl.col("reasons").is_in(going))["name"])
        fits = fitting(candidates.select("name", "usage_month").iter_rows(), whole, limits, without=key)
        return [name for name in fits if name not in gone]

    found = [HeldBack(key=key, models=number, alone=alone[key], releases=released(key)) for key, number in held.items()]
    return sorted(found, key=lambda held: (-len(held.releases), -held.models, held.key))


def _keys_against(mask: int) -> frozenset[str | None]:
    """Return the keys of the reasons against a removal; None stands for reasons that follow from no key."""
    return frozenset(reason.key or None for reason in reasons_in(mask) if reason.verdict is not Verdict.REMOVE)
