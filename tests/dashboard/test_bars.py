"""Bars: every part is seen, in order, and they fill the width."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.dashboard.bars import parts

counts = st.dictionaries(st.sampled_from(list(RiskLevel)), st.integers(0, 10**6))


@given(counts)
def test_every_count_above_0_has_a_part_and_they_fill_the_bar(given_counts: dict[RiskLevel, int]) -> None:
    found = parts(given_counts.items())
    assert [(part.level, part.number) for part in found] == [pair for pair in given_counts.items() if pair[1]]
    assert all(part.width > 0 for part in found)
    assert all(before.start + before.width == pytest.approx(after.start, abs=0.05) for before, after in pairwise(found))
    if found:
        assert found[-1].start + found[-1].width == pytest.approx(100, abs=0.05)


def test_a_common_scale_leaves_room() -> None:
    (part,) = parts([(RiskLevel.NONE, 25)], of=100)
    assert (part.start, part.width, part.middle) == (0, 25, 12.5)


def test_a_number_without_room_is_left_out() -> None:
    small, large = parts([(RiskLevel.LOW, 1111), (RiskLevel.NONE, 999_999)])
    assert (small.fits, large.fits) == (False, True)


@pytest.mark.parametrize(("number", "room"), [(3, "snug"), (10, "roomy"), (11, "roomy")])
def test_a_number_says_how_much_room_it_has_on_a_phone(number: int, room: str) -> None:
    part, _ = parts([(RiskLevel.LOW, number), (RiskLevel.NONE, 100 - number)])
    assert part.room == room


def test_several_figures_need_more_room_on_a_phone() -> None:
    part, _ = parts([(RiskLevel.LOW, 40), (RiskLevel.NONE, 960)])
    assert (part.fits, part.room) == (True, "tight")
