"""Sources that a risk table and a plan can do without: styles, marks, ages of models, and their past."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from horde_model_reference.analytics.usage_trend import UsageOverTime
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_styles
from horde_model_reference.curation.sources import CurationSources
from horde_model_reference.curation.styles import Styles
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.history.history import AWAY, History
from horde_model_reference.links.link_check import LinkCheck
from horde_model_reference.marks.mark import Marks

NO_STYLES = Styles({}, {})
PAST = "past"
"""The one source that plans do not wait for to the end either."""


@dataclass(frozen=True)
class OptionalInputs:
    """The data of the optional sources; None where a source cannot be read, or not in time.

    Attributes:
        category: Whose data it is.
        styles: The styles and their categories; none for a category whose models styles do not name.
        usage: The use of the models over time.
        listings: Since when models are listed; unknown ones are left out.
        marks: The marks of all categories.
        link_checks: The last result for each download address that was checked.
        table_warnings: Warnings about columns of a risk table.
        plan_warnings: Warnings about the rest.
    """

    category: MODEL_REFERENCE_CATEGORY
    styles: Styles | None
    usage: UsageOverTime | None
    listings: Mapping[str, Listing]
    marks: Marks | None
    link_checks: Mapping[str, LinkCheck]
    table_warnings: tuple[DataWarning, ...]
    plan_warnings: tuple[DataWarning, ...]

    @property
    def style_counts(self) -> Mapping[str, int] | None:
        """The number of styles that name each model; None where that is unknown, or styles name none."""
        return self.styles.counts() if self.styles is not None and has_styles(self.category) else None

    @property
    def history_away(self) -> bool:
        """Whether a history of use is kept, and cannot be read now."""
        return AWAY in self.table_warnings


@dataclass(frozen=True)
class OptionalSources:
    """The readers of the optional sources."""

    curation: CurationSources
    history: History

    async def styles(
        self, category: MODEL_REFERENCE_CATEGORY, patience: float | None
    ) -> tuple[Styles | None, tuple[DataWarning, ...]]:
        """Return the styles that can name a category's models; None where they cannot be read, or not in time."""
        return await self.curation.styles(patience) if has_styles(category) else (NO_STYLES, ())

    async def read(self, catalogue: Catalogue, location: str, patience: Mapping[str, float]) -> OptionalInputs:
        """Read all sources at once.

        Args:
            catalogue: The models.
            location: The path or URL that it was read from.
            patience: Seconds to wait at most for ``styles``, ``listings``, ``marks`` and ``past``; without an entry, to
                the end.
        """
        (
            (styles, about_styles),
            (usage, about_usage),
            (listings, about_ages),
            (recorded, about_record),
            (marks, about_marks),
            (link_checks, about_links),
        ) = await asyncio.gather(
            self.styles(catalogue.category, patience.get("styles")),
            self.history.usage(catalogue, patience[PAST]),
            self.curation.listings(catalogue, location, patience.get("listings")),
            self.history.listings(catalogue),
            self.curation.marks(patience.get("marks")),
            self.history.link_checks(catalogue),
        )
        return OptionalInputs(
            catalogue.category,
            styles,
            usage,
            {**recorded, **listings},
            marks,
            link_checks,
            table_warnings=(*about_styles, *about_marks, *about_usage),
            plan_warnings=(*about_ages, *about_record, *about_links),
        )
