"""A rule of the review, declared once: its code, its severity, and the remarks that it makes on a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.review.facts import ReviewFacts
from horde_model_reference.review.version import VersionRecord

MOST_OF_A_RULE = 100
"""Findings of a rule that are listed one by one; the others are counted in one more."""


class Severity(StrEnum):
    """The severities of findings, the gravest first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    def reaches(self, other: Severity) -> bool:
        """Return whether this severity is as grave as another one, or graver."""
        order = list(Severity)
        return order.index(self) <= order.index(other)


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about a change.

    Attributes:
        sentence: The sentence, in which hostile names are quoted.
        record: The name of the record; None where it is about the whole file.
        line: The line of the record or the fault in the new version; None where there is none.
    """

    sentence: str
    record: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark with the code and the severity of its rule."""

    code: str
    severity: Severity
    record: str | None
    line: int | None
    sentence: str


Remarks = Callable[[ReviewFacts], Iterator[Remark]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        code: Its name, for programs.
        severity: The severity of its findings.
        meaning: One sentence for the documentation.
        remarks: Yields its remarks on a change.
    """

    code: str
    severity: Severity
    meaning: str
    remarks: Remarks

    def findings(self, facts: ReviewFacts) -> Iterator[Finding]:
        """Yield the findings on a change; those beyond ``MOST_OF_A_RULE`` are counted in a last one."""
        remarks = self.remarks(facts)
        for remark in islice(remarks, MOST_OF_A_RULE):
            yield Finding(self.code, self.severity, remark.record, remark.line, remark.sentence)
        more = sum(1 for _ in remarks)
        if more:
            yield Finding(self.code, self.severity, None, None, f"{more:,} more findings of this kind are not listed.")


def rule(severity: Severity) -> Callable[[Remarks], Rule]:
    """Make a rule of the function that yields its remarks: its name is the code, its docstring the meaning."""
    return lambda remarks: Rule(remarks.__name__, severity, (remarks.__doc__ or "").strip(), remarks)


Sentences = Callable[[ModelRecord, ReviewFacts], Iterator[str]]


def record_rule(severity: Severity) -> Callable[[Sentences], Rule]:
    """Make a rule of a function that yields sentences about one record.

    It is asked of each record that the change touches; a sentence that held before the change as well is left out.
    """

    def made(sentences: Sentences) -> Rule:
        def remarks(facts: ReviewFacts) -> Iterator[Remark]:
            for found in facts.change.touched:
                if found.record is not None:
                    old = facts.change.predecessors.get(found.name)
                    held = set(sentences(old.record, facts)) if old is not None and old.record is not None else set()
                    yield from (about(found, text) for text in sentences(found.record, facts) if text not in held)

        return Rule(sentences.__name__, severity, (sentences.__doc__ or "").strip(), remarks)

    return made


def about(record: VersionRecord, sentence: str) -> Remark:
    """Return a remark on a record of the new version."""
    return Remark(sentence, record.name or None, record.line)


def about_gone(record: VersionRecord, sentence: str) -> Remark:
    """Return a remark on a record that the new version lacks, and that has no line there."""
    return Remark(sentence, record.name)
