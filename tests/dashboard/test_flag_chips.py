"""Chips of reasons: the severest have their own, the others share one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.flags import FLAGS, Flag
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.dashboard.flag_chips import MOST_CHIPS, flag_chips


@given(st.lists(st.sampled_from(FLAGS), unique_by=lambda flag: flag.name))
def test_every_reason_is_told_once_the_severest_first(flags: list[Flag]) -> None:
    chips = flag_chips(flags)
    told = [*chips.shown, *chips.rest]
    assert sorted(flag.name for flag in told) == sorted(flag.name for flag in flags)
    severities = [list(RiskLevel).index(flag.severity) for flag in told]
    assert severities == sorted(severities, reverse=True)
    assert len(chips.shown) + bool(chips.rest) <= MOST_CHIPS
    assert len(chips.rest) != 1, "a chip that stands for one reason would be that reason"
