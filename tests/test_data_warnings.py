"""Notices: the first of each kind, the rest counted."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.data_warnings import MAX_OF_A_KIND, DataWarning, bounded


def warnings(code: str, count: int) -> list[DataWarning]:
    return [DataWarning(code, f"number {number}") for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, MAX_OF_A_KIND])
def test_few_notices_are_all_kept(count: int) -> None:
    assert bounded(warnings("a", count)) == tuple(warnings("a", count))


@pytest.mark.parametrize("more", [1, 1000])
def test_the_rest_of_a_kind_is_counted(more: int) -> None:
    given_notices = warnings("a", MAX_OF_A_KIND + more)
    assert bounded(given_notices) == (
        *given_notices[:MAX_OF_A_KIND],
        DataWarning("a", f"... and {more} more of this kind."),
    )


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=4 * MAX_OF_A_KIND))
def test_kinds_do_not_crowd_each_other_out_and_keep_their_order(codes: list[str]) -> None:
    given_notices = [DataWarning(code, str(number)) for number, code in enumerate(codes)]
    kept = bounded(given_notices)
    for code, count in Counter(codes).items():
        of_kind = [warning for warning in given_notices if warning.code == code]
        kept_of_kind = [warning for warning in kept if warning.code == code]
        assert kept_of_kind[:MAX_OF_A_KIND] == of_kind[:MAX_OF_A_KIND]
        assert len(kept_of_kind) == min(count, MAX_OF_A_KIND + 1)
    listed = [warning for warning in kept if not warning.message.startswith("...")]
    assert listed == [warning for warning in given_notices if warning in set(listed)]
