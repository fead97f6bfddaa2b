"""The limits of a plan, and how many candidates fit them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from horde_model_reference.curation.policy import Limits


@dataclass(frozen=True, slots=True)
class Whole:
    """The category that limits are shares of.

    Attributes:
        models: Its models.
        usage_month: Its attributed requests in 30 days; None where they are unknown.
    """

    models: int
    usage_month: int | None


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of the policy.

    Attributes:
        key: Its key.
        words: The format of its value for people.
        used: Returns the value that a number of models with a sum of month usage takes of a category.
        for_all: Once a candidate would exceed it, so would each that follows.
    """

    key: str
    words: str
    used: Callable[[Whole, int, int], float]
    for_all: bool = True

    def allowed(self, limits: Limits) -> float:
        """Return the value that a policy allows."""
        allowed: float = getattr(limits, self.key.partition(".")[2])
        return allowed

    def sentence(self, limits: Limits) -> str:
        """Return the limit with its value."""
        return f"{self.key} is {self.words.format(self.allowed(limits))}"


LIMITS: tuple[Limit, ...] = (
    Limit("limits.max_models", "{:d}", lambda _, models, __: models),
    Limit("limits.max_share_of_models", "{:g} percent", lambda whole, models, _: 100 * models / whole.models),
    Limit(
        "limits.max_share_of_month_usage",
        "{:g} percent",
        lambda whole, _, usage: 100 * usage / whole.usage_month if whole.usage_month else 0.0,
        for_all=False,
    ),
)
"""The limits, in the order in which they are checked."""


def filled(
    candidates: Iterable[tuple[str, int | None]], whole: Whole, limits: Limits, without: str = ""
) -> Iterator[tuple[str, Limit | None]]:
    """Yield each candidate with the limit that it would exceed; None where it fits, and then it is counted in.

    Args:
        candidates: The names and month usages, in the order of removal.
        whole: Their category.
        limits: The limits of the policy.
        without: The key of a limit to leave out.
    """
    models = usage = 0
    checked = [(limit, limit.allowed(limits)) for limit in LIMITS if limit.key != without]
    waiting = iter(candidates)
    for name, month in waiting:
        more = usage + (month or 0)
        reached = next((limit for limit, allowed in checked if limit.used(whole, models + 1, more) > allowed), None)
        if reached is None:
            models, usage = models + 1, more
        yield name, reached
        if reached is not None and reached.for_all:
            yield from ((left, reached) for left, _ in waiting)


def fitting(
    candidates: Iterable[tuple[str, int | None]], whole: Whole, limits: Limits, without: str = ""
) -> Iterator[str]:
    """Yield the candidates that fit the limits, up to the last that can; arguments as for :func:`filled`."""
    for name, reached in filled(candidates, whole, limits, without):
        if reached is None:
            yield name
        elif reached.for_all:
            return
