"""Making a review: pure, from facts that were read before."""

from __future__ import annotations

from importlib.metadata import version

from horde_model_reference.curation.plan import ModelVerdict
from horde_model_reference.review.change import RecordPair
from horde_model_reference.review.facts import ReviewFacts
from horde_model_reference.review.review_schema import (
    AddedInfo,
    ChangedInfo,
    FindingInfo,
    RemovedInfo,
    RenamedInfo,
    Review,
)
from horde_model_reference.review.rule import Finding, Severity
from horde_model_reference.review.rules import RULES
from horde_model_reference.review.version import Version, VersionRecord


def make_review(facts: ReviewFacts, base: str, head: str) -> Review:
    """Return the review of a change.

    Args:
        facts: The inputs.
        base: The label of the side before the change.
        head: The label of the side after it.
    """
    change, findings = facts.change, findings_of(facts)
    return Review(
        version=version("horde-model-reference"),
        category=facts.category,
        base=base,
        head=head,
        models_before=_models(change.base),
        models_after=_models(change.head),
        usage_as_of=facts.removals.as_of,
        counts={severity: sum(found.severity is severity for found in findings) for severity in Severity},
        findings=[
            FindingInfo(
                code=found.code,
                severity=found.severity,
                record=found.record,
                line=found.line,
                sentence=found.sentence,
            )
            for found in findings
        ],
        added=[_added(record, facts) for record in change.added],
        removed=[_removed(record, facts) for record in change.removed],
        renamed=[
            RenamedInfo(before=pair.before.name, name=pair.after.name, line=pair.after.line) for pair in change.renamed
        ],
        changed=[_changed(pair) for pair in change.changed],
    )


def findings_of(facts: ReviewFacts) -> list[Finding]:
    """Return the findings of all rules, the gravest first, those of one severity in the order of ``RULES``."""
    found = [finding for rule in RULES for finding in rule.findings(facts)]
    return [finding for severity in Severity for finding in found if finding.severity is severity]


def _models(side: Version) -> int | None:
    return None if side.unreadable is not None else len(side.models)


def _added(found: VersionRecord, facts: ReviewFacts) -> AddedInfo:
    record = facts.change.head.catalogue.records[found.name]
    size = record.size_bytes
    return AddedInfo(
        name=found.name,
        line=found.line,
        size_gb=None if size is None else round(size / 2**30, 2),
        parameters=record.parameters,
        hosts=sorted({download.host for download in record.config.download if download.host}),
        kind=facts.kinds[found.name],
        others_of_kind=facts.others_of_kind(found.name),
    )


def _removed(found: VersionRecord, facts: ReviewFacts) -> RemovedInfo:
    verdict: ModelVerdict | None = facts.removals.verdicts.get(found.name)
    return RemovedInfo(
        name=found.name,
        verdict=None if verdict is None else verdict.verdict,
        reasons=[] if verdict is None else [reason.sentence for reason in verdict.reasons],
        usage_month=None if verdict is None else verdict.usage_month,
        worker_count=None if verdict is None else verdict.worker_count,
        styles=None if facts.styles is None else list(facts.styles.naming(found.name)),
    )


def _changed(pair: RecordPair) -> ChangedInfo:
    return ChangedInfo(name=pair.after.name, line=pair.after.line, fields=pair.fields())
