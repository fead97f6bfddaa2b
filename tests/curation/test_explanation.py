"""The verdict on one model, in the terminal and for programs."""

from __future__ import annotations

from typing import Any

import pytest

from horde_model_reference.analytics.risk_response import respond_for_model
from horde_model_reference.curation.explanation import explained, verdict_report
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.styles import Styles
from tests.support.curation import CROWD, SUBJECT, UNLIMITED, facts_of, plan_of, verdicts_of
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.screens import screen


def test_every_reason_is_told_with_its_key() -> None:
    facts = facts_of(CROWD | {SUBJECT: 300}, styles=Styles({"a": SUBJECT}, {}))
    shown = screen(verdict_report(verdicts_of(plan_of(facts))[SUBJECT], "my.toml"), 150)
    assert "By my.toml: protected" in shown
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "protected Styles that name it: 1. styles.on_removal" in lines
    assert "keep It had 300 requests in 30 days, not less than 200. candidates.month_usage_below" in lines
    assert "listed for 365 days." in shown


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({}, "Could be replaced by: popular 29 (100,029, also "),
        ({"inpainting": True}, "Could be replaced by: nothing."),
        ({"style": None}, "Could be replaced by: ?."),
    ],
)
def test_rule_3_unknown_replacements_are_not_told_as_none(record: dict[str, Any], said: str) -> None:
    plan = plan_of(facts_of(CROWD | {SUBJECT: 3}, records={SUBJECT: record}))
    assert said in screen(verdict_report(verdicts_of(plan)[SUBJECT], "x"), 150)


def test_a_detail_keeps_its_fields_and_has_the_verdict() -> None:
    facts, policy = facts_of(CROWD | {SUBJECT: 3}), Policy()
    detail = respond_for_model(facts.table, SUBJECT)
    verdict = verdicts_of(plan_of(facts))[SUBJECT]
    found = explained(detail, verdict, policy)
    own = type(detail).model_fields.keys() - {"verdict", "verdict_reasons"}
    assert {name: getattr(found, name) for name in own} == {name: getattr(detail, name) for name in own}
    assert (found.verdict, found.verdict_reasons, found.kind) == (verdict.verdict, verdict.reasons, verdict.kind)
    assert found.policy_hash == policy.digest()
    without = explained(detail, None, policy)
    assert (without.verdict, without.verdict_reasons, without.age_days) == (None, [], None)


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_rule_13_hostile_names_are_inert(name: str) -> None:
    facts = facts_of({name: 100, SUBJECT: 50}, records={found: {"baseline": name} for found in (name, SUBJECT)})
    shown = screen(verdict_report(verdicts_of(plan_of(facts, UNLIMITED))[SUBJECT], f"{name}.toml"))
    assert not ACTIVE.search(shown.replace("\n", ""))


def test_a_suspicious_model_is_called_so() -> None:
    """Design section 8."""
    plan = plan_of(facts_of(CROWD | {SUBJECT: 0}, threads={SUBJECT: 9}))
    shown = " ".join(screen(verdict_report(verdicts_of(plan)[SUBJECT], "x"), 200).split())
    assert "unknown Suspicious: 9 worker threads and no request in 30 days;" in shown
