"""The facts of one model that the reasons of a plan read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from horde_model_reference.analytics.usage_trend import UsageYear
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.replacements import Standing

SIGNS_OF_USE = ("usage_month", "possible_usage_month", "worker_count", "queued_jobs")
"""Figures of a row; a model for which all are 0 is neither used nor served."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The facts of one model, and the policy that they are held against.

    Attributes:
        row: The model's row of the risk table.
        rank: Its place by month usage, from 1; models of equal use share the first one's. None where it is unknown.
        listing: Since when it is listed; None where that is unknown.
        age_days: Days since it entered the catalogue; None where that is unknown.
        styles: The styles that name it; None where the styles could not be read.
        standing: Where it stands among those of its kind.
        past: Its use over the last year; None where that is unknown.
        history_away: A history of use is kept, and cannot be read now.
        policy: The policy.
        protections: Why the policy protects it, by the key of the section: ``names`` or ``globs``.
    """

    row: Mapping[str, Any]
    rank: int | None
    listing: Listing | None
    age_days: int | None
    styles: tuple[str, ...] | None
    standing: Standing
    past: UsageYear | None
    history_away: bool
    policy: Policy
    protections: Mapping[str, Sequence[str]]

    @property
    def name(self) -> str:
        """The model's name."""
        name: str = self.row["name"]
        return name

    @property
    def in_use(self) -> bool:
        """Whether the model has requests, possible use, workers or waiting jobs; an unknown figure counts as use."""
        return any(self.row[figure] != 0 for figure in SIGNS_OF_USE)
