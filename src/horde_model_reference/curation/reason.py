"""A reason for or against the removal of a model, declared once: its condition in columns, and its sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.model_facts import ModelFacts
from horde_model_reference.curation.plan import ReasonInfo
from horde_model_reference.curation.policy import Policy

Condition = Callable[[Policy], pl.Expr]
Sentences = Callable[[ModelFacts], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a verdict.

    Attributes:
        code: Its name in ``plan.json``; reasons that differ in their key alone share it.
        verdict: The verdict that it speaks for.
        key: The one key of the policy that it follows from; empty where it always holds.
        meaning: One sentence for the documentation.
        sentences: Returns the sentences about a model for which it holds.
        when: Returns its condition under a policy, on the columns of ``CurationFacts.models``; null counts as not met.
            None where it follows from the choice of models.
        words: The reason in two or three words; reasons of one code share them.
    """

    code: str
    verdict: Verdict
    key: str
    meaning: str
    sentences: Sentences
    when: Condition | None = None
    words: str = ""

    def info(self, sentence: str) -> ReasonInfo:
        """Return the reason as a plan gives it."""
        return ReasonInfo(verdict=self.verdict, code=self.code, key=self.key or None, sentence=sentence)


def reason(
    verdict: Verdict, key: str, when: Condition | None = None, *, code: str = "", words: str = ""
) -> Callable[[Sentences], Reason]:
    """Make a reason of the function that yields its sentences: its docstring is the meaning.

    Args:
        verdict: The verdict that it speaks for.
        key: The key of the policy that it follows from.
        when: Its condition; None where it follows from the choice of models.
        code: Its code; the name of the function by default.
        words: Its words; those of the code by default.
    """

    def make(sentences: Sentences) -> Reason:
        name = code or sentences.__name__
        title = words or name.replace("_", " ")
        return Reason(name, verdict, key, sentences.__doc__ or "", sentences, when, title)

    return make
