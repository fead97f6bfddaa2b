"""The keys of the policy that hold models back, and the models that each would release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.budget import LIMITS, Whole, filled
from horde_model_reference.curation.plan import HeldBack, ModelVerdict
from horde_model_reference.curation.policy import Limits
from horde_model_reference.thread_pool import while_wanted

_LIMIT_KEYS = frozenset(limit.key for limit in LIMITS)


def held_back(verdicts: Sequence[ModelVerdict], whole: Whole, limits: Limits) -> list[HeldBack]:
    """Return the keys that hold models back, those that would release most models first.

    Without a key, the reasons that follow from it fall away; all other reasons, and all other limits, stay.

    Args:
        verdicts: The verdicts of the policy's own choice, in the order of removal.
        whole: Their category.
        limits: The limits of the policy.
    """
    against = [_keys_against(verdict) for verdict in while_wanted(verdicts)]
    models = Counter(key for keys in against for key in keys if key is not None)
    alone = Counter(key for keys in against if len(keys) == 1 for key in keys)
    near = [
        (verdict, others)
        for verdict, keys in zip(verdicts, against, strict=True)
        if len(others := keys - _LIMIT_KEYS) <= 1
    ]

    def released(key: str) -> list[str]:
        candidates = ((verdict.name, verdict.usage_month) for verdict, others in near if others <= {key})
        fitting = {name for name, reached in filled(candidates, whole, limits, without=key) if reached is None}
        return [found.name for found, _ in near if found.name in fitting and found.verdict is not Verdict.REMOVE]

    found = [
        HeldBack(key=key, models=number, alone=alone[key], releases=released(key)) for key, number in models.items()
    ]
    return sorted(found, key=lambda held: (-len(held.releases), -held.models, held.key))


def _keys_against(verdict: ModelVerdict) -> frozenset[str | None]:
    """Return the keys of the reasons against a removal; None stands for reasons that follow from no key."""
    return frozenset(reason.key for reason in verdict.reasons if reason.verdict is not Verdict.REMOVE)
