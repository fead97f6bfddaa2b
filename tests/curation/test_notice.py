"""Notice periods (design section 10)."""

from __future__ import annotations

from typing import Any

import pytest

from horde_model_reference.curation.notice import Notice, notice_for
from horde_model_reference.curation.policy import NoticePolicy, Policy
from horde_model_reference.curation.styles import Styles
from horde_model_reference.marks.because import RemovalCode
from tests.support.builders import status_of
from tests.support.curation import CROWD, SUBJECT, facts_of

MOST_USED = "popular 29"
DAYS, LONG = Notice(30, "notice.days"), Notice(180, "notice.days_if_relied_on")


def notice(
    name: str, code: RemovalCode = RemovalCode.LOW_USE, policy: NoticePolicy | None = None, **facts: Any
) -> Notice:
    return notice_for(facts_of(CROWD | {SUBJECT: 3}, **facts), policy or NoticePolicy(), name, code)


def test_thirty_days_by_default() -> None:
    assert Policy().notice == NoticePolicy()
    assert notice(SUBJECT) == DAYS


def test_180_days_for_a_model_that_a_style_names() -> None:
    assert notice(SUBJECT, styles=Styles({"s": SUBJECT}, {})) == LONG
    assert notice(SUBJECT, styles=Styles({"s": "popular 01"}, {})) == DAYS


@pytest.mark.parametrize(("rank", "expected"), [(1, LONG), (3, LONG), (4, DAYS)])
def test_180_days_for_the_top_tenth(rank: int, expected: Notice) -> None:
    """Of 31 models, three."""
    assert notice(f"popular {30 - rank:02}") == expected


def test_rule_3_where_styles_or_use_are_unknown_the_notice_is_the_longer_one() -> None:
    assert notice(SUBJECT, styles=None) == LONG
    assert notice(SUBJECT, stats={"day": {}, "month": {}, "total": {}}, status=status_of({"x": 1})) == LONG


@pytest.mark.parametrize("code", RemovalCode)
def test_none_for_some_reasons(code: RemovalCode) -> None:
    none = {RemovalCode.BROKEN, RemovalCode.LICENCE, RemovalCode.WITHDRAWN, RemovalCode.PREMATURE}
    expected = Notice(0, "notice.none_for") if code in none else LONG
    assert notice(MOST_USED, code) == expected


def test_every_period_is_a_key_of_the_policy() -> None:
    policy = NoticePolicy(days=7, days_if_relied_on=14, most_used_share=0, none_for=(RemovalCode.MOVED,))
    assert notice(MOST_USED, RemovalCode.BROKEN, policy).days == 7
    assert notice(SUBJECT, RemovalCode.BROKEN, policy, styles=Styles({"s": SUBJECT}, {})).days == 14
    assert notice(SUBJECT, RemovalCode.MOVED, policy).days == 0
