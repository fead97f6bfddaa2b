"""The facts of one model that the sentences of a plan tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.curation.policy import Policy


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The facts of one model, and the policy that they are held against.

    Attributes:
        row: The model's row of ``CurationFacts.models``.
        listing: Since when it is listed; None where that is unknown.
        policy: The policy.
        protections: Why the policy protects it, by the key of the section: ``names`` or ``globs``.
    """

    row: Mapping[str, Any]
    listing: Listing | None
    policy: Policy
    protections: Mapping[str, Sequence[str]]

    @property
    def name(self) -> str:
        """The model's name."""
        name: str = self.row["name"]
        return name
