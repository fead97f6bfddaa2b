"""The notice that a mark gives: the days between its beginning and the first day on which the model may go."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.policy import NoticePolicy
from horde_model_reference.marks.because import RemovalCode


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in days, and the key of the policy that it follows from."""

    days: int
    key: str


def notice_for(facts: CurationFacts, policy: NoticePolicy, name: str, code: RemovalCode) -> Notice:
    """Return the least notice for a model of the catalogue that is marked for a reason.

    The longer notice is for a model that a style names or that is among the most used, also where that is unknown.
    """
    if code in policy.none_for:
        return Notice(0, "notice.none_for")
    if _relied_on(facts, policy, name):
        return Notice(policy.days_if_relied_on, "notice.days_if_relied_on")
    return Notice(policy.days, "notice.days")


def _relied_on(facts: CurationFacts, policy: NoticePolicy, name: str) -> bool:
    row = facts.models.row(by_predicate=pl.col("name") == name, named=True)
    rank, styles = row["rank"], row["styles_naming"]
    most_used = rank is None or 100 * rank <= policy.most_used_share * facts.models.height
    return bool(most_used or styles is None or styles > 0)
