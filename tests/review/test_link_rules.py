"""Rules about the addresses that a change adds."""

from __future__ import annotations

import pytest

from horde_model_reference.links.link import LinkOutcome, LinkResult
from horde_model_reference.review import link_rules
from horde_model_reference.review.link_rules import new_links
from horde_model_reference.review.rules import RULES
from tests.support.reviews import address_of, change, codes, facts, found_by, image_file, reviewed

BEFORE, AFTER = image_file(["Old"]), image_file({"Old": {"nsfw": True}, "New": {}})

EXPECTED = {
    LinkOutcome.OK: None,
    LinkOutcome.GONE: "link_gone",
    LinkOutcome.WRONG_SIZE: "link_wrong",
    LinkOutcome.WRONG_HASH: "link_wrong",
    LinkOutcome.LOGIN: "link_gated",
    LinkOutcome.UNREACHABLE: "link_unreachable",
    LinkOutcome.REFUSED: "link_unasked",
    LinkOutcome.BUSY: "link_unasked",
}


def test_new_links_are_those_that_no_record_had_before() -> None:
    assert [link.address for link in new_links(change(BEFORE, AFTER))] == [address_of("New")]


@pytest.mark.parametrize("outcome", LinkOutcome)
def test_each_outcome_has_its_rule(outcome: LinkOutcome) -> None:
    made = reviewed(facts(BEFORE, AFTER, links={address_of("New"): LinkResult(outcome, "why")}))
    assert [code for code in codes(made) if code.startswith("link_")] == [EXPECTED[outcome]] * (
        EXPECTED[outcome] is not None
    )


def test_a_finding_names_record_address_and_detail() -> None:
    given = facts(BEFORE, AFTER, links={address_of("New"): LinkResult(LinkOutcome.GONE, "status 404")})
    (found,) = found_by(link_rules.link_gone, given)
    assert (found.record, found.line) == ("New", 27)
    assert found.sentence == f"{address_of('New')!r}: There is no such file (404 or 410) (status 404)."


def test_without_answers_there_are_no_findings() -> None:
    rules = [rule for rule in RULES if rule.code.startswith("link_")]
    assert [found for rule in rules for found in found_by(rule, facts(BEFORE, AFTER))] == []
