"""The schema of the answers about the past."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from horde_model_reference.analytics.risk_schema import Answer, Count, Figure
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY


class RateInfo(Answer):
    """Use per day over some days."""

    days: Count = Field(description="Over so many days, up to the last one of the history.")
    requests_per_day: float | None = Field(description="Null where nothing is known of these days.")
    days_seen: Count = Field(description="Days whose counter was seen.")
    days_bridged: Count = Field(description="Days in gaps, whose use is told from the difference of `total`.")


class TrendInfo(Answer):
    """The change of use in 30 days, fitted to the last eight weeks."""

    percent: float = Field(description="The change in 30 days, in percent.")
    low: float = Field(description="Two standard errors below.")
    high: float = Field(description="Two standard errors above.")
    weeks: Count = Field(description="Weeks that it rests on.")


class ThreadsInfo(Answer):
    """Worker threads over the looks of a day; of a model with several names, the sums over its names."""

    least: Count = Field(description="Fewest threads seen.")
    mean: float = Field(description="Mean over the looks.")
    most: Count = Field(description="Most threads seen.")
    looks: Count = Field(description="How often workers were looked at.")


class DayInfo(Answer):
    """One day of which anything is known; a day that is left out is a gap."""

    day: date = Field(description="The day (UTC).")
    usage_day: Figure = Field(description="Requests of the day; null where the statistics of the day were not seen.")
    usage_month: Figure = Field(description="Requests in the 30 days up to it; null if unknown.")
    usage_total: Figure = Field(description="Requests ever, as told on that day; null if unknown.")
    worker_threads: ThreadsInfo | None = Field(description="Null where nobody looked.")


class MonthInfo(Answer):
    """One month whose days are no longer kept one by one."""

    month: date = Field(description="Its first day.")
    usage: Count = Field(description="Requests of the days seen.")
    days_seen: Count = Field(description="Days with statistics.")
    days_used: Count = Field(description="Days with use, at least: of several API names, those of the one with most.")
    mean_worker_threads: float | None = Field(description="Null where nobody looked.")


class ModelHistoryResponse(Answer):
    """The use of one model, or of a family of text models, over time."""

    category: MODEL_REFERENCE_CATEGORY = Field(description="The category.")
    name: str = Field(description="The model, or the family.")
    members: list[str] | None = Field(description="A family's models, sorted; null for a model.")
    api_names: list[str] = Field(description="Names of the Horde's whose past is counted, sorted.")
    days: Count = Field(description="The days asked for.")
    history_from: date | None = Field(description="The first day of which statistics are kept, day by day.")
    history_to: date | None = Field(description="The last day; all figures are told from it.")
    first_seen: date | None = Field(description="The first day on which the Horde named it.")
    last_used: date | None = Field(description="The last day on which use was seen.")
    days_since_last_use: Figure = Field(
        description="Days from the last use to the last day; null if unknown, or never used."
    )
    days_without_worker: Figure = Field(description="Days up to the last look on which no thread was seen.")
    use_per_day: list[RateInfo] = Field(description="Over 30, 90 and 365 days.")
    trend_30d: TrendInfo | None = Field(description="Null where fewer than four weeks are known.")
    share_of_days_seen: float | None = Field(description="Percent of the days asked for whose statistics were seen.")
    share_of_days_used: float | None = Field(description="Percent of the days seen on which it was used.")
    points: list[DayInfo] = Field(description="The days asked for, oldest first.")
    months: list[MonthInfo] = Field(description="The months before, oldest first.")

    @property
    def used_ever(self) -> int | None:
        """The most requests that total and month tell, since the total trails; None where no total is known."""
        known = (max(at.usage_total, at.usage_month or 0) for at in self.points if at.usage_total is not None)
        return max(known, default=None)
