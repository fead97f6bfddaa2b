"""Rules: their findings, severities and bounds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.review.facts import ReviewFacts
from horde_model_reference.review.rule import MOST_OF_A_RULE, Remark, Severity, record_rule, rule
from tests.support.reviews import facts, found_by, image_file


@rule(Severity.WARNING)
def every_record(given: ReviewFacts) -> Iterator[Remark]:
    """A record was touched."""
    yield from (Remark("Touched.", record.name, record.line) for record in given.change.touched)


@record_rule(Severity.INFO)
def adult(record: ModelRecord, _: ReviewFacts) -> Iterator[str]:
    """A record is NSFW."""
    if record.nsfw:
        yield "It is NSFW."


def test_a_rule_takes_code_and_meaning_from_its_function() -> None:
    assert (every_record.code, every_record.meaning) == ("every_record", "A record was touched.")
    (found,) = found_by(every_record, facts(b"{}", image_file(["One"])))
    assert (found.code, found.severity, found.record, found.line) == ("every_record", Severity.WARNING, "One", 2)


def test_findings_beyond_the_most_are_counted() -> None:
    names = [f"model {at}" for at in range(MOST_OF_A_RULE + 7)]
    found = found_by(every_record, facts(b"{}", image_file(names)))
    assert len(found) == MOST_OF_A_RULE + 1
    assert (found[-1].record, found[-1].sentence) == (None, "7 more findings of this kind are not listed.")


def test_a_sentence_that_held_before_the_change_is_left_out() -> None:
    before = image_file({"Old": {"nsfw": True}, "Turned": {}})
    after = image_file({"Old": {"nsfw": True, "description": "Another."}, "Turned": {"nsfw": True}})
    assert [found.record for found in found_by(adult, facts(before, after))] == ["Turned"]


@pytest.mark.parametrize("severity", Severity)
def test_severities_are_ordered(severity: Severity) -> None:
    reached = [other for other in Severity if severity.reaches(other)]
    assert reached == list(Severity)[list(Severity).index(severity) :]
