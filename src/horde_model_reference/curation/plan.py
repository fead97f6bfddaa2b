"""The plan: a verdict for every model with all its reasons, and the impact of the removals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import Field

from horde_model_reference.analytics.detail_schema import LinkInfo
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_schema import Answer, DataAsOfInfo, WarningInfo
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.policy import Policy
from horde_model_reference.marks.because import Because
from horde_model_reference.marks.mark_state import DeletionMark, MarkState
from horde_model_reference.reports.words import counted

Count = Annotated[int, Field(ge=0)]


SUSPICIOUS = "suspicious"
"""The code of the reason that a model is served by many workers and used by nobody."""


class ReasonInfo(Answer):
    """One reason for a verdict."""

    verdict: Verdict = Field(description="The verdict that it speaks for.")
    code: str = Field(description="Stable, for programs.")
    key: str | None = Field(description="The key of the policy that it follows from; null where it always holds.")
    sentence: str = Field(description="For people.")


class ReplacementInfo(Answer):
    """A model that could take a removed one's place."""

    name: str = Field(description="The model that could take its place.")
    usage_month: Count = Field(description="Its attributed requests in 30 days.")
    reason: str = Field(description="Why it could.")


class ModelVerdict(Answer):
    """The verdict on one model, with its reasons and facts."""

    name: str = Field(description="The model.")
    verdict: Verdict = Field(description="The verdict.")
    reasons: list[ReasonInfo] = Field(description="All reasons for the verdict, the strongest first.")
    risk_level: RiskLevel = Field(description="Its risk level.")
    usage_month: int | None = Field(description="Attributed requests in 30 days; null if unknown.")
    usage_total: int | None = Field(None, description="Attributed requests ever; it trails; null if unknown.")
    possible_usage_month: int | None = Field(
        None, description="Requests in 30 days under names of no model that could well be its; null if unknown."
    )
    worker_count: int | None = Field(description="Worker threads now serving it; null if unknown.")
    queued_jobs: int | None = Field(description="Jobs waiting for it; null if unknown.")
    size_gb: float | None = Field(description="Size on disk in GiB; null if unknown.")
    parameters: int | None = Field(None, description="Number of weights; null if unknown.")
    age_days: int | None = Field(
        description="Days in the catalogue when the statistics were fetched; perhaps more, where only this project's "
        "own record of listed names tells it; null if unknown."
    )
    removed_before: date | None = Field(
        None,
        description="The day of its last removal, by git's history or the record of names, if it came back after one.",
    )
    styles: list[str] | None = Field(description="Styles that name it; null if they could not be read.")
    kind: str | None = Field(description="What it is; null where its record does not say.")
    replacements: list[ReplacementInfo] | None = Field(description="Best first; null if unknown.")
    links: list[LinkInfo] = Field(
        [], description="Pages and files of a model that is removed; empty for others, since `explain` has theirs."
    )
    override: str | None = Field(description="Why it is removed although it is protected or unknown.")
    because: Because | None = Field(None, description="The reason of a curator for its removal.")

    @property
    def reason_given(self) -> str | None:
        """The words of a person for its removal, which also override protection and ignorance; None without any."""
        return self.override or (None if self.because is None else self.because.text())


class HostEffect(Answer):
    """Files and disk that the removals free on one host."""

    host: str = Field(description="The host.")
    files: Count = Field(description="Files on it.")
    size_gb: float | None = Field(description="GiB; null where the size of a file on it is unknown.")


class Displacement(Answer):
    """Where a removed model's requests would likely go."""

    name: str = Field(description="The removed model.")
    to: str | None = Field(description="The best known replacement that stays; null where none is known.")
    usage_month: Count = Field(description="Its attributed requests in 30 days.")


class Effect(Answer):
    """The impact of the removals."""

    models: Count = Field(description="Models removed.")
    share_of_models: float = Field(description="Percent of the category's models.")
    files: Count = Field(description="Files that their records list.")
    size_gb: float | None = Field(description="GiB freed for every volunteer; null where a size is unknown.")
    parameters: int | None = Field(None, description="Weights of the removed models; null where a number is unknown.")
    hosts: list[HostEffect] = Field(description="Files and disk freed by host.")
    usage_month: int | None = Field(description="Requests of 30 days that would have to go elsewhere.")
    share_of_month_usage: float | None = Field(description="Percent of the category's attributed month usage.")
    displaced: list[Displacement] = Field(
        description="The removed models that are used, and where their requests would likely go."
    )
    worker_threads: int | None = Field(description="Threads that serve a removed model now.")
    broken_styles: list[str] | None = Field(description="Styles that name a removed model; null if unknown.")
    emptied_style_categories: list[str] | None = Field(description="Categories with no style left; null if unknown.")


class MarkedModel(Answer):
    """A model that is marked, and its mark."""

    category: MODEL_REFERENCE_CATEGORY = Field(description="The category.")
    name: str = Field(description="The marked model.")
    deletion_mark: DeletionMark = Field(description="Its mark, with its state.")


class StyleChange(Answer):
    """The change of one style whose model goes."""

    style: str = Field(description="The style.")
    model: str = Field(description="The model that it names.")
    to: str | None = Field(description="The model that it names afterwards; null where the style is deleted.")
    reason: str = Field(description="For people.")


class HeldBack(Answer):
    """One key of the policy, and the models that it holds back."""

    key: str = Field(description="The key of the policy.")
    models: Count = Field(description="Models that have a reason against removal which follows from this key.")
    alone: Count = Field(description="Those of them that have no other reason against removal.")
    releases: list[str] = Field(
        description="Models that would be removed as well without this key alone, in the order of removal; the other "
        "keys and limits stay."
    )


class CompanionsInfo(Answer):
    """The change of the catalogue's repository beside the catalogue file, by the repository's profile.

    Paths are relative to the repository's root.
    """

    generated: str | None = Field(description="The file that is generated anew; null where there is none.")
    generated_out_of_step: bool | None = Field(
        description="It was not that of the catalogue before the change; null without a clone, or where there is none."
    )
    showcases: list[str] = Field(
        description="Showcase files to delete; without a clone, all that the records of removed models name."
    )
    showcases_missing: list[str] | None = Field(description="Those that the clone lacks; null without a clone.")
    showcases_shared: list[str] = Field(description="Those that stay, in folders that a kept model shows as well.")
    dates: str | None = Field(description="The file that names the commits of models; null where there is none.")
    second_commit: str | None = Field(description="The command whose change of that file is the second commit.")
    checklist: list[str] = Field(description="The steps of the pull request.")


class Plan(Answer):
    """A plan of removals from one category's catalogue file."""

    version: str = Field(description="Of the program that made it.")
    category: MODEL_REFERENCE_CATEGORY = Field(description="The category.")
    catalogue_file: str = Field(description="The catalogue file's base name.")
    data_as_of: DataAsOfInfo = Field(description="The time of the data.")
    policy: Policy = Field(description="The policy that the plan follows.")
    policy_hash: str = Field(description="The identity of the policy.")
    made_on: date = Field(description="The day that ages and expiry dates are told from: of the statistics.")
    selected: list[str] | None = Field(description="The models asked for; null for the policy's own choice.")
    due: bool = Field(False, description="The models were selected since their marks are due.")
    marks: list[MarkedModel] | None = Field(
        None, description="The marks of the category, in the order of their file; null if they could not be read."
    )
    verdicts: list[ModelVerdict] = Field(description="Every model, in the order of removal.")
    held_back: list[HeldBack] = Field(
        description="The keys of the policy that hold models back, those that would release most first; empty for a "
        "selection, which no key chooses."
    )
    effect: Effect = Field(description="The impact of the removals.")
    style_changes: list[StyleChange] = Field(
        description="The change of each style that names no listed model afterwards; "
        "empty unless `styles.on_removal` is `delete` or `repoint` and styles name a removed model."
    )
    companions: CompanionsInfo | None = Field(
        None,
        description="What else changes in the catalogue's repository; null where nothing is removed, or where the "
        "category's repository has no profile.",
    )
    orphaned_styles: dict[str, str] | None = Field(
        description="Styles that name a model which is not in the catalogue, with that model; null if unknown."
    )
    warnings: list[WarningInfo] = Field(description="Warnings about the data and the policy.")

    @property
    def removed(self) -> list[ModelVerdict]:
        """The models to remove, in the order of removal."""
        return [verdict for verdict in self.verdicts if verdict.verdict is Verdict.REMOVE]

    @property
    def month_usages(self) -> list[int | None]:
        """The month usage of every model."""
        return [verdict.usage_month for verdict in self.verdicts]

    @property
    def suspicious(self) -> list[ModelVerdict]:
        """The models that stay although nobody uses them, since many workers serve them, in the order of removal."""
        return [
            found
            for found in self.verdicts
            if found.verdict is not Verdict.REMOVE and any(reason.code == SUSPICIOUS for reason in found.reasons)
        ]

    @property
    def deleted_styles(self) -> list[str]:
        """The styles to delete."""
        return [change.style for change in self.style_changes if change.to is None]

    @property
    def repointed_styles(self) -> dict[str, str]:
        """The styles to re-point, with the model that each names afterwards."""
        return {change.style: change.to for change in self.style_changes if change.to is not None}


def age_in_days(listing: Listing | None, now: datetime) -> int | None:
    """Return the whole days since a model is listed; None where that is unknown."""
    return None if listing is None else max(0, int((now.timestamp() - listing.since) // 86400))


def removal_day(listing: Listing | None) -> date | None:
    """Return the day (UTC) of the last removal of a model that came back; None where there was none."""
    if listing is None or listing.removed_at is None:
        return None
    return datetime.fromtimestamp(listing.removed_at, UTC).date()


def by_verdict(plan: Plan) -> Mapping[Verdict, list[ModelVerdict]]:
    """Return the models of each verdict."""
    return {verdict: [found for found in plan.verdicts if found.verdict is verdict] for verdict in Verdict}


def marks_by_state(marks: Sequence[MarkedModel]) -> Iterator[tuple[MarkState, str]]:
    """Yield for each state that marks have their models, with the reasons of the state or the day, in words."""
    for state in MarkState:
        found = [marked for marked in marks if marked.deletion_mark.state is state]
        if found:
            yield state, "; ".join(_with_reasons(marked) for marked in found)


def _with_reasons(marked: MarkedModel) -> str:
    mark = marked.deletion_mark
    because = " ".join(mark.reasons).removesuffix(".") or f"from {mark.remove_after} on"
    return f"{marked.name} ({because})"


def staying(plan: Plan) -> Iterator[tuple[Verdict, str]]:
    """Yield for each verdict that keeps models how many it keeps, and for which reasons, in words."""
    for verdict, models in by_verdict(plan).items():
        if verdict is not Verdict.REMOVE and models:
            counts = Counter(code for model in models for code in {reason.code: None for reason in model.reasons})
            reasons = ", ".join(f"{code.replace('_', ' ')} {number:,}" for code, number in counts.most_common())
            yield verdict, f"{counted(len(models), 'model')} ({reasons})"
