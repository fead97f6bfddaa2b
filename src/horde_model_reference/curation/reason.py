"""A reason for or against the removal of a model, declared once, with the function that yields its sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.curation.plan import ReasonInfo, Verdict

Sentences = Callable[[ModelFacts], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a verdict.

    Attributes:
        code: Its name in ``plan.json``; reasons that differ in their key alone share it.
        verdict: The verdict that it speaks for.
        key: The one key of the policy that it follows from; empty where it always holds.
        meaning: One sentence for the documentation.
        sentences: Returns a model's sentences, none where the reason does not hold. Reasons that follow from the
            choice of models have none.
    """

    code: str
    verdict: Verdict
    key: str
    meaning: str
    sentences: Sentences = lambda _: ()

    def info(self, sentence: str) -> ReasonInfo:
        """Return the reason as a plan gives it."""
        return ReasonInfo(verdict=self.verdict, code=self.code, key=self.key or None, sentence=sentence)


def reason(verdict: Verdict, key: str, code: str = "") -> Callable[[Sentences], Reason]:
    """Make a reason of the function that yields its sentences: its docstring is the meaning.

    Args:
        verdict: The verdict that it speaks for.
        key: The key of the policy that it follows from.
        code: Its code; the name of the function by default.
    """
    return lambda sentences: Reason(code or sentences.__name__, verdict, key, sentences.__doc__ or "", sentences)
