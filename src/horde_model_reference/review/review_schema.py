"""The schema of a review."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from horde_model_reference.analytics.risk_schema import Answer, Count, Figure
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.review.rule import Severity


class FindingInfo(Answer):
    """One finding."""

    code: str = Field(description="The rule's name, for programs.")
    severity: Severity
    record: str | None = Field(description="The record's name; null where it is about the whole file.")
    line: int | None = Field(description="Its line in the file after the change; null where there is none.")
    sentence: str = Field(description="For people.")


class AddedInfo(Answer):
    """A record that the change adds."""

    name: str
    line: Count = Field(description="Its line in the file after the change.")
    size_gb: float | None = Field(description="Size on disk in GiB; null if unknown.")
    parameters: Figure = Field(description="Number of weights; null if unknown.")
    hosts: list[str] = Field(description="Hosts of its files, sorted.")
    kind: str | None = Field(description="Its kind; null where its record does not tell.")
    others_of_kind: Figure = Field(description="Other models of that kind; null where the kind is unknown.")


class RemovedInfo(Answer):
    """A record that the change removes."""

    name: str
    verdict: Verdict | None = Field(description="The verdict of the policy; null if unknown.")
    reasons: list[str] = Field(description="The sentences of all reasons.")
    usage_month: Figure = Field(description="Attributed requests in 30 days; null if unknown.")
    worker_count: Figure = Field(description="Worker threads now serving it; null if unknown.")
    styles: list[str] | None = Field(description="Styles that name it; null if unknown.")


class RenamedInfo(Answer):
    """A record that has another name after the change."""

    before: str
    name: str
    line: Count


class ChangedInfo(Answer):
    """A record with other fields after the change."""

    name: str
    line: Count
    fields: list[str] = Field(description="The fields that differ, sorted.")


class Review(Answer):
    """The review of a change of a catalogue."""

    version: str = Field(description="Of the program that made it.")
    category: MODEL_REFERENCE_CATEGORY
    base: str = Field(description="The side before the change: a file's name, or a commit.")
    head: str = Field(description="The side after the change.")
    models_before: Figure = Field(description="Models before the change; null where the file cannot be read.")
    models_after: Figure = Field(description="Models after the change; null where the file cannot be read.")
    usage_as_of: datetime | None = Field(description="When the statistics behind verdicts were fetched; null if none.")
    counts: dict[Severity, Count] = Field(description="Findings of each severity.")
    findings: list[FindingInfo] = Field(description="The gravest first.")
    added: list[AddedInfo]
    removed: list[RemovedInfo]
    renamed: list[RenamedInfo]
    changed: list[ChangedInfo]
