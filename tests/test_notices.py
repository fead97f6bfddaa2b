"""Notices: the first of each kind, the rest counted."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.notices import MAX_OF_A_KIND, Notice, bounded


def notices(code: str, count: int) -> list[Notice]:
    return [Notice(code, f"number {number}") for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, MAX_OF_A_KIND])
def test_few_notices_are_all_kept(count: int) -> None:
    assert bounded(notices("a", count)) == tuple(notices("a", count))


@pytest.mark.parametrize("more", [1, 1000])
def test_the_rest_of_a_kind_is_counted(more: int) -> None:
    given_notices = notices("a", MAX_OF_A_KIND + more)
    assert bounded(given_notices) == (
        *given_notices[:MAX_OF_A_KIND],
        Notice("a", f"... and {more} more of this kind."),
    )


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=4 * MAX_OF_A_KIND))
def test_kinds_do_not_crowd_each_other_out_and_keep_their_order(codes: list[str]) -> None:
    given_notices = [Notice(code, str(number)) for number, code in enumerate(codes)]
    kept = bounded(given_notices)
    for code, count in Counter(codes).items():
        of_kind = [notice for notice in given_notices if notice.code == code]
        kept_of_kind = [notice for notice in kept if notice.code == code]
        assert kept_of_kind[:MAX_OF_A_KIND] == of_kind[:MAX_OF_A_KIND]
        assert len(kept_of_kind) == min(count, MAX_OF_A_KIND + 1)
    listed = [notice for notice in kept if not notice.message.startswith("...")]
    assert listed == [notice for notice in given_notices if notice in set(listed)]
