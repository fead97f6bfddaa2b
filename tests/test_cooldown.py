"""Pauses after failures."""

from __future__ import annotations

from datetime import timedelta

from horde_model_reference.cooldown import Cooldown
from tests.support.clock import SteeredClock


def test_a_failure_begins_a_pause_and_the_next_one_begins_it_anew() -> None:
    clock = SteeredClock()
    cooldown = Cooldown(clock, 10)
    assert (cooldown.active, cooldown.failed, cooldown.seconds_left) == (False, False, 0)
    for _ in range(2):
        cooldown.begin()
        clock.wait(6)
        assert (cooldown.active, cooldown.seconds_left) == (True, 4)
    clock.wait(4)
    assert (cooldown.active, cooldown.failed, cooldown.seconds_left) == (False, True, 0)


def test_a_success_ends_it() -> None:
    cooldown = Cooldown(SteeredClock(), 10)
    cooldown.begin()
    cooldown.end()
    assert (cooldown.active, cooldown.failed, cooldown.seconds_left) == (False, False, 0)


def test_a_pause_may_have_its_own_length() -> None:
    cooldown = Cooldown(SteeredClock(), 10)
    cooldown.begin(3)
    assert cooldown.seconds_left == 3


def test_a_step_of_the_wall_clock_changes_nothing() -> None:
    clock = SteeredClock()
    cooldown = Cooldown(clock, 10)
    cooldown.begin()
    clock.step(timedelta(days=2))
    assert cooldown.seconds_left == 10
