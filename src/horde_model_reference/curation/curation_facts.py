"""The inputs of a plan, as they were read, and as the columns that its reasons read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from horde_model_reference.analytics.risk_query import BY_REMOVAL, RiskQuery
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.row_selection import page
from horde_model_reference.analytics.usage_trend import MONTH_DAYS, UsageYear
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.curation.plan import age_in_days
from horde_model_reference.curation.replacements import Standing, kinds, standings
from horde_model_reference.curation.styles import Styles
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.marks.mark import NO_MARKS, Mark, Marks

PAST_COLUMNS: Mapping[str, type[pl.DataType]] = {
    "days_seen": pl.Int64,
    "last_used": pl.Date,
    "used_days_ago": pl.Int64,
    "unused_days": pl.Int64,
    "falling_days": pl.Int64,
    "rising": pl.Boolean,
    "rising_percent": pl.Float64,
    "season_use": pl.Int64,
    "after_season_use": pl.Int64,
}
"""The figures of a :class:`UsageYear`, as columns named ``past_...``; null where the year is unknown."""

WEEK_DAYS = 7
"""Days before the present statistics at which a history may end to say that use falls."""


@dataclass(frozen=True)
class CurationFacts:
    """The inputs of a plan.

    Attributes:
        table: The category's ungrouped risk table.
        catalogue: The catalogue that the table was made from.
        location: The path or URL that it was read from.
        catalogue_file: The base name of that.
        styles: The styles and their categories (none for a category whose models styles do not name); None where
            they could not be read.
        listings: Since when models are listed; unknown ones are left out.
        warnings: Warnings for readers of the plan.
        past: The last year of the models; None where there is none, or it cannot be read.
        past_behind: Days by which the last day of the history lies before that of the present statistics.
        history_away: A history of use is kept, and cannot be read now.
        marks: The marks of all categories; None where they cannot be read.
    """

    table: RiskTable
    catalogue: Catalogue
    location: str
    catalogue_file: str
    styles: Styles | None
    listings: Mapping[str, Listing]
    warnings: tuple[DataWarning, ...] = ()
    past: Mapping[str, UsageYear] | None = None
    past_behind: int = 0
    history_away: bool = False
    marks: Marks | None = NO_MARKS

    @property
    def made_on(self) -> date:
        """The day that ages and expiry dates are told from: of the statistics."""
        return self.table.data_as_of.stats_fetched_at.date()

    @cached_property
    def own_marks(self) -> Mapping[str, Mark]:
        """The marks of the category, by model; none where they cannot be read."""
        return {} if self.marks is None else self.marks.of(self.table.category)

    @cached_property
    def added(self) -> pl.DataFrame:
        """The columns that the table lacks and reasons read, one row a model of the table."""
        names = self.table.rows["name"]
        listings = [self.listings.get(name) for name in names]
        now = self.table.data_as_of.stats_fetched_at
        since = [None if listing is None else listing.since for listing in listings]
        ages = [age_in_days(listing, now) for listing in listings]
        kind = kinds(self.table.rows, self.table.category)
        return pl.DataFrame(
            [
                self.table.rows["usage_month"].rank("min", descending=True).cast(pl.Int64).alias("rank"),
                pl.Series("listed_since", since, pl.Float64),
                pl.Series("age_days", ages, pl.Int64),
                self._styles_naming(names),
                *kind.select("kind", "last_of_its_kind").get_columns(),
                *self._past_columns(names),
                pl.repeat(self.history_away, names.len(), eager=True).alias("history_away"),
            ]
        )

    @cached_property
    def models(self) -> pl.DataFrame:
        """The rows of the table with the added columns, in the order of removal."""
        rows = pl.concat([self.table.rows, self.added], how="horizontal")
        return page(rows, RiskQuery(sort=BY_REMOVAL), self.table.category)

    @cached_property
    def standings(self) -> Mapping[str, Standing]:
        """The standing of each model among those of its kind."""
        return standings(self.table.rows, self.table.category)

    def _styles_naming(self, names: pl.Series) -> pl.Series:
        """Return how many styles name each model; null where the styles could not be read."""
        if self.styles is None:
            return pl.Series("styles_naming", [None] * names.len(), pl.Int64)
        counts = self.styles.counts()
        return pl.Series("styles_naming", [counts.get(name, 0) for name in names], pl.Int64)

    def _past_columns(self, names: pl.Series) -> list[pl.Series]:
        years = [None if self.past is None else self.past.get(name) for name in names]
        past = pl.DataFrame(
            [
                pl.Series(f"past_{figure}", [None if year is None else getattr(year, figure) for year in years], dtype)
                for figure, dtype in PAST_COLUMNS.items()
            ]
        )
        return past.with_columns(self._past_until_now()).get_columns()

    def _past_until_now(self) -> list[pl.Expr]:
        """Return the figures that a history tells of now, where its last day lies before that of the statistics.

        The present counter of the month tells of the days between, as far as it reaches.
        """
        behind, used_now = self.past_behind, self.table.rows["usage_month"] > 0
        if behind == 0:
            return []
        unused, ago = pl.col("past_unused_days"), pl.col("past_used_days_ago")
        known = unused.clip(upper_bound=MONTH_DAYS) if behind > MONTH_DAYS else unused
        figures = {
            "past_unused_days": pl.when(used_now).then(unused.clip(upper_bound=0)).otherwise(known),
            "past_used_days_ago": pl.when(used_now)
            .then(pl.min_horizontal(ago + behind, MONTH_DAYS - 1))
            .otherwise(ago + behind),
        }
        if behind > WEEK_DAYS:
            figures["past_falling_days"] = pl.lit(None, pl.Int64)
        return [figure.alias(name) for name, figure in figures.items()]
