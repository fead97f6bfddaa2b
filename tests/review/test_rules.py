"""The table of rules."""

from __future__ import annotations

from horde_model_reference.review import file_rules, link_rules, record_rules, removal_rules
from horde_model_reference.review.rule import Rule
from horde_model_reference.review.rules import RULES


def test_each_rule_is_in_the_table_once() -> None:
    declared = {
        found.code
        for module in (file_rules, link_rules, record_rules, removal_rules)
        for found in vars(module).values()
        if isinstance(found, Rule)
    }
    codes = [rule.code for rule in RULES]
    assert sorted(codes) == sorted(declared)


def test_each_rule_says_its_meaning_in_one_sentence() -> None:
    assert all(rule.meaning.endswith(".") and "\n" not in rule.meaning for rule in RULES)
