"""The inputs of a risk table, together, and the key by which equal ones are known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from horde_model_reference.analytics.thresholds import Thresholds
from horde_model_reference.analytics.usage_trend import RecentUse
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.integrations.horde_api_models import Observation


@dataclass(frozen=True)
class TableInputs:
    """All that a risk table is made from.

    Attributes:
        catalogue: The models, with the warnings about them.
        observation: The Horde's reports on them.
        thresholds: The thresholds of their type.
        style_counts: The number of styles that name each model; None if unknown.
        recent: The models' recent usage; None if unknown.
        warnings: Warnings about the styles, the recent usage and the marks.
    """

    catalogue: Catalogue
    observation: Observation
    thresholds: Thresholds
    style_counts: Mapping[str, int] | None = None
    recent: RecentUse | None = None
    warnings: tuple[DataWarning, ...] = ()

    @cached_property
    def key(self) -> str:
        """The identity of the table; equal keys mean equal tables."""
        catalogue, counts, recent = self.catalogue, self.style_counts, self.recent
        parts = (
            catalogue.category,
            catalogue.revision,
            str(catalogue.modified_at),
            repr(catalogue.warnings),
            catalogue.aliases.digest,
            self.observation.fingerprint(),
            self.thresholds.fingerprint(),
            "" if counts is None else repr(sorted(counts.items())),
            "" if recent is None else recent.key,
            repr(self.warnings),
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()
