"""Protections that protect nothing are told: a slip of the pen must not go unnoticed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from horde_model_reference.curation.artefacts import PLAN_JSON, PLAN_MARKDOWN, artefacts
from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.plan_terminal import plan_report
from horde_model_reference.curation.planned_file import PlannedFile
from horde_model_reference.data_warnings import MAX_OF_A_KIND
from tests.support.builders import TEXT
from tests.support.curation import CROWD, SUBJECT, facts_of, plan_of
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.screens import screen

CODE = "protection_matches_nothing"
FACTS = facts_of(CROWD | {SUBJECT: 50})


def warnings_of(**protect: Any) -> list[str]:
    """Return the warnings about a policy's protections."""
    return messages(plan_of(FACTS, {"protect": protect}))


def messages(plan: Plan) -> list[str]:
    return [warning.message for warning in plan.warnings if warning.code == CODE]


@pytest.mark.parametrize(
    ("protect", "pattern"),
    [
        ({"names": ["the subjcet"]}, "the subjcet"),
        ({"names": ["The Subject"]}, "The Subject"),
        ({"names": ["the *"]}, "the *"),
        ({"names": [SUBJECT, {"name": "the subjekt", "reason": "a contest"}]}, "the subjekt"),
        ({"names": [{"name": "the subjcet", "until": "2026-11-24"}]}, "the subjcet"),
        ({"globs": ["The *"]}, "The *"),
        ({"globs": ["*", {"glob": "the sup*"}]}, "the sup*"),
        ({"names": ["the subjcet"] * 2, "globs": ["the subjcet"]}, "the subjcet"),
    ],
)
def test_what_matches_no_model_is_told_with_the_closest_names(protect: dict[str, Any], pattern: str) -> None:
    (message,) = warnings_of(**protect)
    assert message.startswith(f"The policy protects '{pattern}', which matches no model of image_generation")
    assert f"The closest names are: {SUBJECT}, popular " in message


@pytest.mark.parametrize(
    "protect",
    [
        {},
        {"names": [SUBJECT], "globs": ["the *", "*1?"]},
        {"names": [{"name": "the subjcet", "until": "2026-11-23"}]},
        {"globs": [{"glob": "The *", "until": "2026-11-23"}]},
    ],
    ids=["nothing is protected", "all match", "a name has expired", "a pattern has expired"],
)
def test_of_all_else_nothing_is_warnings_of(protect: dict[str, Any]) -> None:
    assert warnings_of(**protect) == []


def test_a_policy_for_both_categories_is_no_fault() -> None:
    """So it is a warning, and its words allow for that."""
    policy = {"protect": {"names": [SUBJECT, "a/Stheno-8B"]}}
    texts = facts_of({"a/Stheno-8B": 5000}, category=TEXT)
    (of_images,), (of_texts,) = messages(plan_of(FACTS, policy)), messages(plan_of(texts, policy))
    assert "'a/Stheno-8B', which matches no model of image_generation" in of_images
    assert f"'{SUBJECT}', which matches no model of text_generation" in of_texts
    assert "unless it is meant for another category" in of_images


def test_it_is_told_wherever_a_plan_is_read() -> None:
    plan = plan_of(FACTS, {"protect": {"names": ["the subjcet"]}})
    files = artefacts(plan, PlannedFile("catalogue.json", "catalogue.json", json.dumps(dict.fromkeys(CROWD)).encode()))
    shown = [screen(plan_report(plan, [], None)), *(files[name].decode() for name in (PLAN_JSON, PLAN_MARKDOWN))]
    assert all(CODE in text and "the subjcet" in text and "The closest names are" in text for text in shown)


def test_many_are_counted() -> None:
    messages = warnings_of(names=[f"nobody {at}" for at in range(MAX_OF_A_KIND + 7)])
    assert all("The closest names are" in message for message in messages[:MAX_OF_A_KIND])
    assert messages[MAX_OF_A_KIND:] == ["... and 7 more of this kind."]


def test_rule_13_hostile_names_are_inert() -> None:
    messages = warnings_of(names=list(HOSTILE_NAMES.values()))
    assert len(messages) == len(HOSTILE_NAMES)
    assert not any(ACTIVE.search(message) for message in messages)
