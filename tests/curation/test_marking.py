"""From names and a reason to marks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from horde_model_reference.curation.marking import Marking, marks_of
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.styles import Styles
from horde_model_reference.errors import UnknownModelError, UsageError
from horde_model_reference.marks.because import Because, RemovalCode
from horde_model_reference.marks.mark import Mark
from tests.support.curation import CROWD, SUBJECT, facts_of, policy_of

SINCE = date(2026, 3, 2)
LOW = Because(code=RemovalCode.LOW_USE)


def made(*names: str, policy: Policy | None = None, styles: Styles | None = Styles({}, {}), **given: Any) -> list[Mark]:  # noqa: B008
    facts = facts_of(CROWD | {SUBJECT: 3, "other": 4}, styles=styles)
    return marks_of(facts, policy or Policy(), names, Marking(**(dict[str, Any](because=LOW, since=SINCE) | given)))


def test_the_policy_gives_the_notice() -> None:
    (mark,) = made(SUBJECT)
    assert (mark.name, mark.since, mark.remove_after) == (SUBJECT, SINCE, SINCE + timedelta(days=30))
    assert mark.because is RemovalCode.LOW_USE
    (mark,) = made("popular 29")
    assert mark.remove_after == SINCE + timedelta(days=180)


def test_a_longer_notice_may_be_given_and_a_shorter_one_is_refused() -> None:
    assert made(SUBJECT, days=90)[0].remove_after == SINCE + timedelta(days=90)
    with pytest.raises(UsageError, match=r"needs a notice of 30 days \(notice\.days\)"):
        made(SUBJECT, days=29)
    assert made(SUBJECT, days=29, policy=policy_of({"notice": {"days": 29}}))


def test_the_styles_of_the_moment_are_kept() -> None:
    assert made(SUBJECT)[0].styles == ()
    assert made(SUBJECT, styles=Styles({"b": SUBJECT, "a": SUBJECT, "c": "other"}, {}))[0].styles == ("a", "b")
    assert made(SUBJECT, styles=None)[0].styles is None


def test_all_parts_are_taken_over_and_a_name_is_marked_once() -> None:
    because = Because(code=RemovalCode.OTHER, detail="d")
    marks = made(SUBJECT, "other", SUBJECT, because=because, replacement="popular 01", by="me", note="n")
    assert [mark.name for mark in marks] == [SUBJECT, "other"]
    assert {(mark.detail, mark.replacement, mark.by, mark.note) for mark in marks} == {("d", "popular 01", "me", "n")}


def test_models_that_are_not_listed_are_refused_with_the_closest_names() -> None:
    with pytest.raises(UnknownModelError) as refused:
        made("the subjekt")
    assert SUBJECT in refused.value.hint
    with pytest.raises(UnknownModelError, match="popular 1"):
        made(SUBJECT, replacement="popular 1")


def test_a_model_that_goes_replaces_none() -> None:
    with pytest.raises(UsageError, match="'other' is to be removed itself"):
        made(SUBJECT, "other", replacement="other")
